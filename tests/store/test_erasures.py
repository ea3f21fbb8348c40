"""The list of people who asked to be forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.core.errors import StartupError
from bot.store import erasures, members, notes
from bot.store.tables import Member, Meta
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder where the bot runs, in which the list is for a database on a server."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def place(session: Session) -> Path:
    """Where the list is, beside a database with olivia, who organizes, in it."""
    published(session, roadmap("a"))
    found = group(session)
    members.join(session, None, found.id or 0, "7", "olivia", MONDAY)
    erasures.replay(session)
    return erasures.place(session)


def people(session: Session) -> list[str]:
    """Who is in the group."""
    return list(session.exec(select(Member.person)))


def test_a_list_from_elsewhere_is_not_passed_over(session: Session, place: Path) -> None:
    """A database from before people could be recognised is refused with what to do, unless nobody is in it."""
    erasures.remember(session, "discord", "7", MONDAY)
    session.delete(session.get(Meta, erasures.KEY))
    session.flush()
    with pytest.raises(StartupError, match="Restore a newer backup, or move the list away"):
        erasures.replay(session)


def test_a_new_database_beside_an_old_list_is_fine(session: Session) -> None:
    """Where nobody is in the database, nobody has to be recognised."""
    erasures.place(session).write_text(f"{'0' * 64} {MONDAY.isoformat()}\n")
    assert erasures.replay(session) == 0


def test_a_line_cut_off_by_a_crash_costs_no_other(session: Session, place: Path) -> None:
    """Half a line is no entry, and the next one still begins on its own line."""
    erasures.remember(session, "discord", "8", MONDAY)
    place.write_text(place.read_text()[:-20])
    erasures.remember(session, "discord", "7", MONDAY + timedelta(days=1))
    notes.put(session, erasures.SEEN, "0")
    assert erasures.replay(session) == 1
    assert people(session) == []


def test_who_asked_twice_is_forgotten_twice(session: Session, place: Path) -> None:
    """A backup from between two erasures of one person is behind the list by one line."""
    erasures.remember(session, "discord", "7", MONDAY - timedelta(days=1))
    behind = notes.get(session, erasures.SEEN)
    assert erasures.replay(session) == 0
    erasures.remember(session, "discord", "7", MONDAY)
    notes.put(session, erasures.SEEN, behind or "")
    assert erasures.replay(session) == 1


def test_the_list_is_looked_through_once(session: Session, place: Path) -> None:
    """A start with the list that the database has seen compares nobody."""
    erasures.remember(session, "discord", "7", MONDAY)
    assert erasures.replay(session) == 0
    assert people(session) == ["7"]
    notes.put(session, erasures.SEEN, "0")
    assert erasures.replay(session) == 1
    assert people(session) == []
    assert erasures.replay(session) == 0
