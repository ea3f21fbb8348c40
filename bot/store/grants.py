"""Grants: the queue of who is to get a role or lose one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, delete, exists, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.core.shards import ALL, Shards
from bot.store.accounts import account_there, keys_of
from bot.store.sharding import is_served
from bot.store.tables import Grant, Member, Reward, Workspace

LEASE = timedelta(seconds=75)
HELD_FOR = timedelta(hours=1)
"""When a role that the platform refused is tried again by itself."""

_GRANT = Grant.__table__  # type: ignore[attr-defined]
_REWARD = Reward.__table__  # type: ignore[attr-defined]
_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]


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
    """What a claimed grant is about. `needed_elsewhere`: the same role is the person's for another reward too.

    `person` is the key of their account on the platform of the role; None when it is linked with them no more.
    """

    on: bool
    workspace: Workspace
    person: str | None
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
        .where(same, col(Member.person).in_(keys_of(session, member.person)))
        .where(col(Grant.wanted), col(Grant.id) != grant.id)
    )
    elsewhere = session.connection().execute(others.limit(1)).first() is not None
    person = account_there(session, member.person, workspace.platform)
    return Due(grant.wanted, workspace, person, reward.role, reward.id or 0, elsewhere)


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


def hand_over(session: Session, gone: Sequence[int], into: int, now: datetime) -> None:
    """Let one member have the grants of others, one for each reward, and see to it that their account has the role."""
    for member_id in gone:
        had = select(_GRANT.c.reward_id).where(_GRANT.c.member_id == into)
        theirs = update(_GRANT).where(_GRANT.c.member_id == member_id, _GRANT.c.reward_id.not_in(had))
        session.connection().execute(theirs.values(member_id=into, try_at=now))
    session.connection().execute(delete(_GRANT).where(_GRANT.c.member_id.in_(gone)))
