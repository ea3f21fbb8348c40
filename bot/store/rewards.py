"""Rewards: which roles are given for what, and whose records are to be looked at for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, delete, exists, func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.store import notes
from bot.store.grants import LEASE
from bot.store.tables import Grant, Group, MarkRow, Member, Meta, Reward, Workspace

SEEN = "rewards_seen"
SPAN = 5000
"""Marks that are looked through at once."""

_GRANT = Grant.__table__  # type: ignore[attr-defined]
_REWARD = Reward.__table__  # type: ignore[attr-defined]
_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]


def of_group(session: Session, group_id: int, workspace_id: int | None = None) -> Sequence[Reward]:
    """The rewards of a group, in one workspace or in all; oldest first."""
    wanted = select_objects(Reward).where(Reward.group_id == group_id)
    if workspace_id is not None:
        wanted = wanted.where(Reward.workspace_id == workspace_id)
    return session.exec(wanted.order_by(col(Reward.id))).all()


def make(session: Session, made: Reward) -> Reward:
    """Keep a reward; one for the same thing gets the new role, after the old one was taken away by the caller."""
    if session.connection().execute(select(col(Reward.id)).limit(1)).first() is None:
        # Until now nobody looked at marks, and everybody is looked at for a new reward.
        notes.put(session, SEEN, str(_newest(session)))
    session.add(made)
    session.flush()
    return made


def holders(session: Session, reward_id: int) -> int:
    """How many members may have a reward's role."""
    had = select(func.count()).where(_GRANT.c.reward_id == reward_id, _GRANT.c.given)
    return int(session.connection().execute(had).scalar_one())


def drop(session: Session, reward_id: int) -> None:
    """Forget a reward; whoever has its role keeps it."""
    session.connection().execute(delete(_GRANT).where(_GRANT.c.reward_id == reward_id))
    session.delete(session.get_one(Reward, reward_id))
    session.flush()


def end(session: Session, reward_id: int, now: datetime) -> None:
    """Take a reward's role from everybody who may have it; then it is forgotten."""
    mine = _GRANT.c.reward_id == reward_id
    session.connection().execute(delete(_GRANT).where(mine, ~_GRANT.c.given))
    session.connection().execute(update(_GRANT).where(mine).values(wanted=False, try_at=now, attempts=0))
    ending = {"ending": True, "walked_to": None, "held_until": None}
    session.connection().execute(update(_REWARD).where(_REWARD.c.id == reward_id).values(**ending))


def finish_ended(session: Session) -> None:
    """Forget the rewards that end and have been taken from everybody."""
    waits = exists().where(_GRANT.c.reward_id == _REWARD.c.id, _GRANT.c.try_at.is_not(None))
    for reward_id in (
        session.connection().execute(select(_REWARD.c.id).where(_REWARD.c.ending, ~waits)).scalars().all()
    ):
        drop(session, reward_id)


def retry(session: Session, reward_id: int, now: datetime) -> None:
    """Try again now what was held."""
    session.connection().execute(update(_REWARD).where(_REWARD.c.id == reward_id).values(held_until=None))
    waiting = _GRANT.c.reward_id == reward_id, _GRANT.c.try_at > now + LEASE
    session.connection().execute(update(_GRANT).where(*waiting).values(try_at=now))


def _newest(session: Session) -> int:
    return int(session.connection().execute(select(func.max(col(MarkRow.id)))).scalar() or 0)


def there_are(session: Session) -> bool:
    """Whether anything is rewarded, or still to be taken back."""
    return session.connection().execute(select(_REWARD.c.id).limit(1)).first() is not None


def may_be_due(now: Any) -> ColumnElement[bool]:
    """The condition that a reward ends or is new, a role is to be given or taken, or anything was recorded."""
    seen = (
        select(func.coalesce(func.max(col(Meta.value)), "0")).where(col(Meta.key) == SEEN).scalar_subquery()
    )
    newest = select(func.max(col(MarkRow.id))).scalar_subquery()
    return exists(select(_REWARD.c.id)) & or_(
        exists().where(or_(_REWARD.c.ending, _REWARD.c.walked_to.is_not(None))),
        exists().where(_GRANT.c.try_at <= now),
        newest > cast(seen, BigInteger),
    )


