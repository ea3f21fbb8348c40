"""What is true of PostgreSQL only: several writers at once, a server that comes and goes, and its own errors."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, func, select

from bot import logs
from bot.core.errors import StartupError
from bot.core.troubles import UNREACHABLE, UNWRITABLE
from bot.store import boards, engines, health, migrating, queue, scores
from bot.store.database import Database
from bot.store.engines import open_engine
from bot.store.faults import Busy, Unreachable, Unwritable
from bot.store.notes import Notes
from bot.store.tables import Meta
from bot.study.points import ALL_TIME
from tests.makers import MONDAY
from tests.postgres import Server
from tests.room import Room

pytestmark = pytest.mark.databases("postgresql")


def one_note(key: str, meet: threading.Barrier) -> Callable[[Session], int]:
    """Add a note unless there is one; on the first try somebody else has looked as well before either writes."""
    tries: list[int] = []

    def work(session: Session) -> int:
        there = session.exec(select(func.count()).select_from(Meta)).one()
        tries.append(there)
        if len(tries) == 1:
            meet.wait(10)
        if not there:
            session.add(Meta(key=key, value=""))
            session.flush()
        return len(tries)

    return work


@pytest.mark.parametrize("names", [("a", "b"), ("a", "a")], ids=["different rows", "the same row"])
async def test_two_that_decide_on_the_same_reading_are_not_both_right(
    database: Database, names: tuple[str, str]
) -> None:
    """Two writers find no note and each wants to add the only one: the later is run again and finds it."""
    meet = threading.Barrier(2)
    tries = await asyncio.gather(*(database.write(one_note(name, meet)) for name in names))
    assert sorted(tries) == [1, 2]
    assert len(await database.read(lambda s: s.exec(select(Meta.key)).all())) == 1


async def test_a_row_that_is_there_for_good_is_a_fault(database: Database) -> None:
    """Adding a row that another transaction has added is tried again a few times only, and then seen."""
    await Notes(database).put("a", "")
    tries = []

    def add(session: Session) -> None:
        tries.append(1)
        session.add(Meta(key="a", value=""))

    with pytest.raises(IntegrityError):
        await database.write(add)
    assert len(tries) == 3


async def test_claims_leave_each_other_alone(room: Room) -> None:
    """While one claims in a transaction that is still open, another takes the rest at once, and none twice."""
    for number in range(3):
        await room.group(channel=f"2{number}")
    room.clock.now = MONDAY
    await room.ticker.plan()
    claimed, go_on = threading.Event(), threading.Event()

    def slowly(session: Session) -> set[int]:
        found = {claim.post_id for claim in queue.claim(session, ["discord"], MONDAY, 2)}
        claimed.set()
        go_on.wait(10)
        return found

    def quickly(session: Session) -> set[int]:
        return {claim.post_id for claim in queue.claim(session, ["discord"], MONDAY, 10)}

    first = asyncio.create_task(room.database.write(slowly, own_locks=True))
    await asyncio.to_thread(claimed.wait, 10)
    second = await room.database.write(quickly, own_locks=True)
    go_on.set()
    assert (len(await first), len(second), len(await first | second)) == (2, 2, 4)


async def test_a_read_sees_one_moment(database: Database) -> None:
    """What is committed while somebody reads is not half seen: the second look finds what the first found."""
    read, written = threading.Event(), threading.Event()

    def twice(session: Session) -> list[int]:
        counts = []
        for _ in range(2):
            counts.append(session.exec(select(func.count()).select_from(Meta)).one())
            read.set()
            written.wait(10)
        return counts

    looking = asyncio.create_task(database.read(twice))
    await asyncio.to_thread(read.wait, 10)
    await Notes(database).put("a", "")
    written.set()
    assert await looking == [0, 0]


@pytest.mark.parametrize(
    "state,fault",
    [
        ("55P03", Busy),
        ("57014", Busy),
        ("53300", Busy),
        ("53100", Unwritable),
        ("25006", Unwritable),
        ("57P01", Unreachable),
        ("08006", Unreachable),
        ("42501", DBAPIError),
    ],
)
async def test_errors_of_the_server_are_what_they_mean(
    database: Database, state: str, fault: type[Exception]
) -> None:
    """Each state that the server reports is busy, unwritable, unreachable, or a fault that must be seen."""
    raised = text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = 'so it is'; END $$")
    with pytest.raises(fault, match="so it is"):
        await database.write(lambda session: session.connection().execute(raised))


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_conflict_is_run_again(database: Database, state: str) -> None:
    """A transaction that could not be ordered, or was chosen to end a deadlock, is done again as a whole."""
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        if len(tries) < 4:
            session.connection().execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")
            )

    await database.write(work)
    assert len(tries) == 4


async def test_conflicts_without_end_are_busy(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be ordered within the wait is "not saved, try again", and not tried for ever."""
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", 0.1)
    conflict = text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")
    with pytest.raises(Busy):
        await database.write(lambda session: session.connection().execute(conflict))


