"""Planning in the database: which groups are due, what they have, and the rows that follow."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session

from bot.core.shards import ALL, Shards
from bot.store.posts import UNSENT
from bot.store.sharding import served_workspaces
from bot.store.tables import Group, Post, PostKind

_GROUP = Group.__table__  # type: ignore[attr-defined]
_POST = Post.__table__  # type: ignore[attr-defined]
_DUE = (
    select(_GROUP).where(_GROUP.c.next_due_at <= bindparam("now")).order_by(_GROUP.c.next_due_at)
).with_for_update(skip_locked=True)
_PLANNED = select(_GROUP).where(_GROUP.c.next_due_at.is_not(None))
_ADVANCE = update(_GROUP).where(_GROUP.c.id == bindparam("group"))


def due_groups(session: Session, now: datetime, limit: int, shards: Shards = ALL) -> Sequence[Any]:
    """Rows of these shards' groups whose next occurrence has come, longest waiting first, locked for this planner.

    Rows and not objects: ten thousand groups are planned in one tick.
    """
    due = _DUE if shards.is_all else _DUE.where(_GROUP.c.workspace_id.in_(served_workspaces(shards)))
    return session.connection().execute(due.limit(limit), {"now": now}).all()


def planned_groups(session: Session) -> Sequence[Any]:
    """Rows of every group that has a next occurrence."""
    return session.connection().execute(_PLANNED).all()


def advance_groups(session: Session, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write what planning changed: each mapping has `group` (the id) and the same columns."""
    if changes:
        values: dict[str, Any] = {name: bindparam(name) for name in changes[0] if name != "group"}
        session.connection().execute(_ADVANCE.values(values), list(changes))


def add_posts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Queue posts. Raises IntegrityError when (group, kind, occurrence) is there already."""
    if rows:
        session.connection().execute(insert(_POST), list(rows))


class Known(NamedTuple):
    """A post that exists already, as far as planning cares."""

    group_id: int
    kind: str
    occurrence: date
    item_id: int
    state: str
    id: int
    waiting: bool
    """Whether it is a prompt, queued or held, that certainly was never in the channel; then it is locked."""


def known_posts(session: Session, group_ids: Sequence[int], since: date) -> dict[int, list[Known]]:
    """The posts of several groups from an occurrence on, by group, oldest first.

    Prompts that wait are locked: until this transaction ends nobody claims one whose topic it may give to the next.
    """
    post = _POST.c
    wanted = post.group_id.in_(group_ids), post.occurrence >= since
    waiting = select(post.id).where(*wanted, post.kind == PostKind.PROMPT, UNSENT).with_for_update()
    # Read first: a claim that is committed by now is seen by the second statement, and no other can come between.
    locked = set(session.connection().execute(waiting.order_by(post.id)).scalars())
    columns = (post.group_id, post.kind, post.occurrence, post.item_id, post.state, post.id)
    rows = session.connection().execute(select(*columns).where(*wanted).order_by(post.occurrence))
    found: dict[int, list[Known]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(Known(*row, row.id in locked))
    return found


def next_due(session: Session) -> datetime | None:
    """The earliest moment at which a group is due, or a post or its thread worth an attempt."""
    columns = (_GROUP.c.next_due_at, _POST.c.try_at, _POST.c.thread_try_at, _POST.c.edit_at)
    found = [session.connection().execute(select(func.min(column))).scalar() for column in columns]
    return min((moment for moment in found if moment is not None), default=None)
