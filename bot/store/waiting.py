"""Whether a tick has anything to do at all, in one statement: most have not."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlmodel import Session

from bot.store import rewards
from bot.store.columns import UtcDateTime
from bot.store.prepared import Prepared
from bot.store.tables import Group, Nudge, Post

_GROUP = Group.__table__  # type: ignore[attr-defined]
_NUDGE = Nudge.__table__  # type: ignore[attr-defined]
_POST = Post.__table__  # type: ignore[attr-defined]


def anything(session: Session, now: datetime) -> bool:
    """Whether a group is due, a post, thread or board is, a private message is, or a role may be.

    Of any shard and platform, held or not: it may say yes for nothing, and never no for something.
    """
    return bool(_ANYTHING.rows(session, {"now": now})[0][0])


def _anything(_dialect: str) -> Select[Any]:
    now = bindparam("now", type_=UtcDateTime())
    # Each has an index of its own, of only those rows in which it says something.
    due = (_GROUP.c.next_due_at, _POST.c.try_at, _POST.c.thread_try_at, _POST.c.edit_at, _NUDGE.c.try_at)
    to_pass_on = exists().where(_POST.c.passed_on.is_not(None))
    return select(or_(*(exists().where(at <= now) for at in due), to_pass_on, rewards.may_be_due(now)))


_ANYTHING = Prepared(_anything)
