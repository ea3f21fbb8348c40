"""A backup takes the place of the database, whole, and the one before is kept."""

import errno
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.errors import StartupError
from bot.store.alone import alone
from bot.store.backup import backup
from bot.store.migrating import newest
from bot.store.restoring import restore
from tests.makers import MONDAY, migrated


def note(path: Path, value: str) -> None:
    """Write something into a database by which it is known again."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('note', ?)", (value,))


def noted(path: Path) -> str:
    """Read it back."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return str(connection.execute("SELECT value FROM meta WHERE key = 'note'").fetchone()[0])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database whose newest change is only in its log, as a kill leaves it; its backup is older."""
    path = tmp_path / "roadmate.db"
    url = migrated(path)
    note(path, "then")
    backup(url, tmp_path / "backup.db")
    left = sqlite3.connect(path)
    left.execute("PRAGMA journal_mode=WAL")
    left.execute("PRAGMA wal_autocheckpoint=0")
    left.execute("UPDATE meta SET value = 'now' WHERE key = 'note'")
    left.commit()
    # Copied while it is open, and put back when it is closed: nobody has written the log into the file.
    files = {name: (tmp_path / name).read_bytes() for name in ("roadmate.db", "roadmate.db-wal")}
    left.close()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return path


def names(folder: Path) -> set[str]:
    """Every file there."""
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_put_back_and_the_database_kept(database: Path) -> None:
    """After a restore the database is the backup's, and the one before is whole beside it, its log included."""
    folder = database.parent
    aside = restore(f"sqlite:///{database}", folder / "backup.db", MONDAY)
    assert aside == folder / "roadmate.db.before-20260105-090000"
    assert (noted(database), noted(aside), noted(folder / "backup.db")) == ("then", "now", "then")
    assert names(folder) == {"roadmate.db", "roadmate.db.lock", "backup.db", aside.name}


def test_a_database_that_is_lost_is_put_back(tmp_path: Path) -> None:
    """On a new machine there is nothing to keep."""
    migrated(tmp_path / "backup.db")
    note(tmp_path / "backup.db", "then")
    assert restore(f"sqlite:///{tmp_path / 'roadmate.db'}", tmp_path / "backup.db", MONDAY) is None
    assert noted(tmp_path / "roadmate.db") == "then"


def test_a_broken_database_is_replaced_with_its_log_out_of_the_way(database: Path) -> None:
    """A file that SQLite can't open any more is kept as it is, and its log never meets the new one."""
    database.write_bytes(b"no database" * 1000)
    log = database.with_name("roadmate.db-wal")
    log.write_bytes(b"no log")
    aside = restore(f"sqlite:///{database}", database.parent / "backup.db", MONDAY)
    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")
    assert noted(database) == "then"
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"no log"


def test_a_restore_that_fails_at_the_last_moment_changes_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the exchange itself fails, the database is whole under its name, and nothing else lies about."""

    def refuse(path: Path, _target: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    before = names(database.parent)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(
            StartupError, match=r"not restored: Input/output error\. The database is as it was"
        ):
            restore(f"sqlite:///{database}", database.parent / "backup.db", MONDAY)
    assert names(database.parent) - before <= {"roadmate.db.lock"}
    assert before - names(database.parent) <= {"roadmate.db-wal", "roadmate.db-shm"}
    assert noted(database) == "now"


class PowerCut(BaseException):
    """Nothing runs after it."""


@pytest.mark.parametrize("step", ["os.link", "pathlib.Path.unlink", "pathlib.Path.replace"])
def test_a_power_cut_leaves_the_one_or_the_other(
    database: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before each step of the exchange the database is whole, with what was only in its log until then."""

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(step, cut)
        with pytest.raises(PowerCut):
            restore(f"sqlite:///{database}", database.parent / "backup.db", MONDAY)
    assert noted(database) == "now"
    restore(f"sqlite:///{database}", database.parent / "backup.db", MONDAY + timedelta(seconds=1))
    assert noted(database) == "then"
    assert [name for name in names(database.parent) if "partial" in name] == []


def test_nothing_is_restored_under_a_running_bot(database: Path) -> None:
    """While a bot has the database it is refused by that bot's number."""
    url = f"sqlite:///{database}"
    with alone(url), pytest.raises(StartupError, match=r"already: process \d+"):
        restore(url, database.parent / "backup.db", MONDAY)
    assert noted(database) == "now"


@pytest.mark.parametrize(
    "name,words",
    [
        ("none.db", "There is no file"),
        ("roadmate.db", "the database itself"),
        ("text.db", "not restored: file is not a database"),
        ("half.db", "not restored"),
        ("other.db", "not one of Roadmate's"),
        ("newer.db", f"schema 0999, and this version of Roadmate knows schemas up to {newest()}"),
    ],
)
def test_what_is_no_backup_is_refused(database: Path, name: str, words: str) -> None:
    """A file that is none, broken, foreign or of a newer version changes nothing, and is named."""
    folder = database.parent
    (folder / "text.db").write_bytes(b"dear diary, " * 500)
    whole = (folder / "backup.db").read_bytes()
    (folder / "half.db").write_bytes(whole[: len(whole) // 2])
    with closing(sqlite3.connect(folder / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    (folder / "newer.db").write_bytes(whole)
    with closing(sqlite3.connect(folder / "newer.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    before = names(folder)
    with pytest.raises(StartupError, match=words) as refused:
        restore(f"sqlite:///{database}", folder / name, MONDAY)
    assert "\n" not in str(refused.value)
    assert names(folder) - before <= {"roadmate.db.lock"}
    assert noted(database) == "now"


def test_a_server_is_restored_elsewhere(tmp_path: Path) -> None:
    """PostgreSQL has tools of its own."""
    with pytest.raises(StartupError, match="pg_restore"):
        restore("postgresql+psycopg://host/db", tmp_path / "x", MONDAY)
