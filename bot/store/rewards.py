"""Rewards and grants: which roles are given for what, and the queue of who is to get or lose one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, exists, func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.core.shards import ALL, Shards
from bot.store import notes
from bot.store.sharding import is_served
from bot.store.tables import Grant, Group, MarkRow, Member, Reward, Workspace

LEASE = timedelta(seconds=75)
HELD_FOR = timedelta(hours=1)
"""When a role that the platform refused is tried again by itself."""
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


@dataclass(frozen=True, slots=True)
class Order:
    """A grant that was claimed; the `lease` is the claimer's."""

    grant_id: int
    lease: datetime


def claim(
    session: Session, platforms: Sequence[str], now: datetime, limit: int, shards: Shards = ALL
) -> list[Order]:
    """Take grants that something is to be done about, unless their role is held."""
    free = or_(_REWARD.c.held_until.is_(None), _REWARD.c.held_until <= now)
    by = [
        _REWARD.c.id == _GRANT.c.reward_id,
        free,
        _WORKSPACE.c.platform.in_(platforms),
        _WORKSPACE.c.left_at.is_(None),
        *([] if shards.is_all else [is_served(shards)]),
    ]
    served = (
        exists().select_from(_REWARD.join(_WORKSPACE, _WORKSPACE.c.id == _REWARD.c.workspace_id)).where(*by)
    )
    chosen = select(_GRANT.c.id).where(_GRANT.c.try_at <= now, served).order_by(_GRANT.c.try_at).limit(limit)
    ids = session.connection().execute(chosen.with_for_update(skip_locked=True, of=_GRANT)).scalars().all()
    if not ids:
        return []
    # What is to be given may be there from now on, however this ends.
    values = {"try_at": now + LEASE, "given": or_(_GRANT.c.given, _GRANT.c.wanted)}
    taken = update(_GRANT).where(_GRANT.c.id.in_(ids), _GRANT.c.try_at <= now).values(values)
    found = session.connection().execute(taken.returning(_GRANT.c.id)).scalars().all()
    return [Order(grant_id, now + LEASE) for grant_id in found]


@dataclass(frozen=True, slots=True)
class Due:
    """What a claimed grant is about. `needed_elsewhere`: the same role is the person's for another reward too."""

    on: bool
    workspace: Workspace
    person: str
    role: str
    reward_id: int
    needed_elsewhere: bool


def due(session: Session, order: Order) -> Due:
    """Read what is to be done."""
    wanted = (
        select_objects(Grant, Reward, Workspace, Member)
        .join(Reward, col(Reward.id) == col(Grant.reward_id))
        .join(Workspace, col(Workspace.id) == col(Reward.workspace_id))
        .join(Member, col(Member.id) == col(Grant.member_id))
        .where(Grant.id == order.grant_id)
    )
    grant, reward, workspace, member = session.exec(wanted).one()
    same = and_(
        col(Reward.role) == reward.role, col(Reward.workspace_id) == reward.workspace_id, ~col(Reward.ending)
    )
    others = (
        select(col(Grant.id))
        .join(Reward, col(Reward.id) == col(Grant.reward_id))
        .join(Member, col(Member.id) == col(Grant.member_id))
        .where(same, col(Member.person) == member.person, col(Grant.wanted), col(Grant.id) != grant.id)
    )
    elsewhere = session.connection().execute(others.limit(1)).first() is not None
    return Due(grant.wanted, workspace, member.person, reward.role, reward.id or 0, elsewhere)


def record_done(session: Session, order: Order, found: Due, *, works: bool) -> None:
    """The role is there or gone. What was decided anew meanwhile stays to be done.

    `works` says that the platform has just done it: what had kept the reward on hold is mended then.
    """
    same = _GRANT.c.wanted == found.on
    values = {
        "given": found.on,
        "reason": "",
        "attempts": 0,
        "try_at": case((same, None), else_=_GRANT.c.try_at),
    }
    session.connection().execute(update(_GRANT).where(_GRANT.c.id == order.grant_id).values(**values))
    if not works:
        return
    mended = update(_REWARD).where(_REWARD.c.id == found.reward_id, _REWARD.c.held_reason != "")
    session.connection().execute(mended.values(held_reason="", held_until=None))


def record(session: Session, order: Order, **values: Any) -> None:
    """Write what became of it, while it is still the claimer's."""
    own = _GRANT.c.id == order.grant_id, _GRANT.c.try_at == order.lease
    session.connection().execute(update(_GRANT).where(*own).values(**values))


def hold(session: Session, order: Order, reward_id: int, reason: str, now: datetime) -> None:
    """A person has to mend something: nothing of this reward is tried before it is time to look again."""
    record(session, order, try_at=now + HELD_FOR, reason=reason)
    held = {"held_reason": reason, "held_until": now + HELD_FOR}
    session.connection().execute(update(_REWARD).where(_REWARD.c.id == reward_id).values(**held))


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
