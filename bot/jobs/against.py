"""What speaks against sending a post when its time has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.commands.post_texts import is_needless
from bot.store import posts
from bot.store.queue import Claimed
from bot.store.tables import Post, PostState
from bot.study.catalog import Catalog

TOO_LATE = "It could not be posted in time."
NO_PROMPT = "Its week had no prompt."
NOBODY_LEFT = "Everybody has done the topic or is away."


@dataclass(frozen=True, slots=True)
class Against:
    """What becomes of a post that is not sent, and why."""

    state: PostState
    reason: str


def is_too_late(post: Post, now: datetime, catch_up: timedelta) -> bool:
    """Whether the time is over in which a post is still worth sending."""
    return now - post.due_at > catch_up


def against_reminder(
    session: Session, catalog: Catalog, claimed: Claimed, now: datetime, catch_up: timedelta, *, repeats: bool
) -> Against | None:
    """Whether a reminder is not to be sent. One that `repeats` may be there already, whoever is done meanwhile."""
    post = claimed.post
    if _has_no_prompt(session, post, now, catch_up):
        return Against(PostState.MISSED, NO_PROMPT)
    edition = catalog.editions[claimed.home.roadmap_id]
    if not repeats and is_needless(session, edition, claimed.home, post, now):
        return Against(PostState.NEEDLESS, NOBODY_LEFT)
    return None


def _has_no_prompt(session: Session, post: Post, now: datetime, catch_up: timedelta) -> bool:
    """Whether it is a reminder of a prompt that nobody saw or will see."""
    prompt = posts.prompt_reminded_of(session, post)
    if prompt is None or prompt.message_id:
        return False
    return prompt.state in (PostState.MISSED, PostState.HELD) or is_too_late(prompt, now, catch_up)
