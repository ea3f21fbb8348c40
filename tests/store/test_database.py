"""Writers that never wait long, readers that never wait, and values that come back as they went in."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlmodel import Session, delete, select

from bot.core.troubles import BUSY, FAULT
from bot.store import engines
from bot.store.database import Database
from bot.store.faults import Busy, Unwritable
from bot.store.notes import Notes
from bot.store.tables import Member, Meta, Workspace
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, lock_held, published, roadmap, uncommittable
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)

WAIT = 0.15


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a fraction of a second where the bot waits two."""
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", WAIT)


@pytest.fixture
async def room(impatient: None, url: str) -> AsyncIterator[Room]:
    """A bot with one group."""
    found = Room(url)
    await found.open()
    yield found
    found.close()


def put(key: str, value: str = "") -> Callable[[Session], None]:
    """Write a note."""
    return lambda session: session.add(Meta(key=key, value=value))


def keys(session: Session) -> list[str]:
    """Read the names of all notes."""
    return sorted(session.exec(select(Meta.key)))


async def test_concurrent_writers_lose_no_update(database: Database) -> None:
    """Fifty writers that read, add one and write end at fifty."""
    await database.write(put("count", "0"))

    def add_one(session: Session) -> None:
        row = session.get(Meta, "count")
        assert row is not None
        row.value = str(int(row.value) + 1)
        session.add(row)

    await asyncio.gather(*(database.write(add_one) for _ in range(50)))
    assert await Notes(database).get("count") == "50"


async def test_what_raises_is_rolled_back(database: Database) -> None:
    """A transaction that fails leaves nothing behind, and the next one works."""

    def broken(session: Session) -> None:
        put("half")(session)
        session.flush()
        raise KeyError("half")

    with pytest.raises(KeyError):
        await database.write(broken)
    await database.write(put("whole"))
    assert await database.read(keys) == ["whole"]


async def test_what_cannot_be_committed_is_rolled_back(database: Database) -> None:
    """A transaction that fails in its COMMIT leaves nothing behind, and the next one on its connection works."""

    def refused(session: Session) -> None:
        put("half")(session)
        uncommittable(session)

    for _ in range(2):
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            await database.write(refused)
        await asyncio.gather(*(database.write(put(f"whole {number}")) for number in range(4)))
        assert await database.read(keys) == [f"whole {number}" for number in range(4)]
        await database.write(lambda session: session.exec(delete(Meta)))
    assert await database.read(lambda session: session.exec(select(Member)).all()) == []


async def test_a_lost_iterator_hangs_nobody(database: Database) -> None:
    """StopIteration, which no future can carry, reaches the one who waits as another error."""

    def empty(session: Session) -> str:
        return next(iter(keys(session)))

    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await database.write(empty)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await database.read(empty)


async def test_readers_cannot_write(database: Database) -> None:
    """What only reads runs on connections that refuse to write."""

    def write(session: Session) -> None:
        session.add(Meta(key="never", value=""))
        session.flush()

    with pytest.raises(DBAPIError, match=r"read-?only"):
        await database.read(write)


async def test_a_disk_that_cannot_be_read_is_no_fault_of_ours(database: Database, backend: str) -> None:
    """What a reader hears of a broken disk is told as that, so that answers and /readyz can say it."""

    def read(session: Session) -> None:
        connection = session.connection()
        if backend == "sqlite":
            fault = sqlite3.OperationalError("disk I/O error")
            raise OperationalError("SELECT 1", None, fault)
        broken = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '58030', MESSAGE = 'disk I/O error'; END $$"
        connection.execute(text(broken))

    with pytest.raises(Unwritable, match="disk I/O error"):
        await database.read(read)
    assert await database.read(keys) == []


async def test_a_held_lock_fails_writers_in_time_and_never_delays_readers(impatient: None, url: str) -> None:
    """Behind a held lock ten writers give up together after the wait, while readers answer at once."""
    database = Database(url)
    database.open()
    await database.write(put("before"))
    await asyncio.gather(*(database.read(keys) for _ in range(8)))
    with lock_held(url):
        started = time.monotonic()
        writers = [asyncio.create_task(database.write(put(f"w{n}"))) for n in range(10)]
        for _ in range(5):
            assert await database.read(keys) == ["before"]
        assert not any(writer.done() for writer in writers)
        results = await asyncio.gather(*writers, return_exceptions=True)
        took = time.monotonic() - started
    assert all(isinstance(result, Busy) for result in results)
    assert WAIT * 0.9 <= took < WAIT * 4
    await database.write(put("after"))
    assert await database.read(keys) == ["after", "before"]
    database.close()


