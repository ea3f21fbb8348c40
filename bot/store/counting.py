"""Figures about everything that the database holds, cheap enough to be asked for every few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.store.tables import Group, GroupState, MarkRow, Post


@dataclass(frozen=True, slots=True)
class Counts:
    """`waiting` posts are due now and nobody has them; `oldest_due` is when the first of them was due."""

    waiting: int
    oldest_due: datetime | None
    groups: Mapping[str, int]
    marks: int


def counts(session: Session, now: datetime) -> Counts:
    """Count. Marks are told by their highest number: they are only ever added, and counting reads all of them."""
    waiting, oldest = session.exec(
        select(func.count(), func.min(Post.due_at)).where(col(Post.try_at) <= now)
    ).one()
    states = dict(
        session.exec(
            select(Group.state, func.count()).where(col(Group.twin_of).is_(None)).group_by(Group.state)
        ).all()
    )
    marks = session.exec(select(func.max(MarkRow.id))).one()
    return Counts(waiting, oldest, {state.value: states.get(state, 0) for state in GroupState}, marks or 0)
