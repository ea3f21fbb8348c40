"""The queue of what is said to members privately: planning, claiming, and recording what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.core.identity import account_of
from bot.core.shards import ALL, Shards
from bot.store.queue import Claim
from bot.store.sharding import is_served, served_workspaces
from bot.store.tables import (
    Group,
    GroupState,
    MarkRow,
    Member,
    Nudge,
    NudgeKind,
    Post,
    PostKind,
    PostState,
    PreferenceRow,
    Workspace,
)
from bot.study.preferences import Reminded

LEASE = timedelta(seconds=150)
"""How long a claim lasts: longer than finding the channel, looking into it and sending may take."""
KEPT = timedelta(days=60)
"""How long a reminder stays on record; that somebody was shown a way back stays as long as they do."""

_POST = Post.__table__  # type: ignore[attr-defined]
_NUDGE = Nudge.__table__  # type: ignore[attr-defined]
_MEMBER = Member.__table__  # type: ignore[attr-defined]
_GROUP = Group.__table__  # type: ignore[attr-defined]
_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]
_ROW_OF_MEMBER = func.coalesce(_MEMBER.c.via, _MEMBER.c.group_id)
"""The row of the channel in which a member joined: its workspace is where they have chosen what they like."""


def next_to_pass_on(session: Session, shards: Shards = ALL) -> tuple[Post, Group] | None:
    """A reminder that is still to be planned for those who want it privately, with its group; locked."""
    wanted = select_objects(Post, Group).join(Group, col(Group.id) == col(Post.group_id))
    if not shards.is_all:
        wanted = wanted.where(_GROUP.c.workspace_id.in_(served_workspaces(shards)))
    # Not by their ids, or SQLite walks through every post there is in that order to find none.
    waiting = wanted.where(col(Post.passed_on).is_not(None)).order_by(col(Post.due_at), col(Post.id)).limit(1)
    found = session.exec(waiting.with_for_update(skip_locked=True, of=Post)).first()
    return None if found is None else (found[0], found[1])


def private_members(session: Session, home: Group, after: str, limit: int) -> Sequence[Any]:
    """Rows of a group's members who want reminders privately: `id`, `person` and their own times; by person."""
    row, chosen = aliased(Group), PreferenceRow
    channels = select(col(Group.workspace_id)).where(or_(Group.id == home.id, Group.twin_of == home.id))  # type: ignore[arg-type]
    wanted = (
        select(col(Member.id), *chosen.__table__.columns)  # type: ignore[attr-defined]
        .join(Member, col(Member.person) == col(chosen.person))
        .join(row, col(row.id) == func.coalesce(col(Member.via), col(Member.group_id)))
        .where(col(chosen.workspace_id).in_(channels), col(chosen.person) > after)
        .where(col(chosen.reminders) == Reminded.DM.value, col(chosen.refused_at).is_(None))
        .where(col(row.workspace_id) == col(chosen.workspace_id))
        .where(col(Member.group_id) == home.id, col(Member.left_at).is_(None))
    )
    return session.connection().execute(wanted.order_by(col(chosen.person)).limit(limit)).all()


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Queue what was decided: `member_id`, `kind`, `occurrence`, `item_id`, `due_at` and `until` of each."""
    if rows:
        waits = {"state": PostState.DUE.value, "attempts": 0, "reason": "", "message_id": ""}
        session.connection().execute(
            insert(_NUDGE), [{**row, **waits, "try_at": row["due_at"]} for row in rows]
        )


def already(
    session: Session, member_ids: Sequence[int], kind: NudgeKind, occurrence: date | None = None
) -> Sequence[Any]:
    """`member_id` and `occurrence` of what these members were, or are to be, told of that kind."""
    columns = _NUDGE.c.member_id, _NUDGE.c.occurrence
    wanted = select(*columns).where(_NUDGE.c.member_id.in_(member_ids), _NUDGE.c.kind == kind.value)
    if occurrence is not None:
        wanted = wanted.where(_NUDGE.c.occurrence == occurrence)
    return session.connection().execute(wanted).all()


def passed_on(session: Session, post: Post, to: str | None) -> None:
    """Note up to whom a reminder was planned; None: for everybody."""
    session.connection().execute(update(_POST).where(_POST.c.id == post.id).values(passed_on=to))


def claim(
    session: Session, platforms: Sequence[str], now: datetime, limit: int, shards: Shards
) -> list[Claim]:
    """Take what is worth an attempt now, longest waiting first: it is the claimer's while the lease lasts."""
    by = [
        _MEMBER.c.id == _NUDGE.c.member_id,
        _WORKSPACE.c.platform.in_(platforms),
        _WORKSPACE.c.left_at.is_(None),
        *([] if shards.is_all else [is_served(shards)]),
    ]
    places = _MEMBER.join(_GROUP, _GROUP.c.id == _ROW_OF_MEMBER)
    served = (
        exists().select_from(places.join(_WORKSPACE, _WORKSPACE.c.id == _GROUP.c.workspace_id)).where(*by)
    )
    chosen = select(_NUDGE.c.id).where(_NUDGE.c.try_at <= now, served).order_by(_NUDGE.c.try_at).limit(limit)
    ids = session.connection().execute(chosen.with_for_update(skip_locked=True, of=_NUDGE)).scalars().all()
    if not ids:
        return []
    values = {
        "state": PostState.CLAIMED.value,
        "try_at": now + LEASE,
        "tried_at": func.coalesce(_NUDGE.c.tried_at, now),
    }
    taken = update(_NUDGE).where(_NUDGE.c.id.in_(ids), _NUDGE.c.try_at <= now).values(values)
    found = session.connection().execute(taken.returning(_NUDGE.c.id, _NUDGE.c.tried_at))
    return [Claim(id_, now + LEASE, tried_at if tried_at < now else None) for id_, tried_at in found]


