"""Reading a board: rows are kept sorted by an index and never aggregated over marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from bot.store.tables import Member, ScoreRow


@dataclass(frozen=True, slots=True)
class Row:
    """A member on a board."""

    member_id: int
    person: str
    name: str
    points: int
    reached_at: datetime


def size(session: Session, group_id: int, period: str) -> int:
    """How many members have points in the period."""
    return int(
        session.connection().execute(select(func.count()).where(*_board(group_id, period))).scalar_one()
    )


def page(session: Session, group_id: int, period: str, offset: int, limit: int) -> Sequence[Row]:
    """A slice of the board: most points first, earlier first among equals."""
    ids = (
        select(col(ScoreRow.member_id))
        .where(*_board(group_id, period))
        .order_by(col(ScoreRow.points).desc(), col(ScoreRow.reached_at), col(ScoreRow.member_id))
        .offset(offset)
        .limit(limit)
    )
    wanted = list(session.connection().execute(ids).scalars())
    rows = {
        row.member_id: row for row in map(_row, session.connection().execute(_rows(group_id, period, wanted)))
    }
    return [rows[member_id] for member_id in wanted]


def score_of(session: Session, group_id: int, period: str, member_id: int) -> Row | None:
    """A member's own row, or None without points."""
    found = session.connection().execute(_rows(group_id, period, [member_id])).first()
    return _row(found) if found is not None else None


def rank_of_points(session: Session, group_id: int, period: str, points: int) -> int:
    """The rank that everyone with that many points shares: one more than how many have more."""
    ahead = select(func.count()).where(*_board(group_id, period), col(ScoreRow.points) > points)
    return int(session.connection().execute(ahead).scalar_one()) + 1


def place_of(session: Session, group_id: int, period: str, row: Row) -> int:
    """The row's place (0-based) in the board's order."""
    ahead = or_(
        col(ScoreRow.points) > row.points,
        and_(col(ScoreRow.points) == row.points, col(ScoreRow.reached_at) < row.reached_at),
        and_(
            col(ScoreRow.points) == row.points,
            col(ScoreRow.reached_at) == row.reached_at,
            col(ScoreRow.member_id) < row.member_id,
        ),
    )
    return int(
        session.connection()
        .execute(select(func.count()).where(*_board(group_id, period), ahead))
        .scalar_one()
    )


def _board(group_id: int, period: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(ScoreRow.group_id) == group_id, col(ScoreRow.period) == period


def _rows(group_id: int, period: str, member_ids: Sequence[int]) -> Select[int, str, str, int, datetime]:
    return (
        select(
            col(ScoreRow.member_id),
            col(Member.person),
            col(Member.name),
            col(ScoreRow.points),
            col(ScoreRow.reached_at),
        )
        .join(Member, col(Member.id) == col(ScoreRow.member_id))
        .where(*_board(group_id, period), col(ScoreRow.member_id).in_(member_ids))
    )


def _row(found: Any) -> Row:
    return Row(*found)
