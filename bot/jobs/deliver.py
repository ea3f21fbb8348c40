"""Deliver: claim posts, send each one, record what became of it. A failing row never stops another one."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from bot.commands.post_texts import composed, held_notice, mark_of
from bot.core.platform import Held, Message, Platform, TryLater, Unsure
from bot.core.shards import ALL, Shards
from bot.jobs.again import Watch, after_doubt, after_refusal, after_trouble
from bot.jobs.against import TOO_LATE, Against, against_reminder, is_too_late
from bot.jobs.board_edits import brought_up_to_date
from bot.jobs.board_edits import put_off as put_board_off
from bot.jobs.bookkeeping import left_out, line_of, put_on_hold, sent, taken
from bot.jobs.looking import seen_in_another_life, seen_since_tried
from bot.jobs.places import Work, keep_busy
from bot.jobs.threads import open_discussion, put_off
from bot.store import queue
from bot.store.database import Database
from bot.store.faults import Unavailable
from bot.store.queue import RECHECK, Claim, Claimed
from bot.store.tables import PostKind, PostState
from bot.study.catalog import Catalog

log = logging.getLogger("roadmate.posts")
T = TypeVar("T")

AT_ONCE = 50
"""Posts in flight. Sending is paced, so more would only wait; fewer, and a few slow channels would hold up the rest."""
LOOK_AGAIN = 1.0
"""Seconds after which a new post is looked for while those in flight take their time."""
MOST_ATTEMPTS = 5
BROKEN = (
    "Posting failed again and again because of a fault in Roadmate. The log of whoever runs it says more."
)


@dataclass(slots=True)
class Delivery:
    """Sends what is due through the platforms that are ready; `stopping`, it takes only what somebody waits for.

    `measure` is told kind, outcome and lateness in seconds of each attempt. `looked` is when, on the monotonic clock,
    it last looked for whatever is due. `began` is when the process did.
    """

    database: Database
    catalog: Callable[[], Catalog]
    platforms: Sequence[Platform]
    clock: Callable[[], datetime]
    catch_up: timedelta
    measure: Callable[[str, str, float], None] = lambda _kind, _outcome, _late: None
    began: datetime | None = None
    stopping: bool = False
    shards: Shards = ALL
    looked: float = float("-inf")
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.clock)

    async def run(self, only: int | None = None) -> int:
        """Send everything that is worth an attempt now, or only one post; return how many were tried."""
        tried = 0

        async def take(free: int) -> list[Work]:
            nonlocal tried
            sends, threads, edits = await self._taken(free, only)
            tried += len(sends)
            posting = [self._one(claim, self._send) for claim in sends]
            posting += [self._one(claim, self._open_thread) for claim in threads]
            return posting + [self._one(claim, self._edit) for claim in edits]

        await keep_busy(AT_ONCE, LOOK_AGAIN, take)
        return tried

    async def _taken(self, free: int, only: int | None) -> tuple[list[Claim], list[Claim], list[Claim]]:
        if only is None:
            self.looked = time.monotonic()
        ready = [platform.name for platform in self.platforms if platform.ready()]
        if not ready or not free or (self.stopping and only is None):
            return [], [], []
        now = self.watch.now()

        return await self.database.write(
            lambda session: taken(session, ready, now, free, only, self.shards), own_locks=True
        )

    async def _one(self, claim: Claim, work: Callable[[Claimed], Awaitable[None]]) -> None:
        try:
            await work(await self.database.read(lambda session: queue.claimed(session, claim)))
        # Whatever it was, the lease brings the row back, and the others go on.
        except Unavailable as fault:
            log.warning("a post is not on record yet", extra={"post": claim.post_id, "reason": str(fault)})
        except Exception:
            log.exception("post failed", extra={"post": claim.post_id})

    async def _send(self, claimed: Claimed) -> None:
        now = self.clock()
        too_late = is_too_late(claimed.post, now, self.catch_up)
        try:
            repeats = not too_late and self._repeats(claimed)
            message_id = None if repeats else await self._seen_before(claimed, now, too_late=too_late)
            if message_id is None:
                found = await self._against(claimed, now, repeats=repeats, too_late=too_late)
                if found is not None:
                    await self._left_out(claimed, found)
                    return
                message_id = await self._platform(claimed).send(await self._message(claimed, now))
        except Held as held:
            await self._held(claimed, held)
        except TryLater as later:
            at, why = self.clock() + after_refusal(later.seconds), str(later)
            await self._record_own(claimed, "later", lambda s: queue.record_later(s, claimed, at, why))
        except Unsure as unsure:
            at, why = self.clock() + after_doubt(claimed.doubt, now), str(unsure)
            await self._record_own(
                claimed, "unsure", lambda s: queue.record_unsure(s, claimed.post_id, at, why)
            )
        except Unavailable:
            # No fault of the post's: the lease brings the row back.
            raise
        except Exception:
            await self._broken(claimed)
            raise
        else:
            await self._sent(claimed, now, message_id)

    def _repeats(self, claimed: Claimed) -> bool:
        """Whether it may be there already, and sending it once more shows whether it is."""
        return claimed.doubt is not None and self._nonce_holds(self._platform(claimed), claimed.doubt)

    async def _against(
        self, claimed: Claimed, now: datetime, *, repeats: bool, too_late: bool
    ) -> Against | None:
        if too_late:
            return Against(PostState.MISSED, TOO_LATE)
        if claimed.post.kind != PostKind.REMINDER:
            return None
        catalog, catch_up = self.catalog(), self.catch_up
        return await self.database.read(
            lambda session: against_reminder(session, catalog, claimed, now, catch_up, repeats=repeats)
        )

    async def _seen_before(self, claimed: Claimed, now: datetime, *, too_late: bool) -> str | None:
        first, due = claimed.doubt, claimed.post.due_at
        if first is None and (self.began is None or due >= self.began):
            return None
        platform = self._platform(claimed)
        message = await self._message(claimed, now)
        if first is None:
            return await seen_in_another_life(platform, message, due)
        return await seen_since_tried(platform, message, first, last=too_late)

    async def _message(self, claimed: Claimed, now: datetime) -> Message:
        catalog = self.catalog()
        reply = await self.database.read(
            lambda session: composed(session, catalog, claimed.home, claimed.post, now)
        )
        nonce = f"rm{claimed.post_id}.{claimed.post.edition}"
        where, mark = claimed.workspace.external_id, mark_of(claimed.post)
        message = Message(claimed.group.channel, reply, nonce, mark, workspace=where)
        first = claimed.doubt
        if first is not None and self._nonce_holds(self._platform(claimed), first):
            return replace(message, still=partial(self.watch.nonce_holds, first))
        # A first try, or one after a look: what another try does meanwhile is recognised for as long after it.
        return replace(message, still=partial(self.watch.is_soon_after, now))

    def _nonce_holds(self, platform: Platform, first: datetime) -> bool:
        return platform.knows_nonces and self.watch.nonce_holds(first)

    async def _sent(self, claimed: Claimed, now: datetime, message_id: str) -> None:
        await self._record(claimed, "sent", lambda session: sent(session, claimed, now, message_id))

    async def _left_out(self, claimed: Claimed, why: Against) -> None:
        now = self.clock()
        await self._record_own(claimed, why.state.value, lambda session: left_out(session, claimed, why, now))

    async def _broken(self, claimed: Claimed) -> None:
        # A row that always fails is pushed ahead, later each time, and given up with a reason. What the platform
        # refused, or did not answer, is none of that: an outage of hours leaves a row all its attempts.
        attempts = claimed.post.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            await self._held(claimed, Held(BROKEN))
        else:
            at = self.clock() + after_trouble(attempts)
            await self._record_own(claimed, "broken", lambda s: queue.record_broken(s, claimed, at, BROKEN))

    async def _held(self, claimed: Claimed, held: Held) -> None:
        # A post stays held through its recheck; that a channel is gone is news for its first post only.
        first = claimed.post.state != PostState.HELD
        recheck = self.clock() + RECHECK if first and not held.gone else None

        news = await self._record_own(
            claimed, "held", lambda session: put_on_hold(session, claimed, held, recheck)
        )
        if first and news and claimed.group.organizer:
            notice = held_notice(claimed.group, claimed.workspace, str(held))
            where = claimed.workspace.external_id
            await self._platform(claimed).tell(where, claimed.group.organizer, notice)

    async def _open_thread(self, claimed: Claimed) -> None:
        platform, catalog = self._platform(claimed), self.catalog()
        try:
            outcome, record = await open_discussion(platform, catalog, claimed, self.clock, self.catch_up)
        except Exception:
            outcome, record = put_off(claimed, self.clock(), self.catch_up, BROKEN)
            await self._record(claimed, outcome, record)
            raise
        await self._record(claimed, outcome, record)

    async def _edit(self, claimed: Claimed) -> None:
        platform = self._platform(claimed)
        try:
            outcome, record = await brought_up_to_date(
                platform, self.database, self.catalog(), claimed, self.clock
            )
        except Unavailable:
            # The lease brings the row back.
            raise
        except Exception:
            await self._record(claimed, *put_board_off(claimed, self.clock()))
            raise
        await self._record(claimed, outcome, record)

    async def _record_own(self, claimed: Claimed, outcome: str, work: Callable[[Session], T]) -> T | None:
        """Put on record what is only its owner's to say; that a post is there may be said by everybody."""
        return await self._record(claimed, outcome, lambda s: work(s) if queue.is_own(s, claimed) else None)

    async def _record(self, claimed: Claimed, outcome: str, work: Callable[[Session], T]) -> T:
        # Shielded: what the platform has done must be on disk even if the bot is being stopped.
        recorded = await asyncio.shield(self.database.write(work, own_locks=True))
        late = (self.clock() - claimed.post.due_at).total_seconds()
        log.info("post", extra=line_of(claimed, outcome, time.monotonic(), late))
        self.measure(claimed.post.kind, outcome, late)
        return recorded

    def _platform(self, claimed: Claimed) -> Platform:
        return next(p for p in self.platforms if p.name == claimed.workspace.platform)
