"""The boards that stand in channels: which of them to look at, and what became of that."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, or_, select, update
from sqlmodel import Session, col

from bot.store.queue import Claimed
from bot.store.tables import Group, Post, PostKind, PostState

OCCURRENCE = date(1970, 1, 1)
"""A channel has one board, which is for no day."""
AT_MOST_EVERY = timedelta(minutes=1)
SETTLED = timedelta(seconds=3)
"""What is told of a change comes from its transaction, which may take that long to end."""

_POST = Post.__table__  # type: ignore[attr-defined]


def touch(session: Session, groups: Collection[int] | None, now: datetime) -> None:
    """Let the boards of these groups, in all their channels, be looked at soon; None: every board."""
    wanted = select(_POST.c.id, _POST.c.edit_at, _POST.c.edited_at).where(_POST.c.edit_at.is_not(None))
    if groups is not None:
        rows = select(col(Group.id)).where(or_(col(Group.id).in_(groups), col(Group.twin_of).in_(groups)))
        wanted = wanted.where(_POST.c.kind == PostKind.BOARD, _POST.c.group_id.in_(rows))
    for post_id, edit_at, edited_at in session.connection().execute(wanted).all():
        soon = max(now + SETTLED, (edited_at + AT_MOST_EVERY) if edited_at else now)
        if soon < edit_at:
            _set(session, _POST.c.id == post_id, edit_at=soon)


def watch(session: Session, post_id: int, now: datetime) -> None:
    """A board that was just sent is kept up to date from now on."""
    _set(session, _POST.c.id == post_id, edit_at=now + AT_MOST_EVERY, edited_at=now)


def record_shown(
    session: Session, claimed: Claimed, digest: str, next_at: datetime, edited_at: datetime | None
) -> None:
    """The message says what the board does. Whoever touched it meanwhile has it looked at again."""
    values: dict[str, Any] = {
        "state": PostState.SENT,
        "reason": "",
        "shown": digest,
        "edit_at": case((_POST.c.edit_at == claimed.lease, next_at), else_=_POST.c.edit_at),
    }
    if edited_at is not None:
        values["edited_at"] = edited_at
    _set(session, _own(claimed), **values)


def record_later(session: Session, claimed: Claimed, at: datetime | None) -> None:
    """It was not edited; with `at` that is tried again."""
    _set(session, _own(claimed), edit_at=at)


def record_held(session: Session, claimed: Claimed, at: datetime | None, reason: str) -> None:
    """It can't be edited until a person mends something; without `at` it is left alone for good."""
    _set(session, _own(claimed), edit_at=at, state=PostState.HELD, reason=reason)


def _own(claimed: Claimed) -> Any:
    """The post, unless it was asked for anew or its channel was left meanwhile."""
    post = claimed.post
    return (
        (_POST.c.id == claimed.post_id)
        & (_POST.c.edition == post.edition)
        & (_POST.c.message_id == post.message_id)
        & _POST.c.edit_at.is_not(None)
    )


def _set(session: Session, where: Any, **values: Any) -> None:
    session.connection().execute(update(_POST).where(where).values(**values))
