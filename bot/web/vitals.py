"""How the bot is: what its parts say of themselves, and what the database says."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from bot.core.platform import Watched
from bot.keeping import Keeper
from bot.store import health
from bot.store.counting import Counts, counts
from bot.store.database import Database
from bot.store.faults import Damaged, Unavailable

log = logging.getLogger("roadmate.web")
T = TypeVar("T")

ODD = "{}, of which the log tells more"

TICK_AGE = 60.0
"""Seconds without progress after which ticking counts as stopped, if four ticks are not longer."""
PROBE_EVERY = 5.0
"""Seconds for which the last trial write is believed, however often somebody asks."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found at one moment. `problems` are sentences for the operator; without any the bot is ready."""

    problems: Sequence[str]
    connected: bool
    gateway_latency_seconds: float
    invalid_requests: int
    last_tick_age_seconds: float
    database_writable: bool
    posts_waiting: int
    oldest_waiting_seconds: float
    marks: int
    backup_age_seconds: float
    groups: Mapping[str, int]
    restarts: Mapping[str, int]


@dataclass(slots=True)
class Vitals:
    """Where to ask. `tick_age` is in seconds; `keeper` knows which tasks died.

    `backup_age` is missing where no backups are made, and None where there is none yet.
    """

    database: Database
    clock: Callable[[], datetime]
    tick_seconds: float
    platforms: Sequence[Watched]
    tick_age: Callable[[], float]
    keeper: Keeper
    backup_age: Callable[[], timedelta | None] | None = None
    _probed: float = field(default=-math.inf, init=False)
    _fault: str = field(default="", init=False)

    async def signs(self) -> Signs:
        """Ask everybody; at most every PROBE_EVERY seconds this makes a small write."""
        await self._probe()
        now = self.clock()
        found = await self._counts(now)
        oldest = found.oldest_due
        return Signs(
            problems=tuple(self._problems()),
            connected=all(platform.connected() for platform in self.platforms),
            gateway_latency_seconds=self.platforms[0].latency() if self.platforms else math.nan,
            invalid_requests=sum(platform.refusals() for platform in self.platforms),
            last_tick_age_seconds=self.tick_age(),
            database_writable=not self._fault,
            posts_waiting=found.waiting,
            oldest_waiting_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            marks=found.marks,
            backup_age_seconds=self._backup_age(),
            groups=found.groups,
            restarts=dict(self.keeper.restarts),
        )

    def _backup_age(self) -> float:
        """No number where no backups are made, and endless where there is none yet."""
        if self.backup_age is None:
            return math.nan
        age = self.backup_age()
        return math.inf if age is None else age.total_seconds()

    async def _counts(self, now: datetime) -> Counts:
        found = await self._asked(self.database.read(lambda session: counts(session, now)))
        return found or Counts(0, None, {}, 0)

    async def _probe(self) -> None:
        if time.monotonic() - self._probed < PROBE_EVERY:
            return
        now, self._fault = self.clock(), ""
        await self._asked(self.database.write(lambda session: health.probe(session, now)))
        self._probed = time.monotonic()

    async def _asked(self, answer: Awaitable[T]) -> T | None:
        """What the database says. Whatever goes wrong, the page says so instead of failing."""
        try:
            return await answer
        except (Unavailable, Damaged) as fault:
            self._fault = str(fault)
        except Exception as fault:
            log.exception("the database could not be asked")
            self._fault = ODD.format(type(fault).__name__)
        return None

    def _problems(self) -> Iterator[str]:
        for platform in self.platforms:
            yield from platform.troubles()
        age = self.tick_age()
        if age == math.inf:
            yield "Nothing has ticked yet."
        elif age > max(TICK_AGE, 4 * self.tick_seconds):
            yield f"Nothing has ticked for {age:.0f} seconds."
        if self._fault:
            yield f"The database can't be used: {self._fault}."
        for task, seconds in self.keeper.shaky():
            again = f"is started again in {seconds:.0f} s" if seconds > 0 else "was started again"
            yield f"The task {task} died and {again}."
