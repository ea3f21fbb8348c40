"""Putting a backup in the place of the database, with the one that was there kept beside it."""

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from glob import escape
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.core.errors import StartupError
from bot.store.alone import alone
from bot.store.backup import copy_checked, sync
from bot.store.disk import is_sqlite, sqlite_file
from bot.store.engines import open_engine
from bot.store.migrating import newest, revision_of

_HEADER = b"SQLite format 3\0"


def restore(database_url: str, backup: Path, now: datetime) -> Path | None:
    """Replace the database by a checked copy of `backup`; return where the old one is, or None where was none.

    Raises StartupError while a bot runs on it, and for a file that is no whole database of Roadmate's.
    """
    if not is_sqlite(database_url):
        raise StartupError("Only SQLite is restored here. For PostgreSQL use pg_restore.")
    path = sqlite_file(database_url)
    if not backup.is_file():
        raise StartupError(f"There is no file {backup}.")
    if path.exists() and path.samefile(backup):
        raise StartupError(f"{backup} is the database itself.")
    with alone(database_url):
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            _forget_unfinished(path)
            copy_checked(backup, partial)
            _check_schema(partial, backup)
            aside = _exchange(path, partial, path.with_name(f"{path.name}.before-{now:%Y%m%d-%H%M%S}"))
            sync(path.parent)
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise StartupError(f"{backup} was not restored: {reason}. The database is as it was.") from error
        finally:
            partial.unlink(missing_ok=True)
    return aside


def _forget_unfinished(path: Path) -> None:
    """Delete what restores that were killed have left beside the database, which is ours alone now."""
    for left in path.parent.glob(f".{escape(path.name)}.*.partial*"):
        left.unlink(missing_ok=True)


def _check_schema(copy: Path, backup: Path) -> None:
    engine = open_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
    except DBAPIError as error:
        raise StartupError(f"{backup} can't be read: {error.orig}.") from error
    finally:
        engine.dispose()
    if revision is None:
        raise StartupError(f"{backup} is a database, and not one of Roadmate's.")
    if revision > newest():
        raise StartupError(
            f"{backup} has schema {revision}, and this version of Roadmate knows schemas up to {newest()}. "
            "Restore it with the newer version."
        )


def _exchange(path: Path, new: Path, aside: Path) -> Path | None:
    """Put a file in the place of the database, which gets another name first, so that there is one at every moment.

    Its log must never meet another database. It is emptied into the file before, or else a power cut between two
    steps would leave the old one without what was in it; only where the file is broken it goes along as it is.
    """
    if not path.exists():
        new.replace(path)
        return None
    with path.open("rb") as file:
        is_sqlite_file = file.read(len(_HEADER)) == _HEADER
    if is_sqlite_file:
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log, log_aside = path.with_name(f"{path.name}-wal"), aside.with_name(f"{aside.name}-wal")
    os.link(path, aside)
    try:
        if log.exists():
            log.rename(log_aside)
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        sync(path.parent)
        new.replace(path)
    except OSError:
        if log_aside.exists():
            log_aside.rename(log)
        aside.unlink()
        raise
    return aside
