"""The discussion under a prompt: opened once, and what became of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.commands.post_texts import discussion
from bot.core.platform import Held, Platform, TryLater, Unsure
from bot.jobs.again import THREAD_AGAIN, after_doubt, after_refusal
from bot.store import queue
from bot.store.queue import Claimed
from bot.study.catalog import Catalog

Outcome = tuple[str, Callable[[Session], None]]
"""What became of it in a word, and how that is put on record."""


async def open_discussion(
    platform: Platform, catalog: Catalog, claimed: Claimed, clock: Callable[[], datetime], catch_up: timedelta
) -> Outcome:
    """Open the thread of a prompt that was sent; what the platform refuses is an outcome too."""
    name, text = discussion(catalog, claimed.home, claimed.post)
    try:
        where, channel = claimed.workspace.external_id, claimed.group.channel
        thread = await platform.open_thread(where, channel, claimed.post.message_id, name, text)
    except Held as held:
        why = f"No discussion thread: {held}"
        return "no thread", lambda session: queue.record_thread_later(session, claimed.post_id, None, why)
    except (TryLater, Unsure) as fault:
        wait = after_refusal(fault.seconds) if isinstance(fault, TryLater) else None
        return put_off(claimed, clock(), catch_up, str(fault), wait)
    return "thread", lambda session: queue.record_thread(session, claimed.post_id, thread)


def put_off(
    claimed: Claimed, now: datetime, catch_up: timedelta, why: str, wait: timedelta | None = None
) -> Outcome:
    """Try again later, as long as anybody would still want to discuss there; less and less often by itself."""
    sent = claimed.post.sent_at
    wait = wait or max(THREAD_AGAIN, after_doubt(sent, now))
    at = now + wait if sent is None or now - sent <= catch_up else None
    return "thread", lambda session: queue.record_thread_later(session, claimed.post_id, at, why)
