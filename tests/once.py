"""What every test would do anew for the same result is done once in each process.

Each line here was measured: together they more than halve the processor time that the tests take.
"""

import gc
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from bot.store import engines
from bot.study import roadmap_files

MEMORY = Path("/dev/shm")  # noqa: S108 - the tests make folders of their own in it
NEEDED = 2 << 30
"""Bytes that must be free there; a container often has 64 MB, and then the tests are on the disk."""


def in_memory() -> None:
    """Keep databases and folders in memory: what a test writes is lost only by kill -9, never by a power cut.

    The processes that tests start find their folders there too.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def compiled() -> None:
    """Compile each statement once for each kind of database, and not for each engine of each test."""
    statements: LRUCache[Any, Any] = LRUCache(5000)
    make = engines.create_engine

    def sharing(*args: Any, **kwargs: Any) -> Engine:
        engine = make(*args, **kwargs)
        engine._compiled_cache = statements
        return engine

    engines.create_engine = sharing
    # What is compiled is kept with its dialect. Those of one kind compile alike, so they are one for the cache.
    DefaultDialect.__eq__ = lambda dialect, other: type(dialect) is type(other)
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))


def read() -> None:
    """Read the text of a roadmap once: it takes 0.15 s, and nobody can change what it gave."""
    roadmap_files.check = cache(roadmap_files.check)


def loaded() -> None:
    """Never look again for garbage in what is loaded by now.

    Each bot freezes what there is and thaws it in its end, after which all of it was looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.freeze = gc.unfreeze = lambda: None