@dataclass(frozen=True, slots=True)
class About:
    """What a nudge is about. `workspace` is where the person is reached; None where that is nowhere any more."""

    nudge: Nudge
    member: Member
    home: Group
    row: Group
    workspace: Workspace | None

    @property
    def platform(self) -> str:
        """The platform on which the person is spoken to."""
        return account_of(self.member.person)[0]


def rows_of(session: Session, member_id: int) -> tuple[Member, Group, Group]:
    """A member, their group, and the row of the channel in which they joined it."""
    member = session.get_one(Member, member_id)
    home, row = member.group_id, member.via or member.group_id
    return member, session.get_one(Group, home), session.get_one(Group, row)


def about(session: Session, nudge_id: int) -> About:
    """Read what a nudge is about."""
    nudge = session.get_one(Nudge, nudge_id)
    member, home, row = rows_of(session, nudge.member_id)
    workspace = session.get_one(Workspace, row.workspace_id)
    reached = workspace.platform == account_of(member.person)[0] and workspace.left_at is None
    return About(nudge, member, home, row, workspace if reached else None)


def was_prompted(session: Session, found: About) -> bool:
    """Whether the topic of a reminder was posted in any channel of the group."""
    rows = select(col(Group.id)).where(or_(Group.id == found.home.id, Group.twin_of == found.home.id))  # type: ignore[arg-type]
    seen = exists().where(
        col(Post.group_id).in_(rows),
        col(Post.kind) == PostKind.PROMPT.value,
        col(Post.item_id) == found.nudge.item_id,
        col(Post.occurrence) <= found.nudge.occurrence,
        col(Post.message_id) != "",
    )
    return bool(session.connection().execute(select(seen)).scalar())


def record(session: Session, claim: Claim, **values: Any) -> None:
    """Write what became of it, unless the lease was slept over and it is somebody else's by now."""
    own = _NUDGE.c.id == claim.post_id, _NUDGE.c.try_at == claim.lease
    session.connection().execute(update(_NUDGE).where(*own).values(**values))


def record_sent(session: Session, nudge_id: int, now: datetime, message_id: str) -> None:
    """It is there, which anybody may say who knows it."""
    sent = {"state": PostState.SENT.value, "sent_at": now, "message_id": message_id, "reason": ""}
    ours = update(_NUDGE).where(_NUDGE.c.id == nudge_id)
    session.connection().execute(ours.values(try_at=None, tried_at=None, **sent))


def refused(session: Session, found: About, now: datetime) -> None:
    """Note that a person takes no direct messages, if they have ever chosen to get any."""
    own = (
        col(PreferenceRow.workspace_id) == found.row.workspace_id,
        col(PreferenceRow.person) == found.member.person,
    )
    session.connection().execute(update(PreferenceRow).where(*own).values(refused_at=now))


_LAST = (
    select(col(MarkRow.at))
    .where(col(MarkRow.member_id) == _MEMBER.c.id)
    .order_by(col(MarkRow.id).desc())
    .limit(1)
    .scalar_subquery()
)
_PAGE = (
    select(_MEMBER.c.id)
    .where(_MEMBER.c.id > bindparam("after"))
    .order_by(_MEMBER.c.id)
    .limit(bindparam("size"))
)
_HEARD_OF = (
    select(_MEMBER.c.id, _MEMBER.c.person, func.coalesce(_LAST, _MEMBER.c.joined_at).label("last"))
    .join(_GROUP, _GROUP.c.id == _MEMBER.c.group_id)
    .where(_MEMBER.c.id.in_(bindparam("members", expanding=True)), _MEMBER.c.left_at.is_(None))
    .where(_GROUP.c.state == GroupState.ACTIVE.value)
    .order_by(_MEMBER.c.id)
)


def page_of_members(session: Session, after: int, size: int) -> Sequence[int]:
    """The ids of all members there are or were, a page of them at a time."""
    return session.connection().execute(_PAGE, {"after": after, "size": size}).scalars().all()


def heard_of(session: Session, members: Sequence[int], shards: Shards = ALL) -> Sequence[Any]:
    """`id`, `person` and `last` of those members whose groups run: when each recorded anything, or joined."""
    wanted = (
        _HEARD_OF if shards.is_all else _HEARD_OF.where(_GROUP.c.workspace_id.in_(served_workspaces(shards)))
    )
    return session.connection().execute(wanted, {"members": list(members)}).all()


def last_heard(session: Session, people: Sequence[str]) -> Sequence[Any]:
    """The memberships of one person, by all of their keys, which they have not left; the last heard of first."""
    wanted = select(_MEMBER.c.id, func.coalesce(_LAST, _MEMBER.c.joined_at).label("last"))
    own = _MEMBER.c.person.in_(people), _MEMBER.c.left_at.is_(None)
    rows = session.connection().execute(wanted.where(*own)).all()
    return sorted(rows, key=lambda row: (row.last, row.id), reverse=True)


def forget(session: Session, member_ids: Sequence[int | None]) -> None:
    """Leave nothing that was or would be said to these members."""
    session.exec(delete(Nudge).where(col(Nudge.member_id).in_(member_ids)))


def expire(session: Session, now: datetime) -> None:
    """Delete old reminders; each is worth nothing after its week."""
    old = col(Nudge.kind) == NudgeKind.REMINDER.value, col(Nudge.due_at) < now - KEPT
    session.exec(delete(Nudge).where(*old))
