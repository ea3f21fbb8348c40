"""Roles for what was reached: decided from the marks, and given or taken one call at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session

from bot.core.identity import account_of
from bot.core.platform import Absent, Held, TryLater, Unsure
from bot.jobs.again import after_refusal, after_trouble
from bot.jobs.deliver import Delivery
from bot.jobs.milestones import evaluate
from bot.jobs.places import Work, keep_busy
from bot.store import grants, rewards
from bot.store.faults import Unavailable
from bot.store.grants import Due, Order
from bot.store.tables import Grant

log = logging.getLogger("roadmate.rewards")

AT_ONCE, A_TICK, LOOK_AGAIN = 3, 50, 1.0
PAGE, PAGES = 200, 10
"""Members who are looked at in one transaction, and transactions in one tick."""
SETTLED = timedelta(minutes=1)
"""After this no mark of an earlier time appears any more: no transaction of the bot's may take so long."""
MOST_ATTEMPTS = 5
NOT_LINKED = "Their account here is linked with them no more."
BROKEN = "It failed again and again because of a fault in Roadmate."


class Rewarding:
    """Looks at what was recorded, and gives and takes roles where the platform has any."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery, self.database, self.clock = delivery, delivery.database, delivery.clock

    async def run(self) -> int:
        """Decide and do what is to be done, up to a bound; return how many roles were tried."""
        if self.delivery.stopping or not await self.database.read(rewards.there_are):
            return 0
        for _ in range(PAGES):
            if not await self.database.write(self._look, own_locks=True):
                break
        tried = 0

        async def take(free: int) -> list[Work]:
            nonlocal tried
            orders = await self._taken(min(free, A_TICK - tried))
            tried += len(orders)
            return [self._one(order) for order in orders]

        await keep_busy(AT_ONCE, LOOK_AGAIN, take)
        await self.database.write(rewards.finish_ended, own_locks=True)
        return tried

    def _look(self, session: Session) -> bool:
        """Look at who recorded something since the last time, and at one page for a new reward."""
        now = self.clock()
        # SQLite has one writer, so what is committed is in order.
        settled = None if session.connection().dialect.name == "sqlite" else now - SETTLED
        news = rewards.news(session, settled)
        page = rewards.walk(session, PAGE)
        evaluate(session, self.delivery.catalog(), [*dict.fromkeys([*news, *page])], now)
        return bool(news or page)

    async def _taken(self, free: int) -> list[Order]:
        ready = [p.name for p in self.delivery.platforms if p.roles is not None and p.ready()]
        if not ready or free < 1 or self.delivery.stopping:
            return []
        now, shards = self.clock(), self.delivery.shards
        return await self.database.write(
            lambda session: grants.claim(session, ready, now, free, shards), own_locks=True
        )

    async def _one(self, order: Order) -> None:
        try:
            await self._do(order)
        # Whatever it was, the lease brings the row back, and the others go on.
        except Unavailable as fault:
            log.warning("a role is not on record yet", extra={"grant": order.grant_id, "reason": str(fault)})
        except Exception:
            log.exception("a role failed", extra={"grant": order.grant_id})

    async def _do(self, order: Order) -> None:
        found = await self.database.read(lambda session: grants.due(session, order))
        now = self.clock()
        try:
            asked = await self._put(found)
        except Absent as absent:
            why = str(absent)
            await self._write(
                order, "absent", lambda s: grants.record(s, order, given=False, try_at=None, reason=why)
            )
        except Held as held:
            why = str(held)
            if held.gone and not found.on:
                # A role that is not there any more is nobody's.
                await self._write(order, "taken", lambda s: grants.record_done(s, order, found, works=False))
            else:
                await self._write(order, "held", lambda s: grants.hold(s, order, found.reward_id, why, now))
        except (TryLater, Unsure) as later:
            # Saying it again changes nothing, so a lost answer needs no look.
            why, at = str(later), now + after_refusal(later.seconds if isinstance(later, TryLater) else 60.0)
            await self._write(order, "later", lambda s: grants.record(s, order, try_at=at, reason=why))
        except Exception:
            await self._write(order, "broken", lambda s: self._broken(s, order))
            raise
        else:
            outcome = "given" if found.on else "taken"
            await self._write(order, outcome, lambda s: grants.record_done(s, order, found, works=asked))

    async def _put(self, found: Due) -> bool:
        """Give or take the role; whether the platform was asked at all."""
        if not found.on and found.needed_elsewhere:
            return False
        if found.person is None:
            raise Absent(NOT_LINKED)
        platform = next(p for p in self.delivery.platforms if p.name == found.workspace.platform)
        assert platform.roles is not None
        person = account_of(found.person)[1]
        await platform.roles.put(found.workspace.external_id, person, found.role, on=found.on)
        return True

    def _broken(self, session: Session, order: Order) -> None:
        attempts = session.get_one(Grant, order.grant_id).attempts + 1
        at = None if attempts >= MOST_ATTEMPTS else self.clock() + after_trouble(attempts)
        grants.record(session, order, attempts=attempts, try_at=at, reason=BROKEN)

    async def _write(self, order: Order, outcome: str, work: Callable[[Session], None]) -> None:
        # Shielded: what the platform has done must be on disk even if the bot is being stopped.
        await asyncio.shield(self.database.write(work, own_locks=True))
        log.info("role", extra={"grant": order.grant_id, "outcome": outcome})