def news(session: Session, settled: datetime | None) -> Sequence[int]:
    """Members of rewarding groups who recorded something since the last look, which this one becomes.

    On a server marks may become visible out of order: only those before `settled` are looked at then.
    """
    seen = int(notes.get(session, SEEN) or 0)
    to = min(_newest(session), seen + SPAN)
    if settled is not None:
        young = select(func.min(col(MarkRow.id))).where(col(MarkRow.id) > seen, col(MarkRow.at) > settled)
        first = session.connection().execute(young).scalar()
        to = to if first is None else min(to, first - 1)
    if to <= seen:
        return ()
    new = col(MarkRow.id) > seen, col(MarkRow.id) <= to
    rewarding = col(Member.group_id).in_(select(col(Reward.group_id)))
    found = (
        select(col(Member.id)).join(MarkRow, col(MarkRow.member_id) == col(Member.id)).where(*new, rewarding)
    )
    notes.put(session, SEEN, str(to))
    return [member or 0 for member in session.connection().execute(found.distinct()).scalars()]


def marks_are_gone(session: Session) -> None:
    """Look at no fewer marks than there will be: SQLite gives the number of a newest mark again that was deleted."""
    seen, newest = int(notes.get(session, SEEN) or 0), _newest(session)
    if seen > newest:
        notes.put(session, SEEN, str(newest))


def walk(session: Session, size: int) -> Sequence[int]:
    """A page of members of a group with a reward for which not everybody was looked at yet."""
    waiting = select_objects(Reward).where(col(Reward.walked_to).is_not(None), ~col(Reward.ending))
    reward = session.exec(waiting.order_by(col(Reward.id)).limit(1)).first()
    if reward is None:
        return ()
    theirs = col(Member.group_id) == reward.group_id, col(Member.id) > reward.walked_to
    page = session.exec(select_objects(Member.id).where(*theirs).order_by(col(Member.id)).limit(size)).all()
    reward.walked_to = page[-1] if len(page) == size else None
    session.add(reward)
    session.flush()
    return [member for member in page if member is not None]


def walk_again(session: Session, group_ids: Sequence[int]) -> None:
    """Look at every member of these groups once more."""
    mine = _REWARD.c.group_id.in_(group_ids), ~_REWARD.c.ending
    session.connection().execute(update(_REWARD).where(*mine).values(walked_to=0))


def grants_of(session: Session, member_id: int) -> dict[int, Grant]:
    """A member's grants by reward."""
    found = session.exec(select_objects(Grant).where(Grant.member_id == member_id)).all()
    return {grant.reward_id: grant for grant in found}


def forget(session: Session, member_ids: Sequence[int | None]) -> None:
    """Leave no grants of these members."""
    session.connection().execute(delete(_GRANT).where(_GRANT.c.member_id.in_(member_ids)))


def purge(session: Session, workspace_ids: Sequence[int], group_ids: Any) -> None:
    """Delete the rewards of these workspaces and groups with all their grants."""
    theirs = or_(_REWARD.c.workspace_id.in_(workspace_ids), _REWARD.c.group_id.in_(group_ids))
    ids = select(_REWARD.c.id).where(theirs)
    session.connection().execute(delete(_GRANT).where(_GRANT.c.reward_id.in_(ids)))
    session.connection().execute(delete(_REWARD).where(theirs))


def move(session: Session, home: Group, twin: Group) -> None:
    """Let a channel that is a group of its own again have the rewards of its workspace, if that is another one."""
    if home.workspace_id != twin.workspace_id:
        mine = _REWARD.c.group_id == home.id, _REWARD.c.workspace_id == twin.workspace_id
        session.connection().execute(update(_REWARD).where(*mine).values(group_id=twin.id))
