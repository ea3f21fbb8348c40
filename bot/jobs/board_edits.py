"""Keeping a board's message up to date: edited in place, at most once a minute, and never posted again by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.commands.board_post import changes_at, digest_of
from bot.commands.post_texts import composed
from bot.core.platform import Deleted, Held, Platform, TryLater, Unsure
from bot.jobs.again import after_refusal
from bot.jobs.threads import Outcome
from bot.store import board_posts
from bot.store.board_posts import AT_MOST_EVERY
from bot.store.database import Database
from bot.store.queue import Claimed
from bot.study.catalog import Catalog

DELETED = "Its message was deleted, and stays so. `/board here` posts it anew."
AGAIN, MENDED = timedelta(minutes=1), timedelta(hours=1)


async def brought_up_to_date(
    platform: Platform, database: Database, catalog: Catalog, claimed: Claimed, clock: Callable[[], datetime]
) -> Outcome:
    """Edit a board's message if it says something else; what the platform refuses is an outcome too."""
    now, post = clock(), claimed.post
    if post.edited_at is not None and now < post.edited_at + AT_MOST_EVERY:
        soon = post.edited_at + AT_MOST_EVERY
        return "early", lambda session: board_posts.record_later(session, claimed, soon)
    reply = await database.read(lambda session: composed(session, catalog, claimed.home, post, now))
    digest, next_at = digest_of(reply), changes_at(claimed.home, now)
    if digest == post.shown:
        return "same", lambda session: board_posts.record_shown(session, claimed, digest, next_at, None)
    try:
        where = claimed.workspace.external_id
        await platform.edit(where, claimed.group.channel, post.message_id, reply)
    except Deleted:
        return "deleted", _held(claimed, None, DELETED)
    except Held as held:
        return "held", _held(claimed, None if held.gone else clock() + MENDED, str(held))
    except (TryLater, Unsure) as fault:
        # Saying the same once more changes nothing, so doubt is no trouble here.
        at = clock() + (max(after_refusal(fault.seconds), AGAIN) if isinstance(fault, TryLater) else AGAIN)
        return "later", lambda session: board_posts.record_later(session, claimed, at)
    return "edited", lambda session: board_posts.record_shown(session, claimed, digest, next_at, now)


def put_off(claimed: Claimed, now: datetime) -> Outcome:
    """Try again in an hour what failed by our own fault."""
    return "broken", lambda session: board_posts.record_later(session, claimed, now + MENDED)


def _held(claimed: Claimed, at: datetime | None, reason: str) -> Callable[[Session], None]:
    return lambda session: board_posts.record_held(session, claimed, at, reason)
