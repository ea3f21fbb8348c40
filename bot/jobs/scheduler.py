"""APScheduler ticks and does nothing else: its job stores are not used, so there is nothing in it to lose."""

from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.tick import Ticker

TICK = "tick"


def scheduler(ticker: Ticker, seconds: int) -> AsyncIOScheduler:
    """A scheduler, not started, that ticks every `seconds`.

    One tick at a time; ticks that came due meanwhile are one; and a late one still runs (by default it would not
    after a second).
    """
    made = AsyncIOScheduler(timezone=UTC)
    made.add_job(
        ticker.guarded,
        "interval",
        seconds=seconds,
        id=TICK,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    return made
