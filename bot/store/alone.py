"""One process for each SQLite file and for each shard: two would plan, post and answer side by side."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.errors import StartupError
from bot.core.shards import ALL, Shards
from bot.store.disk import check_disk, is_sqlite, sqlite_file
from bot.store.shard_locks import shards_alone


@contextmanager
def alone(database_url: str, shards: Shards = ALL) -> Iterator[None]:
    """Have a SQLite file, or these shards on PostgreSQL, for this process while entered.

    Raises StartupError that names the process which has it, or says why it can't be.
    """
    with _file(database_url, shards) if is_sqlite(database_url) else shards_alone(database_url, shards):
        yield


@contextmanager
def _file(database_url: str, shards: Shards) -> Iterator[None]:
    if not shards.is_all:
        raise StartupError(
            f"SHARDS is {shards}, and one process at a time can have a SQLite file, so the other shards would be "
            "nobody's. Serve all of them here, or move to PostgreSQL with `roadmate copy`."
        )
    # By its one real name, so that a link to the file is no second file.
    path = sqlite_file(database_url).resolve()
    check_disk(path)
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StartupError(_unwritable(lock, error)) from error
    # The lock is not deleted afterwards: two processes could then each hold a file of that name.
    try:
        _take(descriptor, path, lock)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, lock: Path) -> None:
    """Lock the open file and write into it who has it. The system unlocks it however the process ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
    except BlockingIOError:
        by = os.read(descriptor, 100).decode("utf-8", "replace") or "another process"
        raise StartupError(
            f"Roadmate is running on {path} already: {by}. Stop that one first, or choose another file."
        ) from None
    except OSError as error:
        raise StartupError(_unwritable(lock, error)) from error


def _unwritable(lock: Path, error: OSError) -> str:
    return (
        f"{lock} can't be written: {error.strerror}. Roadmate keeps its database and its lock in that folder."
    )
