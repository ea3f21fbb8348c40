"""A copy of the SQLite file that is whole, even while the bot writes. `cp` on a live file is not."""

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.core.errors import StartupError
from bot.store.disk import is_sqlite, sqlite_file

_WAIT_SECONDS = 30
_NAME = "roadmate-{:%Y%m%d-%H%M%S}.db"
_TIMED = "roadmate-%Y%m%d-%H%M%S.db"
_OURS = re.compile(r"roadmate-\d{8}-\d{6}\.db")
_UNFINISHED = re.compile(r"\.roadmate-\d{8}-\d{6}\.db\.\d+\.partial.*")


def backup_folder(database_url: str, keep: int, chosen: Path | None) -> Path | None:
    """Where the daily backups go: the folder chosen, else `backups` beside the database; None where none are made."""
    if not keep or not is_sqlite(database_url):
        return None
    return chosen or sqlite_file(database_url).with_name("backups")


def kept(folder: Path) -> list[tuple[datetime, Path]]:
    """The daily backups in a folder with their times, oldest first. Other files are nobody's business."""
    if not folder.is_dir():
        return []
    found = ((_made_at(path.name), path) for path in folder.iterdir())
    return sorted((made, path) for made, path in found if made is not None and path.is_file())


def daily_backup(database_url: str, folder: Path, keep: int, now: datetime) -> Path:
    """Make a backup named by its time, then delete the oldest beyond `keep`. Raises StartupError."""
    target = folder / _NAME.format(now)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Nobody else makes daily ones, so these are of one that was killed, as large as the database each.
        for path in folder.iterdir():
            if _UNFINISHED.fullmatch(path.name):
                path.unlink(missing_ok=True)
    except OSError as error:
        raise StartupError(f"No backup was made: {folder} can't be used: {error.strerror}.") from error
    backup(database_url, target)
    try:
        for _, old in kept(folder)[:-keep]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise StartupError(f"{target} was made, and old ones can't be deleted: {error.strerror}.") from error
    return target


def _made_at(name: str) -> datetime | None:
    """When a daily backup of that name was made; None for what only looks like one."""
    try:
        return datetime.strptime(name, _TIMED).replace(tzinfo=UTC) if _OURS.fullmatch(name) else None
    except ValueError:
        return None


def backup(database_url: str, target: Path) -> None:
    """Write a checked copy to `target`, which must not exist yet. Raises StartupError."""
    source = _source(database_url)
    if target.exists():
        raise StartupError(f"{target} exists already, and a backup overwrites nothing. Choose another name.")
    if not target.parent.is_dir():
        raise StartupError(f"No backup was made: the folder {target.parent} does not exist. Create it first.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        _clear(target)
        copy_checked(source, partial)
        partial.rename(target)
        sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        of_place = isinstance(error, OSError | sqlite3.OperationalError)
        hint = (
            f"Is there room in {target.parent}, and may I write?" if of_place else "Look at it with `doctor`."
        )
        raise StartupError(f"No backup was made: {reason}. {hint}") from error
    finally:
        partial.unlink(missing_ok=True)


def _clear(target: Path) -> None:
    """Delete what is left of earlier backups to the same name that were killed: each is as large as the database."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.(\d+)\.partial.*")
    for path in target.parent.iterdir():
        found = ours.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    """Whether another process of that number runs. In a container a number is soon had again, also by ourselves."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _source(database_url: str) -> Path:
    if not is_sqlite(database_url):
        raise StartupError("Only SQLite is backed up here. For PostgreSQL use pg_dump.")
    source = sqlite_file(database_url)
    if not source.is_file():
        raise StartupError(f"There is no database at {source}. DATABASE_URL says where it is.")
    return source


def copy_checked(source: Path, partial: Path) -> None:
    """Copy a database, also a live one, and check the copy. Raises OSError or sqlite3.Error."""
    # mode=rw: the default would make a missing file, and mode=ro cannot read a WAL that nobody has open.
    address = f"{source.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
    with closing(sqlite3.connect(partial)) as copy:
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    sync(partial)


def sync(path: Path) -> None:
    """Have a file or the names in a folder on the disk, whatever happens next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
