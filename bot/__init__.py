"""Roadmate: a chat bot that turns a learning roadmap into a study group that finishes it."""
