"""The list of people who asked to be forgotten."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, text
from sqlmodel import Session, select

from bot.core.errors import StartupError
from bot.store import accounts, erasures, members, notes, organizers, preferences
from bot.store import people as kept
from bot.store.database import Database
from bot.store.faults import Unreachable
from bot.store.tables import Member, Meta, ScoreCount, Workspace, metadata
from bot.study.preferences import Away, Preferences
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap, uncommittable
from tests.room import Room

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


PASSES_BY_ITSELF = {"code"}
"""What a restored backup brings back of somebody has expired long ago, and goes with the next tick."""


def test_what_a_backup_brings_back_is_erased_from_every_table(session: Session, place: Path) -> None:
    """Replaying the list leaves nobody on it in any table that names people, of what was there when they asked."""
    here = session.exec(select(Workspace)).one()
    preferences.keep(session, here.id or 0, "7", Preferences(), MONDAY)
    preferences.set_away(session, here.id or 0, "7", Away(MONDAY.date(), date(2027, 1, 1)), MONDAY)
    accounts.link(session, [("7", "olivia"), ("8", "bob")], MONDAY)
    organizers.name(session, here, "7", MONDAY)
    naming = {name: table for name, table in metadata.tables.items() if "person" in table.c}
    named = [table for name, table in naming.items() if name not in PASSES_BY_ITSELF]
    assert all(_names_olivia(session, table) for table in named)
    erasures.remember(session, "discord", "7", MONDAY)
    notes.put(session, erasures.SEEN, "0")
    assert erasures.replay(session) == 1
    assert not any(_names_olivia(session, table) for table in named)
    organizers.name(session, here, "7", MONDAY + timedelta(days=1))
    notes.put(session, erasures.SEEN, "0")
    erasures.replay(session)
    assert organizers.named(session, here) == ["7"]


def _names_olivia(session: Session, table: Table) -> bool:
    return session.connection().execute(table.select().where(table.c.person == "7")).first() is not None


def listed(path: Path) -> int:
    """How many are on the list."""
    return len(erasures._lines(path))


@pytest.fixture
def list_of(session: Session, place: Path) -> Path:
    """Where the list is, of a database with olivia in it, committed."""
    session.commit()
    return place


def erase(then: Callable[[Session], object] = lambda _session: None) -> Callable[[Session], None]:
    """Do what /mydata delete does for olivia, and then something more in the same transaction."""

    def work(session: Session) -> None:
        erasures.remember(session, "discord", "7", MONDAY + timedelta(days=1))
        kept.erase(session, "discord", "7")
        then(session)

    return work


def broken(_session: Session) -> None:
    """Fail by itself."""
    raise KeyError("broken")


@pytest.mark.parametrize("fail", [broken, uncommittable], ids=["before the commit", "in the commit"])
async def test_who_is_told_that_nothing_was_saved_is_not_erased_later(
    database: Database, list_of: Path, fail: Callable[[Session], object]
) -> None:
    """After a transaction that failed the person is not on the list, and a start with it leaves them."""
    with pytest.raises(Exception, match=r"(?i)broken|foreign key"):
        await database.write(erase(fail))
    assert listed(list_of) == 0
    await database.write(lambda session: notes.put(session, erasures.SEEN, "unseen"))
    assert await database.write(erasures.replay) == 0
    assert await database.read(people) == ["7"]
    await database.write(erase())
    assert (listed(list_of), await database.read(people)) == (1, [])


def test_who_was_told_nothing_is_erased_by_the_next_start(session: Session, list_of: Path) -> None:
    """A crash between the line and the commit leaves the line, and the start after it does what was asked for."""
    erase()(session)
    session.rollback()
    assert (listed(list_of), people(session)) == (1, ["7"])
    assert erasures.replay(session) == 1


@pytest.mark.databases("postgresql")
async def test_a_transaction_that_is_run_again_lists_once(database: Database, list_of: Path) -> None:
    """On PostgreSQL an erasure that others got in the way of is done again, and has one line."""
    tries: list[int] = []

    def conflict(session: Session) -> None:
        tries.append(1)
        if len(tries) < 3:
            raised = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
            session.connection().execute(text(raised))

    await database.write(erase(conflict))
    assert (len(tries), listed(list_of), await database.read(people)) == (3, 1, [])
    assert await database.write(erasures.replay) == 0


def test_another_list_of_the_same_length_is_looked_through(session: Session, list_of: Path) -> None:
    """What was seen is told by what the list says, not by how long it is."""
    erasures.remember(session, "discord", "8", MONDAY)
    theirs = list_of.read_text()
    list_of.unlink()
    erasures.remember(session, "discord", "7", MONDAY)
    ours = list_of.read_text()
    list_of.write_text(theirs)
    notes.put(session, erasures.SEEN, "unseen")
    assert erasures.replay(session) == 0
    list_of.write_text(ours)
    assert erasures.replay(session) == 1


def test_a_line_that_was_never_finished_is_not_taken_for_seen(session: Session, list_of: Path) -> None:
    """After a crash in one erasure, the next one does not let the start pass over it."""
    erase()(session)
    session.rollback()
    erasures.remember(session, "discord", "8", MONDAY)
    assert erasures.replay(session) == 1
    assert people(session) == []


@pytest.mark.databases("postgresql")
async def test_where_nobody_knows_whether_it_was_saved_the_line_stays(
    database: Database, list_of: Path
) -> None:
    """Of a connection that was lost nobody can tell: who had confirmed it is erased by the next start, if not yet."""

    def lose(session: Session) -> None:
        session.connection().execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '08006'; END $$"))

    with pytest.raises(Unreachable):
        await database.write(erase(lose))
    assert (listed(list_of), await database.read(people)) == (1, ["7"])
    assert await database.write(erasures.replay) == 1


async def test_no_board_tells_what_points_somebody_had(room: Room) -> None:
    """A number of points that nobody has any more says what somebody had who is forgotten, so it goes with them."""
    for item in ("python-a", "docker-a", "docker"):
        await room.say("done", item=item)
    await room.say("undo")
    await room.database.write(lambda session: kept.erase(session, "discord", "7"))
    assert await room.database.read(lambda session: session.exec(select(ScoreCount)).all()) == []
