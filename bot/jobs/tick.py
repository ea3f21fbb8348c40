"""The tick: plan, then deliver. The database row is the queue; a scheduler only calls this."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.commands.memory import News
from bot.jobs.deliver import Delivery
from bot.jobs.news import take_in
from bot.jobs.nudging import Nudging
from bot.jobs.plan import plan_batch
from bot.jobs.rewarding import Rewarding
from bot.store import accounts, health, nudges, waiting, workspaces
from bot.store.database import Database
from bot.store.faults import Unavailable
from bot.study.catalog import Catalog

log = logging.getLogger("roadmate.tick")

BEAT_EVERY = timedelta(minutes=1)
PURGE_EVERY = timedelta(hours=1)
NEVER = float("-inf")


class Ticker:
    """Plans one at a time and delivers one at a time. Holds no state that a crash could lose.

    `measure` is told outcome and seconds of each tick.
    """

    def __init__(
        self,
        database: Database,
        catalog: Callable[[], Catalog],
        delivery: Delivery,
        clock: Callable[[], datetime],
        catch_up: timedelta,
        keep: timedelta,
        measure: Callable[[str, float], None] = lambda _outcome, _seconds: None,
        news: News | None = None,
    ) -> None:
        """`keep` is how long everything of a workspace stays after the bot was removed; `news` comes from commands."""
        self.database, self.catalog, self.delivery = database, catalog, delivery
        self.clock, self.catch_up, self.keep, self.measure = clock, catch_up, keep, measure
        self.news = news or News()
        self._looked_over = False
        self._planning, self._delivering, self._nudging = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self.nudging, self.rewarding = Nudging(delivery), Rewarding(delivery)
        self._planned = NEVER
        self._beaten: datetime | None = None
        self._purged: datetime | None = None

    async def tick(self) -> None:
        """Plan every group whose time has come and send what is due."""
        waits = await self._plan_all()
        if waits:
            await self._deliver()
        await self._nudge(waits=waits)
        await self._purge()

    async def _deliver(self) -> None:
        async with self._delivering:
            await self.delivery.run()

    async def _nudge(self, *, waits: bool) -> None:
        # Nobody's post waits for a role or a private message: those have a place of their own.
        async with self._nudging:
            if waits:
                await self.rewarding.run()
            await self.nudging.run(waits=waits)

    async def _plan_all(self) -> bool:
        """Plan every group whose time has come; whether there is anything to do in this tick at all."""
        async with self._planning:
            await self._beat()
            await take_in(self.database, self.news, self.clock(), every_board=not self._looked_over)
            self._looked_over = True
            waits = await self._look()
            while waits and await self.plan():
                pass
            return waits

    async def _look(self) -> bool:
        """Ask once, in a reader, what each part of a tick would ask in a writer of its own."""
        # By the clock that delivery trusts, which has to be looked at in each tick to notice that it was set back.
        now = self.delivery.watch.now()
        waits = await self.database.read(lambda session: waiting.anything(session, now))
        if not waits:
            self._planned = time.monotonic()
        return waits

    def age(self) -> float:
        """Seconds since ticking last got anywhere; a delivery under way has to get somewhere as well."""
        began = min(self._planned, self.delivery.looked) if self._delivering.locked() else self._planned
        return time.monotonic() - began

    async def plan(self) -> int:
        """Plan one batch of groups in one transaction; return how many there were."""
        now, catalog = self.clock(), self.catalog()
        count = await self.database.write(
            lambda session: plan_batch(session, catalog, now, self.catch_up, self.delivery.shards),
            own_locks=True,
        )
        self._planned = time.monotonic()
        return count

    async def guarded(self) -> None:
        """A tick for the scheduler: a fault is logged and the next tick comes all the same."""
        if self.delivery.stopping:
            return
        began = time.monotonic()
        outcome = await self._outcome()
        self.measure(outcome, time.monotonic() - began)

    async def _outcome(self) -> str:
        try:
            waits = await self._plan_all()
            # Who delivers already takes along what was planned now.
            if waits and not self._delivering.locked():
                await self._deliver()
            if not self._nudging.locked():
                await self._nudge(waits=waits)
            await self._purge()
        except Unavailable as fault:
            log.warning("nothing could be written; the next tick tries again", extra={"reason": str(fault)})
            return "unwritable"
        except Exception:
            log.exception("tick failed; the next one tries again")
            return "error"
        return "ok"

    async def _beat(self) -> None:
        now = self.clock()
        if self._beaten is None or now - self._beaten >= BEAT_EVERY or now < self._beaten:
            await self.database.write(lambda session: health.beat(session, now, self.delivery.shards))
            self._beaten = now

    async def _purge(self) -> None:
        # Last in a tick, so that posts never wait for it; a bot that stops waits for one that has begun.
        async with self._planning:
            now = self.clock()
            if self.delivery.stopping or (self._purged is not None and now - self._purged < PURGE_EVERY):
                return
            # Noted first: one that fails waits for the next hour.
            self._purged = now
            gone = await self.database.write(lambda session: self._forget(session, now))
        for workspace in gone:
            log.info("purged", extra={"workspace": workspace})

    def _forget(self, session: Session, now: datetime) -> Sequence[int]:
        accounts.expire(session, now)
        nudges.expire(session, now)
        return workspaces.purge(session, now - self.keep)

    def stop(self) -> None:
        """Begin no more ticks and take no more posts."""
        self.delivery.stopping = True

    async def idle(self) -> None:
        """Wait for a tick that is under way."""
        async with self._planning, self._delivering, self._nudging:
            return
