"""The queue of posts: planning, claiming and recording what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, insert
from sqlalchemy import select as select_columns
from sqlalchemy import update as update_columns
from sqlmodel import Session, col, select

from bot.store.tables import Group, Post, PostKind, PostState, Workspace

LEASE = timedelta(seconds=60)
"""How long a claim lasts; longer than a send may take, so that two never send the same row at once."""

RECHECK = timedelta(minutes=10)
"""When a post that was held for the first time is tried once more."""

_GROUP = Group.__table__  # type: ignore[attr-defined]
_POST = Post.__table__  # type: ignore[attr-defined]
_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]
_DUE = (
    select_columns(_GROUP).where(_GROUP.c.next_due_at <= bindparam("now")).order_by(_GROUP.c.next_due_at)
).with_for_update(skip_locked=True)
_UNSENT = and_(
    _POST.c.state.in_([PostState.DUE, PostState.HELD]), _POST.c.tried_at.is_(None), _POST.c.message_id == ""
)
_ADVANCE = update_columns(_GROUP).where(_GROUP.c.id == bindparam("group"))

# Not a join: SQLite would begin with every group of the platform and read all their posts, ever.
_SERVED = select_columns(_POST.c.id).where(
    exists()
    .select_from(_GROUP.join(_WORKSPACE, _WORKSPACE.c.id == _GROUP.c.workspace_id))
    .where(_GROUP.c.id == _POST.c.group_id, _WORKSPACE.c.platform.in_(bindparam("platforms", expanding=True)))
)
_WITH_GROUP = (
    select(Post, Group, Workspace)
    .join(Group, col(Group.id) == col(Post.group_id))
    .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
    .where(col(Post.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Post.due_at), col(Post.id))
)


def due_groups(session: Session, now: datetime, limit: int) -> Sequence[Any]:
    """Rows of groups whose next occurrence has come, longest waiting first, locked against other planners.

    Rows and not objects: ten thousand groups are planned in one tick.
    """
    return session.connection().execute(_DUE.limit(limit), {"now": now}).all()


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
    """Whether it is queued or held and certainly was never in the channel."""


def known_posts(session: Session, group_ids: Sequence[int], since: date) -> dict[int, list[Known]]:
    """The posts of several groups from an occurrence on, by group, oldest first."""
    post = _POST.c
    columns = (post.group_id, post.kind, post.occurrence, post.item_id, post.state, post.id, _UNSENT)
    wanted = _POST.c.group_id.in_(group_ids), _POST.c.occurrence >= since
    rows = session.connection().execute(select_columns(*columns).where(*wanted).order_by(_POST.c.occurrence))
    found: dict[int, list[Known]] = {}
    for row in rows:
        known = Known(*row)
        found.setdefault(known.group_id, []).append(known)
    return found


def miss_posts(session: Session, post_ids: Sequence[int], reason: str) -> None:
    """Give up posts that were never sent; why they were held is kept."""
    if post_ids:
        why = case((_POST.c.reason == "", reason), else_=_POST.c.reason)
        missed = update_columns(_POST).where(_POST.c.id.in_(post_ids), _UNSENT)
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


def post_in(session: Session, group_id: int, post_id: int) -> Post | None:
    """A post by its id, if it is that group's."""
    return session.exec(select(Post).where(Post.group_id == group_id, Post.id == post_id)).first()


def latest_posts(session: Session, group_id: int, limit: int) -> Sequence[Post]:
    """A group's newest posts, newest first."""
    newest = (col(Post.due_at).desc(), col(Post.id).desc())
    return session.exec(select(Post).where(Post.group_id == group_id).order_by(*newest).limit(limit)).all()


