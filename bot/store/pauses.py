"""When a group was paused: streaks look back on it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, or_
from sqlmodel import Session, col, select, update

from bot.store.tables import Pause


def begin(session: Session, group_id: int, now: datetime, until: datetime | None) -> None:
    """A group pauses from now on; a pause that lasts still gets the new end."""
    if session.exec(_lasting(group_id, now).values(ended_at=until)).rowcount == 0:
        session.add(Pause(group_id=group_id, began_at=now, ended_at=until))
        session.flush()


def end(session: Session, group_id: int, now: datetime) -> None:
    """A group goes on, if it was paused."""
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
    ends = or_(col(Pause.ended_at).is_(None), col(Pause.ended_at) > now)
    return update(Pause).where(col(Pause.group_id) == group_id, ends)
