"""Reading a board: its rows are kept sorted by an index, and never aggregated over marks or over members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, and_, bindparam, select, tuple_
from sqlmodel import Session, col

from bot.store.columns import UtcDateTime
from bot.store.prepared import Prepared
from bot.store.tables import Member, ScoreCount, ScoreRow
from bot.study.boards import Steps

_POINTS = bindparam("points", type_=Integer)
_LATER = tuple_(col(ScoreRow.reached_at), col(ScoreRow.member_id))
_MINE = tuple_(bindparam("reached", type_=UtcDateTime()), bindparam("member", type_=BigInteger))
_AS_MANY = col(ScoreRow.points) == _POINTS
_DOWN = (col(ScoreRow.points).desc(), col(ScoreRow.reached_at), col(ScoreRow.member_id))
_UP = (col(ScoreRow.points), col(ScoreRow.reached_at).desc(), col(ScoreRow.member_id).desc())


@dataclass(frozen=True, slots=True)
class Row:
    """A member on a board."""

    member_id: int
    person: str
    name: str
    alias: str
    points: int
    reached_at: datetime


def _of_board(table: Any) -> Any:
    return and_(table.group_id == bindparam("group"), table.period == bindparam("period"))


def _slice(*where: Any, order: Any = _DOWN) -> Prepared:
    """Rows found in the index alone, and only then joined with what their members are called."""
    columns = col(ScoreRow.member_id), col(ScoreRow.points), col(ScoreRow.reached_at)
    chosen = select(*columns).where(_of_board(ScoreRow), *where).order_by(*order)
    limits = bindparam("limit", type_=Integer), bindparam("skip", type_=Integer)
    found = chosen.limit(limits[0]).offset(limits[1]).subquery()
    named = select(
        found.c.member_id,
        col(Member.person),
        col(Member.name),
        col(Member.alias),
        found.c.points,
        found.c.reached_at,
    )
    return Prepared(lambda _: named.join(Member, col(Member.id) == found.c.member_id))


_FROM = _slice(col(ScoreRow.points) <= _POINTS)
# Each is one range of the index; as one condition with an "or" they would be a walk through the whole board.
_ABOVE = _slice(_AS_MANY, _LATER < _MINE, order=_UP), _slice(col(ScoreRow.points) > _POINTS, order=_UP)
_BELOW = _slice(_AS_MANY, _LATER > _MINE), _slice(col(ScoreRow.points) < _POINTS)
_STEPS = Prepared(
    lambda _: select(col(ScoreCount.points), col(ScoreCount.members)).where(_of_board(ScoreCount))
)
_ONE = Prepared(
    lambda _: (
        select(
            col(ScoreRow.member_id),
            col(Member.person),
            col(Member.name),
            col(Member.alias),
            col(ScoreRow.points),
            col(ScoreRow.reached_at),
        )
        .join(Member, col(Member.id) == col(ScoreRow.member_id))
        .where(_of_board(ScoreRow), col(ScoreRow.member_id) == bindparam("member"))
    )
)


def steps(session: Session, group_id: int, period: str) -> Steps:
    """How many members have how many points: the size of the board, and every rank on it."""
    found = _STEPS.rows(session, {"group": group_id, "period": period})
    return Steps.of((points, members) for points, members in found)


def page(session: Session, group_id: int, period: str, of: Steps, offset: int, limit: int) -> Sequence[Row]:
    """A slice of the board, of whose steps it begins at a place."""
    at = of.locate(offset)
    if at is None:
        return []
    points, skip = at
    return _found(session, _FROM, group_id, period, points=points, limit=limit, skip=skip)


def row_of(session: Session, group_id: int, period: str, member_id: int) -> Row | None:
    """A member's own row; None for who is not on the board."""
    found = _ONE.rows(session, {"group": group_id, "period": period, "member": member_id})
    return Row(*found[0]) if found else None


def above(session: Session, group_id: int, period: str, row: Row, limit: int) -> Sequence[Row]:
    """The last rows before one of the board's."""
    return _beside(session, _ABOVE, group_id, period, row, limit)


def below(session: Session, group_id: int, period: str, row: Row, limit: int) -> Sequence[Row]:
    """The first rows after one of the board's."""
    return _beside(session, _BELOW, group_id, period, row, limit)


def _beside(
    session: Session,
    way: tuple[Prepared, Prepared],
    group_id: int,
    period: str,
    row: Row,
    limit: int,
) -> Sequence[Row]:
    at: dict[str, Any] = {"points": row.points, "reached": row.reached_at, "member": row.member_id}
    equal, further = way
    found = _found(session, equal, group_id, period, **at, limit=limit)
    if len(found) < limit:
        left = limit - len(found)
        found += _found(session, further, group_id, period, points=row.points, limit=left)
    return _sorted(found)


def _found(
    session: Session, chosen: Prepared, group_id: int, period: str, *, skip: int = 0, **values: Any
) -> list[Row]:
    wanted = {"group": group_id, "period": period, "skip": skip, **values}
    return _sorted(Row(*row) for row in chosen.rows(session, wanted))


def _sorted(rows: Any) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.points, row.reached_at, row.member_id))
