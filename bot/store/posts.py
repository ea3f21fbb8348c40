"""Posts as rows: looking them up, giving them up, asking for them again."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy import update as update_columns
from sqlmodel import Session, col, select

from bot.store.tables import Post, PostKind, PostState

_POST = Post.__table__  # type: ignore[attr-defined]
UNSENT = and_(
    _POST.c.state.in_([PostState.DUE, PostState.HELD]), _POST.c.tried_at.is_(None), _POST.c.message_id == ""
)
"""The condition of a post that waits or is held and certainly was never in the channel."""


def miss_posts(session: Session, post_ids: Sequence[int], reason: str) -> None:
    """Give up posts that were never sent; why they were held is kept."""
    if post_ids:
        why = case((_POST.c.reason == "", reason), else_=_POST.c.reason)
        missed = update_columns(_POST).where(_POST.c.id.in_(post_ids), UNSENT)
        values = {"state": PostState.MISSED, "try_at": None, "reason": why}
        session.connection().execute(missed.values(values))


def prompt_reminded_of(session: Session, reminder: Post) -> Post | None:
    """The prompt that a reminder is about: the newest one of its topic up to its day."""
    return session.exec(
        select(Post)
        .where(
            Post.group_id == reminder.group_id,
            Post.kind == PostKind.PROMPT,
            Post.item_id == reminder.item_id,
            Post.occurrence <= reminder.occurrence,
        )
        .order_by(col(Post.occurrence).desc())
        .limit(1)
    ).first()


def post_at(session: Session, group_id: int, kind: PostKind, occurrence: date) -> Post | None:
    """The one post of that kind for that occurrence."""
    return session.exec(
        select(Post).where(Post.group_id == group_id, Post.kind == kind, Post.occurrence == occurrence)
    ).first()


def there_is(session: Session, group_id: int, kind: PostKind, since: date) -> bool:
    """Whether a group has a post of that kind for that day or a later one, whatever became of it."""
    wanted = Post.group_id == group_id, Post.kind == kind, Post.occurrence >= since
    return session.exec(select(Post.id).where(*wanted).limit(1)).first() is not None


def post_in(session: Session, group_id: int, post_id: int) -> Post | None:
    """A post by its id, if it is that group's."""
    return session.exec(select(Post).where(Post.group_id == group_id, Post.id == post_id)).first()


def latest_posts(session: Session, group_id: int, limit: int) -> Sequence[Post]:
    """A group's newest posts, newest first, without its board."""
    newest = (col(Post.due_at).desc(), col(Post.id).desc())
    planned = Post.group_id == group_id, Post.kind != PostKind.BOARD
    return session.exec(select(Post).where(*planned).order_by(*newest).limit(limit)).all()


def last_prompt_day(session: Session, group_id: int) -> date | None:
    """The occurrence of the newest prompt that was not missed."""
    return session.exec(
        select(func.max(Post.occurrence)).where(
            Post.group_id == group_id, Post.kind == PostKind.PROMPT, Post.state != PostState.MISSED
        )
    ).first()


def waiting_prompt(session: Session, group_id: int) -> Post | None:
    """The prompt that waits, is being sent or is held."""
    waits = col(Post.state).in_([PostState.DUE, PostState.CLAIMED, PostState.HELD])
    return session.exec(
        select(Post)
        .where(Post.group_id == group_id, Post.kind == PostKind.PROMPT, waits)
        .order_by(col(Post.occurrence).desc())
        .limit(1)
    ).first()


def sent_prompt_of(session: Session, group_id: int, item_id: int) -> Post | None:
    """The newest sent prompt about a topic."""
    return session.exec(
        select(Post)
        .where(
            Post.group_id == group_id,
            Post.kind == PostKind.PROMPT,
            Post.state == PostState.SENT,
            Post.item_id == item_id,
        )
        .order_by(col(Post.occurrence).desc())
        .limit(1)
    ).first()


def post_again(session: Session, post_id: int, edition: int, now: datetime) -> bool:
    """Queue a post once more under a new nonce, unless somebody asked for that edition before."""
    asked = (
        update_columns(_POST)
        .where(_POST.c.id == post_id, _POST.c.edition == edition, _POST.c.try_at.is_(None))
        .values(
            state=PostState.DUE,
            edition=edition + 1,
            try_at=now,
            due_at=now,
            tried_at=None,
            attempts=0,
            thread_id="",
            thread_try_at=None,
            edit_at=None,
            shown="",
            reason="",
        )
    )
    return session.connection().execute(asked).rowcount == 1


def unsent(session: Session, group_id: int) -> Sequence[Post]:
    """Posts of a group's plan that wait or are held and certainly were never in the channel; a board is none of it."""
    planned = Post.group_id == group_id, Post.kind != PostKind.BOARD
    return session.exec(select(Post).where(*planned, UNSENT)).all()


def requeue(session: Session, post_id: int, now: datetime, **values: Any) -> bool:
    """Queue a post that waits, is held or was missed for now; one that somebody is sending stays theirs (False)."""
    due = {"state": PostState.DUE, "try_at": now, "due_at": now, "attempts": 0, **values}
    free = _POST.c.id == post_id, _POST.c.state != PostState.CLAIMED
    return session.connection().execute(update_columns(_POST).where(*free).values(due)).rowcount == 1


def follow(session: Session, leader: Post, row: int, now: datetime) -> None:
    """Queue a group's post in one more of its channels too, unless the same was sent there."""
    there = post_at(session, row, PostKind(leader.kind), leader.occurrence)
    same: dict[str, Any] = {"step": leader.step, "item_id": leader.item_id}
    if there is None:
        due: dict[str, Any] = {
            "kind": leader.kind,
            "occurrence": leader.occurrence,
            "due_at": now,
            "try_at": now,
        }
        session.add(Post(group_id=row, **same, **due))
        session.flush()
    elif there.state == PostState.MISSED or there.item_id != leader.item_id:
        # A new edition, because the platform would take the old nonce for a repeat of what it has.
        gone = {"edition": there.edition + 1, "message_id": "", "thread_id": ""}
        requeue(session, there.id or 0, now, **same, **gone)
    elif there.state != PostState.SENT:
        requeue(session, there.id or 0, now)
    if there is not None:
        session.refresh(there)


def forget_messages(session: Session, group_id: int) -> None:
    """Let go of what was posted in a channel that the group has left; the records stay."""
    gone = {"message_id": "", "thread_id": "", "thread_try_at": None, "edit_at": None}
    session.connection().execute(update_columns(_POST).where(_POST.c.group_id == group_id).values(gone))


def leave_out(session: Session, post_id: int, state: PostState, reason: str) -> None:
    """Record that a post was not sent and will not be: it was missed, or there was no need of it."""
    left = {"state": state, "try_at": None, "tried_at": None, "reason": reason}
    session.connection().execute(update_columns(_POST).where(_POST.c.id == post_id).values(left))


def miss(session: Session, post_id: int, reason: str) -> None:
    """Record that a post was missed."""
    leave_out(session, post_id, PostState.MISSED, reason)