def last_prompt_day(session: Session, group_id: int) -> date | None:
    """The occurrence of the newest prompt that was not missed."""
    return session.exec(
        select(func.max(Post.occurrence)).where(
            Post.group_id == group_id, Post.kind == PostKind.PROMPT, Post.state != PostState.MISSED
        )
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


@dataclass(frozen=True, slots=True)
class Claimed:
    """A post that is ours until its lease ends. `unsure` says that an earlier attempt may have been seen."""

    post: Post
    group: Group
    workspace: Workspace
    unsure: bool

    @property
    def doubt(self) -> datetime | None:
        """Since when nobody knows whether it is in the channel; None when it certainly is not."""
        return self.post.tried_at if self.unsure else None


def claim(
    session: Session, platforms: Sequence[str], now: datetime, limit: int, only: int | None = None
) -> list[Claimed]:
    """Take posts of these platforms that are worth an attempt now, longest waiting first.

    The one whose update changed the row owns it; the lease brings the row back by itself if its owner dies.
    What is held stays so until it is sent, so that its organizer is told once.
    """
    values = {
        "state": _unless_held(PostState.CLAIMED),
        "attempts": _POST.c.attempts + 1,
        "try_at": now + LEASE,
        "tried_at": func.coalesce(_POST.c.tried_at, now),
    }
    return _taken(session, _take(session, platforms, _POST.c.try_at, now, limit, only, values), now)


def claim_threads(
    session: Session, platforms: Sequence[str], now: datetime, limit: int, only: int | None = None
) -> list[Claimed]:
    """Take sent prompts whose discussion thread is still to be opened, in the same way."""
    values = {"thread_try_at": now + LEASE}
    return _taken(session, _take(session, platforms, _POST.c.thread_try_at, now, limit, only, values), now)


def _take(
    session: Session,
    platforms: Sequence[str],
    due: Any,
    now: datetime,
    limit: int,
    only: int | None,
    values: Mapping[str, Any],
) -> list[int]:
    chosen = _waiting_for(due)
    if only is not None:
        chosen = chosen.where(_POST.c.id == only)
    wanted = {"platforms": list(platforms), "now": now, "limit": limit}
    ids = list(session.connection().execute(chosen, wanted).scalars())
    if not ids:
        return []
    taken = update_columns(_POST).where(_POST.c.id.in_(ids), due <= now).values(values).returning(_POST.c.id)
    return list(session.connection().execute(taken).scalars())


@cache
def _waiting_for(due: ColumnElement[datetime | None]) -> Any:
    served = _SERVED.where(due <= bindparam("now")).order_by(due).limit(bindparam("limit"))
    return served.with_for_update(skip_locked=True, of=_POST)


def _taken(session: Session, ids: Sequence[int], now: datetime) -> list[Claimed]:
    rows = session.exec(_WITH_GROUP, params={"ids": ids}).all() if ids else ()
    return [Claimed(p, g, w, p.tried_at is not None and p.tried_at < now) for p, g, w in rows]


def _record(session: Session, post_id: int | None, **values: Any) -> None:
    session.connection().execute(update_columns(_POST).where(_POST.c.id == post_id).values(**values))


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


def record_held(session: Session, claimed: Claimed, recheck_at: datetime | None, reason: str) -> None:
    """A person has to mend something; with `recheck_at` it is tried once more by itself."""
    held, doubt = PostState.HELD, claimed.doubt
    _record(session, claimed.post.id, state=held, try_at=recheck_at, tried_at=doubt, reason=reason)


def record_missed(session: Session, post_id: int, reason: str) -> None:
    """It was not posted and will not be."""
    _record(session, post_id, state=PostState.MISSED, try_at=None, tried_at=None, reason=reason)


def record_thread(session: Session, post_id: int, thread_id: str) -> None:
    """The discussion is open."""
    _record(session, post_id, thread_id=thread_id, thread_try_at=None, reason="")


def record_thread_later(session: Session, post_id: int, at: datetime | None, reason: str) -> None:
    """The discussion could not be opened; with `at` it is tried again then."""
    _record(session, post_id, thread_try_at=at, reason=reason)


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
            reason="",
        )
    )
    return session.connection().execute(asked).rowcount == 1


def unsent(session: Session, group_id: int) -> Sequence[Post]:
    """Posts of a group that are queued or held."""
    return session.exec(
        select(Post).where(
            Post.group_id == group_id, col(Post.state).in_([PostState.DUE, PostState.CLAIMED, PostState.HELD])
        )
    ).all()


def requeue(session: Session, post_id: int, now: datetime, **values: Any) -> None:
    """Queue a post that waits, is held or was missed for now; one that somebody is sending stays theirs."""
    due = {"state": PostState.DUE, "try_at": now, "due_at": now, "attempts": 0, **values}
    free = _POST.c.id == post_id, _POST.c.state != PostState.CLAIMED
    session.connection().execute(update_columns(_POST).where(*free).values(due))


def next_due(session: Session) -> datetime | None:
    """The earliest moment at which a group is due, or a post or its thread worth an attempt."""
    columns = (_GROUP.c.next_due_at, _POST.c.try_at, _POST.c.thread_try_at)
    found = [session.connection().execute(select_columns(func.min(column))).scalar() for column in columns]
    return min((moment for moment in found if moment is not None), default=None)