async def test_a_statement_that_takes_too_long_is_cancelled(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that hangs is given up, by writers and by readers, and the next one works."""
    monkeypatch.setattr(engines, "STATEMENT_SECONDS", 0.05)
    database = Database(url)
    database.open()
    for run in (database.write, database.read):
        with pytest.raises(Busy):
            await run(lambda session: session.connection().execute(text("SELECT pg_sleep(20)")))
        assert await run(lambda session: session.connection().execute(text("SELECT 1")).scalar()) == 1
    database.close()


def throw_out(server: Server, url: str) -> None:
    """End every connection to a database, as a restart of the server does."""
    name = url.partition("@/")[2].partition("?")[0]
    server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608 - our own name


async def test_a_restarted_server_is_not_noticed(room: Room, postgres: Server) -> None:
    """Connections that died while nobody used them are replaced before anybody is told."""
    assert (await room.say("done", item="python")).title == "Recorded: Python"
    throw_out(postgres, room.url)
    assert (await room.say("next")).title == "Docker"
    assert (await room.say("done", item="docker")).title == "Recorded: Docker"


async def test_a_connection_that_breaks_in_the_middle(room: Room, postgres: Server) -> None:
    """A command whose connection breaks says so; nothing is half saved, and sending it again counts once."""
    lose = lambda session: throw_out(postgres, room.url) or session.connection().execute(text("SELECT 1"))  # noqa: E731
    with pytest.raises(Unreachable):
        await room.database.write(
            lambda session: (session.add(Meta(key="half", value="")), session.flush(), lose(session))
        )
    assert await Notes(room.database).get("half") is None
    assert (await room.say("done", item="python")).title == "Recorded: Python"


async def test_a_server_that_is_gone(url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without a server members are told kindly, ticks give up in a line, and starting is one clear line."""
    nowhere = f"postgresql+psycopg://roadmate:hunter2@/roadmate?host={tmp_path}"
    room = Room(nowhere)
    room.database.open()
    assert await room.say("done", item="python") == UNREACHABLE
    assert await room.say("next") == UNREACHABLE
    await room.ticker.guarded()
    assert "can't be reached" in caplog.text
    assert "Traceback" not in caplog.text
    room.close()
    with pytest.raises(StartupError, match=r"can't be opened: .*DATABASE_URL") as refused:
        migrating.upgrade(nowhere)
    assert "hunter2" not in str(refused.value)


async def test_a_database_that_may_only_be_read(room: Room, postgres: Server) -> None:
    """On a standby or a database set read-only, the answer says so, reading goes on, and `doctor` sees it."""
    name = room.url.partition("@/")[2].partition("?")[0]
    postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    throw_out(postgres, room.url)
    assert await room.say("done", item="python") == UNWRITABLE
    assert (await room.say("next")).title == "Python"
    with pytest.raises(StartupError, match="read-only"):
        health.look(room.url)


def test_two_that_start_at_once_migrate_once(postgres: Server) -> None:
    """Two processes that find an empty database both start: one migrates it, the other waits for that."""
    url = postgres.url(postgres.make())
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(migrating.upgrade, [url] * 4))
    assert {now for _, now in found} == {migrating.newest()}
    assert health.look(url).revision == migrating.newest()


def test_times_do_not_depend_on_the_servers_zone(session: Session) -> None:
    """The server lives in another zone, and the session speaks UTC all the same."""
    assert session.connection().execute(text("SHOW timezone")).scalar() == "UTC"


def test_without_its_package_the_way_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without psycopg says in one line what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StartupError, match=r"roadmate\[postgres\]"):
        open_engine("postgresql+psycopg://x@/y")


async def test_what_is_run_again_is_no_trouble_in_the_log(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two write the same rows of a board: one is run again, and nobody who reads the log has to wonder about it."""
    logs.set_up("INFO", "json")
    both_have_read, first_is_done = threading.Barrier(2), threading.Event()
    tries: list[str] = []

    def count(session: Session, who: str) -> None:
        boards.steps(session, room.group_id, ALL_TIME)
        tries.append(who)
        if tries.count(who) == 1:
            both_have_read.wait(10)
            if who == "second":
                first_is_done.wait(10)
        # So many that the server refuses the first of them while the last are still being sent.
        scores._COUNT_ON.many(session, [(room.group_id, ALL_TIME, points, 1) for points in range(500)])

    second = asyncio.create_task(room.database.write(lambda session: count(session, "second")))
    await room.database.write(lambda session: count(session, "first"))
    first_is_done.set()
    await second
    assert tries.count("second") == 2
    found = await room.database.read(lambda session: boards.steps(session, room.group_id, ALL_TIME))
    assert found.size == 1000
    assert capsys.readouterr().err == ""
