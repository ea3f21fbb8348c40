"""The queue of posts: claiming a row, and recording what became of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.core.shards import ALL, Shards
from bot.store.sharding import is_served
from bot.store.tables import Group, Post, PostState, Workspace

LEASE = timedelta(seconds=75)
"""How long a claim lasts: longer than finding out whether a post is there and sending it may take, because no more
is claimed than is sent at once; so two never send the same row."""

RECHECK = timedelta(minutes=10)
"""When a post that was held for the first time is tried once more."""

_GROUP = Group.__table__  # type: ignore[attr-defined]
_POST = Post.__table__  # type: ignore[attr-defined]
_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]

_HOME = aliased(Group)
_WITH_GROUP = (
    select_objects(Post, Group, Workspace, _HOME)
    .join(Group, col(Group.id) == col(Post.group_id))
    .join(_HOME, col(_HOME.id) == func.coalesce(col(Group.twin_of), col(Group.id)))
    .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
    .where(Post.id == bindparam("post"))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a post until the `lease` ends, by which its owner is known.

    `doubt` is since when nobody knows whether it is in the channel; None when it certainly is not.
    """

    post_id: int
    lease: datetime
    doubt: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claimed post with what is needed to send it. The attempt `began` then, on the monotonic clock.

    `group` is the row whose channel it goes to; `home` is the group with the plan and the members, mostly the same.
    """

    post: Post
    group: Group
    workspace: Workspace
    home: Group
    lease: datetime
    doubt: datetime | None
    began: float = field(default_factory=time.monotonic)

    @property
    def post_id(self) -> int:
        """The post's number, which a row that was read always has."""
        assert self.post.id is not None
        return self.post.id


def claim(
    session: Session,
    platforms: Sequence[str],
    now: datetime,
    limit: int,
    only: int | None = None,
    shards: Shards = ALL,
) -> list[Claim]:
    """Take posts of these platforms and shards that are worth an attempt now, longest waiting first.

    The one whose update changed the row owns it; the lease brings the row back by itself if its owner dies.
    What is held stays so until it is sent, so that its organizer is told once.
    """
    values = {
        "state": _unless_held(PostState.CLAIMED),
        "try_at": now + LEASE,
        "tried_at": func.coalesce(_POST.c.tried_at, now),
    }
    taken = _take(session, platforms, _POST.c.try_at, now, limit, only, shards, values)
    # A row that was never tried before has just been given this moment.
    return [Claim(post_id, now + LEASE, tried_at if tried_at < now else None) for post_id, tried_at in taken]


def claim_threads(
    session: Session,
    platforms: Sequence[str],
    now: datetime,
    limit: int,
    only: int | None = None,
    shards: Shards = ALL,
) -> list[Claim]:
    """Take sent prompts whose discussion thread is still to be opened, in the same way."""
    values = {"thread_try_at": now + LEASE}
    taken = _take(session, platforms, _POST.c.thread_try_at, now, limit, only, shards, values)
    return [Claim(post_id, now + LEASE) for post_id, _ in taken]


def claim_edits(
    session: Session, platforms: Sequence[str], now: datetime, limit: int, shards: Shards = ALL
) -> list[Claim]:
    """Take boards whose message may no longer say what the board does, in the same way."""
    values = {"edit_at": now + LEASE}
    taken = _take(session, platforms, _POST.c.edit_at, now, limit, None, shards, values)
    return [Claim(post_id, now + LEASE) for post_id, _ in taken]


def claimed(session: Session, claim: Claim) -> Claimed:
    """Read what a claim is about."""
    post, group, workspace, home = session.exec(_WITH_GROUP, params={"post": claim.post_id}).one()
    return Claimed(post, group, workspace, home, claim.lease, claim.doubt)


