"""Whole stories: a group through its weeks."""
