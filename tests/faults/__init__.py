"""A small Discord on loopback with a script of faults, and the bot as a process of its own that it counts."""
