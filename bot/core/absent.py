"""Leaving out what a library would load only because it happens to be installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Let imports inside find that a module is not installed, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules.update({name: None})  # type: ignore[dict-item]  # how Python says that there is none
    try:
        yield
    finally:
        del sys.modules[name]
