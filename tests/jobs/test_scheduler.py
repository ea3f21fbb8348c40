"""The scheduler survives whatever happens to a tick."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED

from bot.jobs.scheduler import TICK, scheduler, ticking
from bot.jobs.tick import Ticker

SECONDS = 15
WITHIN = timedelta(seconds=30)


class Doomed:
    """A ticker whose first tick dies in a given way."""

    def __init__(self, death: BaseException) -> None:
        self.death: BaseException | None = death
        self.ticks = 0

    async def guarded(self) -> None:
        """Die once, then live."""
        self.ticks += 1
        if (death := self.death) is not None:
            self.death = None
            raise death


@pytest.mark.parametrize(
    "death", [RuntimeError("broken"), asyncio.CancelledError()], ids=["raises", "cancelled"]
)
async def test_a_killed_tick_is_followed_by_the_next(death: BaseException) -> None:
    """After a tick was killed the next one is due within 30 s, and it runs."""
    doomed = Doomed(death)
    ticks = scheduler(cast("Ticker", doomed), SECONDS)
    over = asyncio.Event()
    ticks.add_listener(
        cast("Callable[[Any], None]", lambda _event: over.set()), EVENT_JOB_ERROR | EVENT_JOB_EXECUTED
    )
    ticks.start()
    try:
        for run in (1, 2):
            over.clear()
            ticks.modify_job(TICK, next_run_time=datetime.now(UTC))
            async with asyncio.timeout(10):
                await over.wait()
            assert doomed.ticks == run
            assert ticks.get_job(TICK).next_run_time - datetime.now(UTC) <= WITHIN
    finally:
        ticks.shutdown(wait=False)


class Idle:
    """A ticker that nobody calls any more."""

    def __init__(self, age: float) -> None:
        self.seconds = age

    def age(self) -> float:
        """Say how long ago it got anywhere."""
        return self.seconds

    async def guarded(self) -> None:
        """Tick."""
        self.seconds = 0.0


async def test_a_scheduler_that_ticks_no_more_is_noticed() -> None:
    """When nothing has got anywhere for too long, whoever keeps it is told, and can start another one."""
    with pytest.raises(TimeoutError, match="nothing has ticked"):
        await ticking(cast("Ticker", Idle(float("inf"))), SECONDS, stalled=0.01)


async def test_a_scheduler_that_ticks_is_left_alone() -> None:
    """As long as something gets somewhere it goes on; and cancelling ends it."""
    working = asyncio.create_task(ticking(cast("Ticker", Idle(0.0)), SECONDS, stalled=0.01))
    done, _ = await asyncio.wait({working}, timeout=0.05)
    assert not done
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
