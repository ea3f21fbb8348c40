"""APScheduler ticks and does nothing else: its job stores are not used, so there is nothing in it to lose."""

import asyncio
import time
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.tick import Ticker

TICK = "tick"
STALLED = 300.0
"""Seconds without any progress after which the scheduler is thrown away; a batch that times out takes half of it."""


async def ticking(ticker: Ticker, seconds: int, stalled: float = STALLED) -> None:
    """Tick every `seconds` until cancelled. Raises TimeoutError when nothing has got anywhere for `stalled` seconds."""
    began = time.monotonic()
    ticks = scheduler(ticker, seconds)
    ticks.start()
    try:
        while True:
            idle = min(ticker.age(), time.monotonic() - began)
            if idle >= stalled:
                raise TimeoutError(f"nothing has ticked for {idle:.0f} seconds")
            await asyncio.sleep(stalled - idle)
    finally:
        ticks.shutdown(wait=False)


def scheduler(ticker: Ticker, seconds: int) -> AsyncIOScheduler:
    """A scheduler, not started, that ticks every `seconds`.

    While one tick still sends posts and one private messages, another one plans; ticks that came due meanwhile are
    one; and a late one still runs (by default it would not after a second).
    """
    made = AsyncIOScheduler(timezone=UTC)
    made.add_job(
        ticker.guarded,
        "interval",
        seconds=seconds,
        id=TICK,
        max_instances=3,
        coalesce=True,
        misfire_grace_time=None,
    )
    return made
