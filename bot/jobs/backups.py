"""A backup a day, beside the event loop and the writer, which both go on meanwhile."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.errors import StartupError
from bot.store.backup import daily_backup, kept

log = logging.getLogger("roadmate.backups")

EVERY = timedelta(days=1)
LOOK_EVERY = 60.0
"""Seconds between two looks at whether one is due; the first comes that long after the start, which is busy enough."""


@dataclass(frozen=True, slots=True)
class Backups:
    """Where the backups of a SQLite file go, and how many stay."""

    database_url: str
    folder: Path
    keep: int
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Make one whenever the newest is a day old, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.make_if_due()

    async def make_if_due(self) -> Path | None:
        """Make a backup if it is time. One that fails is logged, and tried again at the next look."""
        now = self.clock()
        if (age := self.age()) is not None and age < EVERY:
            return None
        try:
            made = await asyncio.to_thread(daily_backup, self.database_url, self.folder, self.keep, now)
        except StartupError as error:
            log.error(str(error))  # noqa: TRY400 - a full disk is no fault of ours
            return None
        log.info("backup made", extra={"file": made.name, "kib": made.stat().st_size // 1024})
        return made

    def age(self) -> timedelta | None:
        """How old the newest is, or None where there is none; one from the future, by a wrong clock, tells nothing."""
        now = self.clock()
        return min((now - made for made, _ in kept(self.folder) if made <= now), default=None)
