"""Where the bot is: what a platform tells once is kept until it is on record."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from bot.store import workspaces
from bot.store.database import Database
from bot.store.faults import Unavailable

log = logging.getLogger("roadmate")
T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between a try that found the database busy, or away, and the next one."""


class Presence:
    """Records that the bot was removed from workspaces of a platform, and that it is back, in the order of the events.

    What is lost when the process ends meanwhile is found out at the next start.
    """

    def __init__(self, database: Database, platform: str, clock: Callable[[], datetime]) -> None:
        self._database, self._platform, self._clock = database, platform, clock
        self._in_order = asyncio.Lock()

    async def left(self, workspace: str) -> None:
        """The bot was removed from a workspace."""
        now = self._clock()
        await self._kept(lambda session: workspaces.leave(session, self._platform, workspace, now))

    async def came(self, present: Collection[str]) -> Sequence[str]:
        """The bot is in these workspaces; return those that it knows and that are not among them."""
        return await self._kept(lambda session: workspaces.come_back(session, self._platform, present))

    async def _kept(self, work: Callable[[Session], T]) -> T:
        pause = FIRST_PAUSE
        async with self._in_order:
            while True:
                try:
                    return await self._database.write(work)
                except Unavailable as fault:
                    log.warning("where the bot is could not be saved yet", extra={"reason": str(fault)})
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
