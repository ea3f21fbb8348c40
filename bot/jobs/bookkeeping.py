"""What delivery takes from the queue, and what it puts on record there when that is more than one row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.core.platform import Held
from bot.core.shards import Shards
from bot.jobs.against import Against
from bot.store import board_posts, groups, posts, queue
from bot.store.queue import Claim, Claimed
from bot.store.tables import PostKind


def taken(
    session: Session, ready: Sequence[str], now: datetime, free: int, only: int | None, shards: Shards
) -> tuple[list[Claim], list[Claim], list[Claim]]:
    """Posts, and with the places that they leave, threads and boards: nobody's thread is worth another's post."""
    sends = queue.claim(session, ready, now, free, only, shards)
    left = free - len(sends)
    threads = queue.claim_threads(session, ready, now, left, only, shards) if left else []
    left -= len(threads)
    boards = left and only is None
    return sends, threads, queue.claim_edits(session, ready, now, left, shards) if boards else []


def sent(session: Session, claimed: Claimed, now: datetime, message_id: str) -> None:
    """It is in the channel; a prompt's thread comes next, and a board is kept up to date from now on."""
    thread = claimed.post.kind == PostKind.PROMPT
    queue.record_sent(session, claimed.post_id, now, message_id, thread=thread)
    if claimed.post.kind == PostKind.BOARD:
        board_posts.watch(session, claimed.post_id, now)


def left_out(session: Session, claimed: Claimed, why: Against, now: datetime) -> None:
    """It is not posted, and a prompt that nobody has seen gives its topic to the next one."""
    post = claimed.post
    posts.leave_out(session, claimed.post_id, why.state, why.reason)
    # One that was posted before and asked for again has been seen.
    if post.kind == PostKind.PROMPT and not post.message_id:
        groups.take_step_back(session, post, now)


def put_on_hold(session: Session, claimed: Claimed, held: Held, recheck: datetime | None) -> bool:
    """Hold it, and with a channel that is gone its group; whether the organizer does not know that yet."""
    queue.record_held(session, claimed, recheck, str(held))
    if held.gone:
        return groups.hold(session, claimed.post.group_id, str(held))
    # Who asks for it once more reads the same reason in the answer. A fault of ours is new with its last attempt.
    return claimed.post.reason != str(held) or claimed.post.attempts > 0


def line_of(claimed: Claimed, outcome: str, clock: float, late: float) -> dict[str, Any]:
    """What the log says of an attempt; `clock` is monotonic seconds now, `late` seconds after its time."""
    return {
        "post": claimed.post.id,
        "kind": claimed.post.kind,
        "group": claimed.group.id,
        "outcome": outcome,
        "ms": round((clock - claimed.began) * 1000, 1),
        "late_s": round(late, 1),
    }
