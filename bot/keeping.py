"""Tasks that are started again when they die: later each time, never in a spin, and not for ever."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.core.errors import Passing, StartupError

log = logging.getLogger("roadmate")

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 10.0, 600.0, 3.0
"""Seconds between a death and the next start. Discord allows 1,000 logins a day before it takes the token away."""
STEADY = 900.0
"""Seconds after which a task that died before counts as mended."""
SHAKY = 60.0
"""Seconds for which a task that was started again is still reported."""
MOST_DEATHS = 6


@dataclass(slots=True)
class Keeper:
    """Keeps tasks running; `restarts` says how often each of them was started again."""

    restarts: dict[str, int] = field(default_factory=dict)
    _again_at: dict[str, float] = field(default_factory=dict)

    def shaky(self) -> list[tuple[str, float]]:
        """Tasks that are down, or were a moment ago, with the seconds until they are started again (below 0: since)."""
        now = time.monotonic()
        return [(name, at - now) for name, at in self._again_at.items() if now < at + SHAKY]

    async def keep(
        self, name: str, work: Callable[[], Awaitable[None]], most_deaths: int | None = MOST_DEATHS
    ) -> None:
        """Do the work until it ends by itself, and again whenever it dies.

        Raises StartupError when the work does, and after that many deaths in a row; None means never.
        """
        self.restarts[name] = deaths = 0
        while True:
            began = time.monotonic()
            try:
                return await work()
            except StartupError:
                raise
            except Exception as error:
                deaths = 1 if time.monotonic() - began > STEADY else deaths + 1
                if deaths == most_deaths:
                    raise StartupError(_hopeless(name, deaths, error)) from error
                pause = min(FIRST_PAUSE * GROWTH ** min(deaths - 1, 9), LONGEST_PAUSE)
                self._again_at[name] = time.monotonic() + pause
                _tell(name, error, pause)
            await asyncio.sleep(pause)
            self.restarts[name] += 1


def _tell(name: str, error: Exception, pause: float) -> None:
    passing = isinstance(error, Passing)
    log.log(
        logging.WARNING if passing else logging.ERROR,
        str(error) if passing else "a task died",
        exc_info=None if passing else error,
        extra={"task": name, "again_in_s": round(pause)},
    )


def _hopeless(name: str, deaths: int, error: Exception) -> str:
    last = str(error) if isinstance(error, Passing) else repr(error)
    return f"The task {name} died {deaths} times in a row and is given up, the last time of: {last}"
