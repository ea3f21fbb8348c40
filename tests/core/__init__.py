"""Tests of the core: text, markup and what a command is."""
