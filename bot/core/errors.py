"""Faults that are expected, in words for the person who can mend them."""


class StartupError(Exception):
    """An expected fault at start: one clear line that says what to do next; exit code 1, no traceback."""


class Passing(Exception):
    """An expected fault that passes by itself, as when the network is gone: one line in the log, and another try."""
