"""The bot as a process of its own, against a small Discord on loopback."""