async def test_the_member_is_told_and_the_bot_works_again(room: Room) -> None:
    """With the lock held, /done says that nothing was saved and reading goes on; afterwards /done works."""
    with lock_held(room.url):
        assert await room.say("done", item="python") == BUSY
        assert (await room.say("next")).title == "Python"
    assert (await room.say("progress")).text.count("0 of 4 topics") == 1
    assert (await room.say("done", item="python")).title == "Recorded: Python"


async def test_other_faults_of_the_database_are_not_hidden(database: Database) -> None:
    """A missing table is neither "busy" nor "full": it is a fault that must be seen."""
    with pytest.raises(DBAPIError, match=r"no such table|does not exist"):
        await database.write(lambda session: session.connection().execute(text("SELECT 1 FROM nowhere")))


def refuse(session: Session, table: str, column: str) -> None:
    """Let the database refuse rows with a text in a column, each kind in its way."""
    connection = session.connection()
    statement = f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK ({column} = '')"
    if connection.dialect.name == "sqlite":
        broken = f"WHEN NEW.{column} != '' BEGIN SELECT RAISE(ABORT, 'broken'); END"
        statement = f"CREATE TRIGGER t BEFORE INSERT ON {table} {broken}"
    connection.execute(text(statement))


@pytest.mark.parametrize("table,column", [("mark", "note"), ("member", "name")])
async def test_an_error_of_the_database_tells_nothing_that_people_wrote(
    room: Room, caplog: pytest.LogCaptureFixture, table: str, column: str
) -> None:
    """A failing statement is logged with its text and without its values (scenario 43)."""
    await room.database.write(lambda session: refuse(session, table, column))
    assert (await room.say("done", item="python", note="canary-note")).title == FAULT
    assert "broken" in caplog.text
    assert "INSERT INTO" in caplog.text
    assert [word for word in ("canary", "olivia") if word in caplog.text] == []


def test_naive_times_are_refused(session: Session) -> None:
    """A time without a zone never reaches the database: nobody knows which moment it means."""
    naive = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - what is refused
    session.add(Workspace(platform="discord", external_id="1", joined_at=naive))
    with pytest.raises(StatementError, match="naive"):
        session.flush()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 1, 5, 9, tzinfo=UTC),
        datetime(2026, 1, 5, 23, 59, 59, 999999, timezone(timedelta(hours=-11))),
        datetime(1999, 12, 31, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_times_come_back_aware_in_utc(session: Session, at: datetime) -> None:
    """A moment in any zone comes back as the same moment in UTC, to the microsecond."""
    session.add(Workspace(platform="discord", external_id="1", joined_at=at))
    session.commit()
    session.expire_all()
    found = session.exec(select(Workspace)).one()
    assert found.joined_at == at
    assert found.joined_at.tzinfo is UTC
    assert found.left_at is None


def test_times_sort_as_moments(session: Session) -> None:
    """The database orders times of different zones by the moment that they mean."""
    zones = [timezone(timedelta(hours=hours)) for hours in (9, -9, 0)]
    times = [datetime(2026, 1, 5, 9, tzinfo=zone) for zone in zones]
    for number, at in enumerate(times):
        session.add(Workspace(platform="discord", external_id=str(number), joined_at=at))
    session.flush()
    ordered = session.exec(select(Workspace).order_by(Workspace.joined_at)).all()  # type: ignore[arg-type]
    assert [row.joined_at for row in ordered] == sorted(times)


def test_ids_have_64_bits(session: Session) -> None:
    """A row may have the greatest id of 64 bits, and rows may point at it."""
    catalog = published(session, roadmap("a"))
    assert catalog.offered == ("mlops",)
    found = group(session, id=2**63 - 1)
    session.add(Member(group_id=found.id or 0, person="9" * 20, name="a", joined_at=MONDAY))
    session.commit()
    session.expire_all()
    member = session.exec(select(Member)).one()
    assert (member.group_id, member.person) == (2**63 - 1, "9" * 20)


def test_foreign_keys_are_enforced(session: Session) -> None:
    """A member of a group that does not exist is refused by the database itself."""
    session.add(Member(group_id=404, person="1", name="a", joined_at=MONDAY))
    with pytest.raises(IntegrityError):
        session.flush()


async def test_closing_waits_for_what_is_running(url: str) -> None:
    """A write under way when the database is closed is finished and kept."""
    database = Database(url)
    database.open()
    writing = asyncio.create_task(database.write(put("late")))
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    await writing
    again = Database(url)
    again.open()
    assert await Notes(again).get("late") == ""
    again.close()


async def test_notes_are_written_anew(database: Database) -> None:
    """A note is read back as it was last written, and None where there is none."""
    notes = Notes(database)
    await notes.put("hash", "1")
    await notes.put("hash", "2")
    assert await notes.get("hash") == "2"
    assert await notes.get("nothing") is None
