"""What is true of SQLite only: one writer for the whole file, and a disk of our own."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.core.errors import StartupError
from bot.core.troubles import UNWRITABLE
from bot.store import health, migrating
from bot.store.database import Database
from bot.store.engines import open_engine, unopened
from bot.store.faults import Unwritable
from bot.store.tables import Meta
from tests.room import Room

pytestmark = pytest.mark.databases("sqlite")


async def test_a_writer_locks_from_its_first_statement(database: Database) -> None:
    """Writers begin IMMEDIATE: while one is in its transaction no other program gets the lock."""

    def attempt(session: Session) -> str:
        session.connection()
        with (
            closing(sqlite3.connect(make_url(database.url).database or "", timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        return str(session.connection().execute(text("PRAGMA journal_mode")).scalar())

    assert await database.write(attempt) == "wal"


@pytest.mark.parametrize("pragma", ["query_only=ON", "max_page_count=1"], ids=["read-only", "full"])
async def test_a_database_that_cannot_be_written_is_said_so(room: Room, pragma: str) -> None:
    """On a full or read-only disk nothing is half written, the answer says why, and reading goes on."""

    def spoil(session: Session) -> None:
        session.connection().execute(text(f"PRAGMA {pragma}"))

    def fill(session: Session) -> None:
        session.add(Meta(key="half", value=""))
        session.flush()
        session.connection().execute(text("CREATE TABLE big AS SELECT zeroblob(1000000) AS data"))

    await room.database.write(spoil)
    with pytest.raises(Unwritable):
        await room.database.write(fill)
    assert await room.database.read(lambda s: s.get(Meta, "half")) is None
    if "only" in pragma:
        assert await room.say("done", item="python") == UNWRITABLE
    assert (await room.say("next")).title == "Python"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////no/such/folder/roadmate.db"])
def test_an_address_that_cannot_work_is_refused_at_start(url: str) -> None:
    """An address without a file or folder is one clear line that says what to change."""
    with pytest.raises(StartupError, match=r"DATABASE_URL|folder"):
        open_engine(url)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file that is something else is named, and left alone."""
    path = tmp_path / "roadmate.db"
    path.write_bytes(b"dear diary, " * 500)
    with pytest.raises(StartupError, match=r"roadmate\.db can't be opened"):
        migrating.upgrade(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"dear diary")


def test_a_missing_file_is_not_made_by_looking(tmp_path: Path) -> None:
    """Looking at a database that is not there says so, and does not make it."""
    missing = tmp_path / "missing.db"
    assert not health.look(f"sqlite:///{missing}").exists
    assert not missing.exists()


@pytest.mark.parametrize(
    "why,advice", [("disk I/O error", "Is the disk full?"), ("no such host.\n Is it there?", "Check")]
)
def test_what_cannot_be_opened_is_one_line_with_advice(why: str, advice: str) -> None:
    """A full disk is no wrong address; and what a driver says in several lines is one."""
    engine = open_engine("sqlite:///x.db")
    said = str(unopened(engine, OperationalError("", {}, sqlite3.OperationalError(why))))
    assert advice in said
    assert "\n" not in said