def _take(
    session: Session,
    platforms: Sequence[str],
    due: Any,
    now: datetime,
    limit: int,
    only: int | None,
    shards: Shards,
    values: Mapping[str, Any],
) -> list[Any]:
    chosen = _waiting_for(due, shards)
    if only is not None:
        chosen = chosen.where(_POST.c.id == only)
    wanted = {"platforms": list(platforms), "now": now, "limit": limit}
    ids = list(session.connection().execute(chosen, wanted).scalars())
    if not ids:
        return []
    taken = update(_POST).where(_POST.c.id.in_(ids), due <= now).values(values)
    found = session.connection().execute(taken.returning(_POST.c.id, _POST.c.tried_at))
    order = {post_id: place for place, post_id in enumerate(ids)}
    return sorted(found, key=lambda row: order[row.id])


def _served(shards: Shards) -> ColumnElement[bool]:
    # Not a join: SQLite would begin with every group of the platform and read all their posts, ever.
    by = [
        _GROUP.c.id == _POST.c.group_id,
        _WORKSPACE.c.platform.in_(bindparam("platforms", expanding=True)),
        _WORKSPACE.c.left_at.is_(None),
    ]
    if not shards.is_all:
        by.append(is_served(shards))
    return exists().select_from(_GROUP.join(_WORKSPACE, _WORKSPACE.c.id == _GROUP.c.workspace_id)).where(*by)


@cache
def _waiting_for(due: ColumnElement[datetime | None], shards: Shards) -> Any:
    served = (
        select(_POST.c.id)
        .where(_served(shards), due <= bindparam("now"))
        .order_by(due)
        .limit(bindparam("limit"))
    )
    return served.with_for_update(skip_locked=True, of=_POST)


def _record(session: Session, post_id: int | None, **values: Any) -> None:
    session.connection().execute(update(_POST).where(_POST.c.id == post_id).values(**values))


def is_own(session: Session, claimed: Claimed) -> bool:
    """Whether a post is still its claimer's.

    After the lease, which a machine that sleeps or a clock that is set forward ends early, somebody else may have it,
    and may have found it in the channel.
    """
    ours = _POST.c.id == claimed.post_id, _POST.c.try_at == claimed.lease
    return session.connection().execute(select(_POST.c.id).where(*ours).with_for_update()).first() is not None


def record_sent(session: Session, post_id: int, now: datetime, message_id: str, *, thread: bool) -> None:
    """The post is in the channel; its discussion comes next."""
    _record(
        session,
        post_id,
        state=PostState.SENT,
        try_at=None,
        tried_at=None,
        sent_at=now,
        message_id=message_id,
        reason="",
        thread_try_at=now if thread else None,
    )


def _unless_held(state: PostState) -> Any:
    return case((_POST.c.state == PostState.HELD, PostState.HELD.value), else_=state.value)


def record_later(session: Session, claimed: Claimed, at: datetime, reason: str) -> None:
    """The platform certainly has not taken it this time."""
    state = _unless_held(PostState.DUE)
    _record(session, claimed.post.id, state=state, try_at=at, tried_at=claimed.doubt, reason=reason)


def record_unsure(session: Session, post_id: int, at: datetime, reason: str) -> None:
    """It may be in the channel: `tried_at` stays, so that the next attempt knows."""
    _record(session, post_id, try_at=at, reason=reason)


def record_broken(session: Session, claimed: Claimed, at: datetime, reason: str) -> None:
    """It failed by our own fault, which is counted; it may be in the channel."""
    _record(session, claimed.post.id, try_at=at, reason=reason, attempts=claimed.post.attempts + 1)


def record_held(session: Session, claimed: Claimed, recheck_at: datetime | None, reason: str) -> None:
    """A person has to mend something; with `recheck_at` it is tried once more by itself."""
    held, doubt = PostState.HELD, claimed.doubt
    _record(session, claimed.post.id, state=held, try_at=recheck_at, tried_at=doubt, reason=reason)


def record_thread(session: Session, post_id: int, thread_id: str) -> None:
    """The discussion is open."""
    _record(session, post_id, thread_id=thread_id, thread_try_at=None, reason="")


def record_thread_later(session: Session, post_id: int, at: datetime | None, reason: str) -> None:
    """The discussion could not be opened; with `at` it is tried again then."""
    _record(session, post_id, thread_try_at=at, reason=reason)
