"""When a group was paused: streaks look back on it.

They pass over whole days only, so a pause that was shorter than one leaves no row: however often somebody pauses and
resumes, a group has about one for each day of its life at most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, or_
from sqlmodel import Session, col, delete, select, update

from bot.store.tables import Pause

SHORT = timedelta(hours=20)
"""No day of any zone is shorter, whatever its clocks do."""


def begin(session: Session, group_id: int, now: datetime, until: datetime | None) -> None:
    """A group pauses from now on; a pause that lasts still gets the new end."""
    if session.exec(_lasting(group_id, now).values(ended_at=until)).rowcount == 0:
        session.add(Pause(group_id=group_id, began_at=now, ended_at=until))
        session.flush()


def end(session: Session, group_id: int, now: datetime) -> None:
    """A group goes on, if it was paused; what was no day is forgotten."""
    mine = col(Pause.group_id) == group_id, _lasts(now)
    session.exec(delete(Pause).where(*mine, col(Pause.began_at) > now - SHORT))
    session.exec(_lasting(group_id, now).values(ended_at=now))


def copy(session: Session, from_id: int, to_id: int) -> None:
    """Let a group have had the pauses of another one."""
    session.add_all(Pause(group_id=to_id, began_at=a, ended_at=z) for a, z in of_group(session, from_id))
    session.flush()


def of_group(session: Session, group_id: int) -> Sequence[tuple[datetime, datetime | None]]:
    """When each pause of a group began and ended, or will end (None: when somebody says so), oldest first."""
    wanted = select(Pause.began_at, Pause.ended_at).where(Pause.group_id == group_id)
    return session.exec(wanted.order_by(col(Pause.began_at))).all()


def _lasting(group_id: int, now: datetime) -> Update:
    return update(Pause).where(col(Pause.group_id) == group_id, _lasts(now))


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(col(Pause.ended_at).is_(None), col(Pause.ended_at) > now)
