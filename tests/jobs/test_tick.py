"""The tick lives on whatever happens to it."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.store import engines, health, queue, workspaces
from bot.store.tables import PostState
from tests.conftest import DATABASES
from tests.makers import MONDAY, lock_held
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)


async def test_a_fault_is_logged_and_the_next_tick_runs(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A tick that raises does not reach the scheduler, and the next one does the work."""
    room.clock.now = MONDAY
    with monkeypatch.context() as patch:
        patch.setattr(room.platform, "ready", lambda: 1 / 0)
        await room.ticker.guarded()
    assert "ZeroDivisionError" in caplog.text
    await room.ticker.guarded()
    assert (await room.posts())[0].state == PostState.SENT


async def test_a_cancelled_tick_leaves_the_next_one_free(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick killed in the middle of a send holds no lock, and the lease brings its post back once."""
    room.clock.now = MONDAY
    sending = asyncio.Event()

    async def never(message: object) -> str:
        sending.set()
        await asyncio.Event().wait()
        return ""

    with monkeypatch.context() as patch:
        patch.setattr(room.platform, "send", never)
        tick = asyncio.create_task(room.ticker.guarded())
        await sending.wait()
        tick.cancel()
        with pytest.raises(asyncio.CancelledError):
            await tick
    room.clock.now += queue.LEASE
    await room.ticker.guarded()
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_what_the_platform_took_is_recorded_even_when_the_tick_is_cancelled(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick cancelled while it records a sent post still leaves it recorded as sent."""
    write, sent = room.database.write, asyncio.Event()

    async def slow(work: object, **how: bool) -> object:
        if room.platform.visible:
            sent.set()
            await asyncio.sleep(0)
        return await write(work, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(room.database, "write", slow)
    room.clock.now = MONDAY
    tick = asyncio.create_task(room.ticker.guarded())
    await sent.wait()
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    monkeypatch.undo()
    # What is left is the recording that nobody waits for any more.
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
    assert (await room.posts())[0].state == PostState.SENT


async def test_one_tick_at_a_time(room: Room) -> None:
    """Two ticks at once do their work one after the other, and no post twice."""
    room.clock.now = MONDAY
    await asyncio.gather(room.ticker.tick(), room.ticker.tick())
    await room.ticker.idle()
    assert room.platform.sends() == 1


async def test_a_held_lock_is_survived(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While another program holds the write lock, ticks give up quietly; afterwards the post comes."""
    with monkeypatch.context() as impatient:
        impatient.setattr(engines, "LOCK_WAIT_SECONDS", 0.05)
        room = Room(url)
        await room.open()
        room.clock.now = MONDAY
        with lock_held(room.url):
            await room.ticker.guarded()
            await room.ticker.guarded()
            assert room.platform.calls == []
    assert caplog.text.count("nothing could be written") == 2
    assert "Traceback" not in caplog.text
    await room.ticker.guarded()
    assert len(room.platform.visible) == 1
    room.close()


async def test_an_idle_tick_asks_once_and_writes_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing to do a tick is one reading transaction, however many parts there are; and it counts as a tick."""
    await room.tick()
    asked: list[str] = []

    def counted(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **how: (asked.append(name), run(*args, **how))[1]

    for name in ("read", "write"):
        monkeypatch.setattr(room.database, name, counted(name, getattr(room.database, name)))
    room.ticker._planned = float("-inf")
    for _ in range(3):
        await room.tick(seconds=15)
    assert asked == ["read", "read", "read"]
    assert room.ticker.age() < float("inf")
    await room.tick(minutes=1)
    assert room.platform.sends() == 1


async def test_the_heartbeat_is_written_once_a_minute(room: Room) -> None:
    """The database says when the bot was last alive, without a write for every tick; a clock set back is seen."""
    room.clock.now = MONDAY - timedelta(hours=3)
    for _ in range(7):
        await room.tick(seconds=15)
    assert await room.database.read(health.heartbeat) == MONDAY - timedelta(hours=3) + timedelta(seconds=75)
    await room.tick(hours=-1)
    assert await room.database.read(health.heartbeat) == room.clock()


async def test_ticking_gets_somewhere_by_ticks_only(room: Room) -> None:
    """A tick makes its age young again; a post that somebody asked for by /prompt says nothing about ticking."""
    assert room.ticker.age() == float("inf")
    assert (await room.say("prompt")).title.startswith("Posted")
    assert room.ticker.age() == float("inf")
    await room.ticker.tick()
    assert room.ticker.age() < float("inf")


async def test_a_delivery_that_hangs_is_seen(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning goes on beside a delivery; that makes nobody believe that posts go out."""
    hanging = asyncio.Event()
    room.clock.now = MONDAY

    async def hang(*_: object) -> object:
        hanging.set()
        return await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(type(room.delivery), "run", hang)
        tick = asyncio.create_task(room.ticker.guarded())
        await hanging.wait()
        room.delivery.looked = time.monotonic() - 90
        await room.ticker.guarded()
        assert room.ticker.age() >= 90
        tick.cancel()
        await asyncio.gather(tick, return_exceptions=True)
    await room.ticker.guarded()
    assert room.ticker.age() < 90


async def test_a_purge_that_fails_keeps_no_post_waiting(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is due is sent all the same, and the purge is tried again an hour later and not at every tick."""

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(workspaces, "purge", broken)
    room.clock.forward(minutes=1)
    for _ in range(2):
        await room.ticker.guarded()
    assert room.platform.sends() == 1
    assert caplog.text.count("tick failed") == 1
