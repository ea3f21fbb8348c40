"""A copy of the SQLite file that is whole, even while the bot writes. `cp` on a live file is not."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from bot.core.errors import StartupError

_WAIT_SECONDS = 30


def backup(database_url: str, target: Path) -> None:
    """Write a checked copy to `target`, which must not exist yet. Raises StartupError."""
    source = _source(database_url)
    if target.exists():
        raise StartupError(f"{target} exists already, and a backup overwrites nothing. Choose another name.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        _copy(source, partial)
        partial.rename(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StartupError(
            f"No backup was made: {reason}. Is there room in {target.parent}, and may I write?"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _source(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        raise StartupError("Only SQLite is backed up here. For PostgreSQL use pg_dump.")
    source = Path(url.database or "")
    if not source.is_file():
        raise StartupError(f"There is no database at {source}. DATABASE_URL says where it is.")
    return source


def _copy(source: Path, partial: Path) -> None:
    # mode=rw: the default would make a missing file, and mode=ro cannot read a WAL that nobody has open.
    address = f"{source.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
    with closing(sqlite3.connect(partial)) as copy:
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    _sync(partial)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
