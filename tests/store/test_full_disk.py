"""A disk that is really full, or really read-only: a clear refusal, nothing half written, and on again afterwards."""

import resource
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App
from bot.core.errors import StartupError
from bot.core.troubles import UNWRITABLE
from bot.settings import Settings
from bot.store.tables import PostState
from tests.disks import fill, mount, small_disk
from tests.makers import MONDAY, migrated
from tests.room import Room

Fill = Callable[[], Callable[[], None]]
"""Fill the disk, and get what makes room again."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def forbid_growth(folder: Path) -> Callable[[], None]:
    """Let this process write no file beyond its first bytes, as a quota does, in the middle of a page."""
    del folder
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(params=["full", "quota"])
def folder_and_fill(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Fill]:
    """A folder, and a way to let nothing more be written in it."""
    if request.param == "full":
        folder = request.getfixturevalue("disk")
        return folder, lambda: fill(folder)
    return tmp_path, lambda: forbid_growth(tmp_path)


@pytest.fixture
async def room_and_fill(folder_and_fill: tuple[Path, Fill]) -> AsyncIterator[tuple[Room, Fill]]:
    """A bot with one group on such a disk, with its log emptied so that the next write needs room."""
    folder, filling = folder_and_fill
    room = Room(migrated(folder / "roadmate.db"))
    await room.open()
    await room.database.write(lambda session: None)
    with closing(sqlite3.connect(folder / "roadmate.db")) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    yield room, filling
    room.close()


async def test_a_full_disk_is_said_and_survived(
    room_and_fill: tuple[Room, Fill], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is half written or posted while no write succeeds; with room again both go on (scenario 8)."""
    room, filling = room_and_fill
    make_room = filling()
    try:
        room.clock.now = MONDAY
        assert await room.say("done", item="python") == UNWRITABLE
        assert (await room.say("next")).title == "Python"
        await room.ticker.guarded()
        assert (await room.posts(), room.platform.visible) == ([], [])
    finally:
        make_room()
    assert "Traceback" not in caplog.text
    with closing(sqlite3.connect(room.url.removeprefix("sqlite:///"))) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert other.execute("SELECT count(*) FROM mark").fetchone() == (0,)
    assert (await room.say("done", item="python")).title == "Recorded: Python"
    await room.ticker.guarded()
    assert [post.state for post in await room.posts()] == [PostState.SENT]
    assert len(room.platform.visible) == 1


async def test_a_disk_that_fills_between_claim_and_record_posts_once(
    room_and_fill: tuple[Room, Fill], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post that is sent and can't be recorded is recognised once there is room again."""
    room, filling = room_and_fill
    room.clock.now = MONDAY
    send, undo = room.platform.send, []

    async def send_and_fill(message: object) -> str:
        sent = await send(message)  # type: ignore[arg-type]
        with closing(sqlite3.connect(room.url.removeprefix("sqlite:///"))) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        undo.append(filling())
        return sent

    with monkeypatch.context() as patch:
        patch.setattr(room.platform, "send", send_and_fill)
        try:
            await room.ticker.guarded()
        finally:
            for make_room in undo:
                make_room()
    assert [post.state for post in await room.posts()] == [PostState.CLAIMED]
    await room.tick(minutes=2)
    assert [post.state for post in await room.posts()] == [PostState.SENT]
    assert len(room.platform.visible) == 1


def settings(folder: Path) -> Settings:
    """Settings for a database in a folder."""
    return Settings(database_url=f"sqlite:///{folder / 'roadmate.db'}", _env_file=None)


async def refusal(folder: Path) -> str:
    """Run the bot where it cannot, and read why; it says so before it contacts anybody."""
    found = settings(folder).model_copy(update={"discord_token": SecretStr("never used")})
    with pytest.raises(StartupError) as refused:
        await App(found).run()
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def test_starting_on_a_full_disk_is_one_line(disk: Path) -> None:
    """A new database that does not fit is refused, and no half of it stays in the way of the next start."""
    make_room = fill(disk)
    assert "roadmate.db.lock can't be written: No space left" in await refusal(disk)
    make_room()
    # Room for the lock and an empty file, and for no schema.
    rest = disk / "rest"
    rest.write_bytes(bytes(2 * 1024 * 1024 - 64 * 1024))
    assert "disk is full. Nothing was changed" in await refusal(disk)
    rest.unlink()
    async with App(settings(disk)):
        pass


async def test_starting_on_a_read_only_disk_is_one_line(disk: Path) -> None:
    """A database on a read-only disk is refused at start."""
    migrated(disk / "roadmate.db")
    mount("-o", "remount,ro", str(disk))
    assert "roadmate.db.lock can't be written: Read-only file system" in await refusal(disk)


async def test_starting_with_a_read_only_file_is_one_line(disk: Path) -> None:
    """So is a file that alone can't be written, even if a start has nothing to change in it."""
    async with App(settings(disk)):
        pass
    other = disk / "other"
    other.mkdir()
    (other / "roadmate.db").touch()
    # It goes away together with the disk.
    mount("--bind", "-o", "ro", str(disk / "roadmate.db"), str(other / "roadmate.db"))
    assert "can't be written: attempt to write a readonly database" in await refusal(other)
