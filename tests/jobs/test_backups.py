"""A backup a day, kept for a week, that stops nobody."""

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.jobs import backups as jobs
from bot.jobs.backups import Backups
from bot.store.backup import backup_folder
from tests.makers import MONDAY
from tests.room import Room


@pytest.fixture
def backups(room: Room, tmp_path: Path) -> Backups:
    """Backups of the room's database, three of which are kept."""
    return Backups(room.url, tmp_path / "kept", 3, room.clock)


def names(backups: Backups) -> list[str]:
    """The files in the folder."""
    return sorted(path.name for path in backups.folder.iterdir())


async def test_one_a_day_and_the_oldest_go(room: Room, backups: Backups) -> None:
    """The first comes at once, each further one after a day, and only the newest stay, beside files of other people."""
    assert backups.age() is None
    room.clock.now = MONDAY
    assert await backups.make_if_due() is not None
    (backups.folder / "mine.db").touch()
    for hours in (1, 22, 1, 24, 24, 24):
        room.clock.forward(hours=hours)
        await backups.make_if_due()
    days = ["roadmate-20260107-090000.db", "roadmate-20260108-090000.db", "roadmate-20260109-090000.db"]
    assert names(backups) == ["mine.db", *days]
    room.clock.forward(hours=5)
    assert backups.age() == timedelta(hours=5)


async def test_odd_names_and_what_a_kill_left_stop_no_backup(room: Room, backups: Backups) -> None:
    """A name that is no time and a folder are nobody's business; half a backup of a process that was killed goes."""
    backups.folder.mkdir()
    odd = ["roadmate-20261399-250000.db", "roadmate-20990101-000000.db", ".mine.db.1.partial"]
    (backups.folder / odd[0]).touch()
    (backups.folder / odd[1]).mkdir()
    (backups.folder / odd[2]).touch()
    for rest in ("", "-journal"):
        (backups.folder / f".roadmate-20260104-090000.db.17.partial{rest}").touch()
    room.clock.now = MONDAY
    assert await backups.make_if_due() is not None
    assert names(backups) == sorted([*odd, "roadmate-20260105-090000.db"])
    assert backups.age() == timedelta()


async def test_a_backup_is_whole(room: Room, backups: Backups) -> None:
    """What was recorded before is in it, checked."""
    await room.say("done", item="python", note="kept")
    made = await backups.make_if_due()
    assert made is not None
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT note FROM mark").fetchall() == [("kept",)]


async def test_a_clock_set_back_makes_one_too_many_rather_than_none(room: Room, backups: Backups) -> None:
    """A backup from the future says nothing about today, and does not make one at every look."""
    room.clock.now = MONDAY
    await backups.make_if_due()
    room.clock.forward(days=-2)
    assert await backups.make_if_due() is not None
    room.clock.forward(minutes=1)
    assert await backups.make_if_due() is None


async def test_a_failing_backup_is_told_and_tried_again(
    room: Room, backups: Backups, caplog: pytest.LogCaptureFixture
) -> None:
    """Without room or rights one line says why, nothing is half there, and the next look tries again."""
    backups.folder.touch()
    assert await backups.make_if_due() is None
    assert "No backup was made" in caplog.text
    assert "Traceback" not in caplog.text
    backups.folder.unlink()
    assert await backups.make_if_due() is not None


async def test_it_looks_again_and_again(
    room: Room, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Running, it makes what is due until it is cancelled."""
    monkeypatch.setattr(jobs, "LOOK_EVERY", 0.0)
    made, loop, make = asyncio.Event(), asyncio.get_running_loop(), jobs.daily_backup

    def watched(*how: object) -> object:
        done = make(*how)  # type: ignore[arg-type]
        loop.call_soon_threadsafe(made.set)
        return done

    monkeypatch.setattr(jobs, "daily_backup", watched)
    running = asyncio.create_task(backups.run())
    async with asyncio.timeout(10):
        await made.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(names(backups)) == 1


async def test_commands_go_on_during_a_backup(room: Room, backups: Backups) -> None:
    """While a big database is copied, marks are recorded and read, and none waits for the end of the copy."""

    def grow(session: object) -> None:
        connection = session.connection().connection.dbapi_connection  # type: ignore[attr-defined]
        connection.execute(
            "CREATE TABLE big AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n LIMIT 40000)"
            " SELECT i, randomblob(1000) AS data FROM n"
        )

    await room.database.write(grow)
    copying = asyncio.create_task(backups.make_if_due())
    answered, longest = 0, 0.0
    while not copying.done():
        started = time.monotonic()
        assert (await room.say("done", item="python")).title
        assert (await room.say("progress")).title
        longest, answered = max(longest, time.monotonic() - started), answered + 1
    assert await copying is not None
    assert answered > 3
    assert longest < 1.5, "an answer waited for the copy"


@pytest.mark.parametrize(
    "url,keep,chosen,folder",
    [
        ("sqlite:///{}/roadmate.db", 7, None, "backups"),
        ("sqlite:///{}/roadmate.db", 7, "elsewhere", "elsewhere"),
        ("sqlite:///{}/roadmate.db", 0, None, None),
        ("postgresql+psycopg://host/db", 7, None, None),
    ],
)
def test_where_backups_go(
    tmp_path: Path, url: str, keep: int, chosen: str | None, folder: str | None
) -> None:
    """Beside the database or where it was said; none with BACKUP_KEEP=0, and none of a server."""
    found = backup_folder(url.format(tmp_path), keep, tmp_path / chosen if chosen else None)
    assert found == (tmp_path / folder if folder else None)
