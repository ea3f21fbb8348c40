"""What is said to members privately: planned, claimed and sent like a post, a few at a time and after the posts."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from bot.commands.nudge_texts import nudge_mark
from bot.core.identity import account_of
from bot.core.platform import Closed, Held, Message, Platform, TryLater, Unsure
from bot.core.reply import Reply
from bot.jobs.again import after_doubt, after_refusal, after_trouble
from bot.jobs.deliver import Delivery
from bot.jobs.judging import Judged, judged
from bot.jobs.looking import seen_in_another_life, seen_since_tried
from bot.jobs.passing_on import pass_on
from bot.jobs.places import Work, keep_busy
from bot.jobs.silence import PAGE, show_ways_back, silent_among
from bot.store import nudges
from bot.store.faults import Unavailable
from bot.store.queue import Claim
from bot.store.tables import Nudge, NudgeKind, PostState

log = logging.getLogger("roadmate.nudges")

AT_ONCE, A_TICK = 5, 50
"""Messages in flight, and in one tick: platforms mistrust a bot that writes to many people at once."""
LOOK_AGAIN = 1.0
PAGES = 20
"""Transactions in one tick in which reminders are passed on."""
PASS_EVERY = timedelta(hours=1)
MOST_ATTEMPTS = 5
BROKEN = "Sending failed again and again because of a fault in Roadmate."


class Nudging:
    """Plans and sends through the platforms of the posts, and stops when they do."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.database, self.clock, self.watch = delivery.database, delivery.clock, delivery.watch
        self._member = 0
        self._pass_began: datetime | None = None

    async def run(self, *, waits: bool = True) -> int:
        """Plan what is to be planned and send what is due, up to a bound; return how many were tried.

        Without anything that `waits` it only goes on looking for who is silent.
        """
        if waits:
            await self._plan()
        if not await self._look_for_the_silent() and not waits:
            return 0
        tried = 0

        async def take(free: int) -> list[Work]:
            nonlocal tried
            claims = await self._taken(min(free, A_TICK - tried))
            tried += len(claims)
            return [self._one(claim) for claim in claims]

        await keep_busy(AT_ONCE, LOOK_AGAIN, take)
        return tried

    async def _plan(self) -> None:
        for _ in range(PAGES):
            if self.delivery.stopping or not await self.database.write(self._pass_on, own_locks=True):
                return

    def _pass_on(self, session: Session) -> bool:
        return pass_on(session, self.delivery.catch_up, self.delivery.shards)

    async def _look_for_the_silent(self) -> bool:
        """Read one page of members; who is silent is planned for: whether anybody is.

        A pass begins anew after an hour at the earliest.
        """
        now = self.clock()
        if not self._member:
            if self._pass_began is not None and timedelta() <= now - self._pass_began < PASS_EVERY:
                return False
            self._pass_began = now
        after = self._member

        def look(session: Session) -> tuple[Sequence[int], list[Any]]:
            page = nudges.page_of_members(session, after, PAGE)
            return page, silent_among(session, page, now, self.delivery.shards) if page else []

        page, silent = await self.database.read(look)
        if silent:
            await self.database.write(lambda session: show_ways_back(session, silent, now))
        self._member = page[-1] if len(page) == PAGE else 0
        return bool(silent)

    async def _taken(self, free: int) -> list[Claim]:
        ready = [platform.name for platform in self.delivery.platforms if platform.ready()]
        if not ready or free < 1 or self.delivery.stopping:
            return []
        now = self.watch.now()
        return await self.database.write(
            lambda session: nudges.claim(session, ready, now, free, self.delivery.shards), own_locks=True
        )

    async def _one(self, claim: Claim) -> None:
        try:
            await self._send(claim)
        # Whatever it was, the lease brings the row back, and the others go on.
        except Unavailable as fault:
            log.warning(
                "a private message is not on record yet", extra={"nudge": claim.post_id, "reason": str(fault)}
            )
        except Exception:
            log.exception("a private message failed", extra={"nudge": claim.post_id})

    async def _send(self, claim: Claim) -> None:
        now, catalog = self.clock(), self.delivery.catalog()
        try:
            found = await self.database.read(lambda session: judged(session, catalog, claim.post_id, now))
            if found.reply is None:
                await self._left(claim, found)
                return
            message_id = await self._said(claim, found, found.reply, now)
        except Held as held:
            await self._refused(claim, held)
        except TryLater as later:
            again = {"state": PostState.DUE, "try_at": self.clock() + after_refusal(later.seconds)}
            await self._record(claim, "later", tried_at=claim.doubt, reason=str(later), **again)
        except Unsure as unsure:
            at = self.clock() + after_doubt(claim.doubt, now)
            await self._record(claim, "unsure", state=PostState.DUE, try_at=at, reason=str(unsure))
        except Unavailable:
            raise
        except Exception:
            await self._broken(claim)
            raise
        else:
            await self._write(
                claim, "sent", lambda session: nudges.record_sent(session, claim.post_id, now, message_id)
            )

    async def _said(self, claim: Claim, found: Judged, reply: Reply, now: datetime) -> str:
        about, nudge = found.about, found.about.nudge
        platform = next((p for p in self.delivery.platforms if p.name == about.platform), None)
        if platform is None or about.workspace is None:
            raise TryLater("The platform is not connected.")
        workspace, person = about.workspace.external_id, account_of(about.member.person)[1]
        channel = await platform.direct(workspace, person)
        still = partial(self.watch.is_soon_after, now)
        message = Message(channel, reply, f"n{nudge.id}", nudge_mark(nudge), still, workspace)
        first = claim.doubt
        if first is not None and platform.knows_nonces and self.watch.nonce_holds(first):
            message = replace(message, still=partial(self.watch.nonce_holds, first))
        elif (seen := await self._seen(platform, message, nudge, first)) is not None:
            return seen
        return await platform.send(message)

    async def _seen(
        self, platform: Platform, message: Message, nudge: Nudge, first: datetime | None
    ) -> str | None:
        """Whether it is there already: after a lost answer, and where the database may be older than the message."""
        if first is not None:
            return await seen_since_tried(platform, message, first, last=False)
        if nudge.kind == NudgeKind.WAY_BACK:
            return await seen_in_another_life(platform, message, nudge.due_at - timedelta(weeks=2))
        if self.delivery.began is not None and nudge.due_at < self.delivery.began:
            return await seen_in_another_life(platform, message, nudge.due_at)
        return None

    async def _left(self, claim: Claim, found: Judged) -> None:
        if found.later is not None:
            again = {"state": PostState.DUE, "try_at": found.later, "tried_at": claim.doubt}
            await self._record(claim, "later", **again)
        else:
            await self._record(claim, "left", state=PostState.MISSED, try_at=None, reason=found.reason)

    async def _refused(self, claim: Claim, held: Held) -> None:
        """Silently, and never again where they take no messages: the channel's reminder is there for everybody."""
        now = self.clock()

        def note(session: Session) -> None:
            if isinstance(held, Closed):
                nudges.refused(session, nudges.about(session, claim.post_id), now)
            nudges.record(session, claim, state=PostState.MISSED, try_at=None, reason=str(held))

        await self._write(claim, "refused", note)

    async def _broken(self, claim: Claim) -> None:
        # A row that always fails is pushed ahead, later each time, and given up with a reason.
        def push(session: Session) -> None:
            attempts = nudges.about(session, claim.post_id).nudge.attempts + 1
            given_up = attempts >= MOST_ATTEMPTS
            at = None if given_up else self.clock() + after_trouble(attempts)
            state = PostState.MISSED if given_up else PostState.DUE
            nudges.record(session, claim, state=state, try_at=at, attempts=attempts, reason=BROKEN)

        await self._write(claim, "broken", push)

    async def _record(self, claim: Claim, outcome: str, **values: Any) -> None:
        await self._write(claim, outcome, lambda session: nudges.record(session, claim, **values))

    async def _write(self, claim: Claim, outcome: str, work: Callable[[Session], None]) -> None:
        # Shielded: what the platform has done must be on disk even if the bot is being stopped.
        await asyncio.shield(self.database.write(work, own_locks=True))
        log.info("private message", extra={"nudge": claim.post_id, "outcome": outcome})
