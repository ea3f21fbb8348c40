"""The rows of the boards: kept in step with each mark, rebuilt from all of them, and never added up when asked.

A member has a row in each period. Beside them stands how many members have how many points, so that a rank is a short
sum. Both are written here and nowhere else; who left or is hidden has neither.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ClauseElement, bindparam, delete, func, select
from sqlmodel import Session, col

from bot.store.members import marks_of, marks_of_each, members_of
from bot.store.places import Membership
from bot.store.prepared import Prepared
from bot.store.tables import Member, ScoreCount, ScoreRow
from bot.study.calendar import periods_of
from bot.study.points import ALL_TIME, Score, scores
from bot.study.progress import Mark, standing_marks

BATCH = 500
"""Members that are looked at or deleted at once: their marks are in memory, and a statement names so many ids."""

_ROW = ("member_id", "period", "group_id", "points", "reached_at")
_COUNT = ("group_id", "period", "points", "members")
_Row = tuple[int, str, int, int, datetime]
_Count = tuple[int, str, int, int]

Key = tuple[int, int, str]
"""(group, member, period)."""
Counts = Counter[tuple[int, str, int]]
"""(group, period, points) -> how many members more or less have them."""


def keep(session: Session, of: Membership, standing: Iterable[Mark], day: date, gained: int) -> None:
    """Write what a member's standing marks say after one for that day has added so many points, or taken them away."""
    if of.hidden:
        return
    there: list[_Row] = []
    gone: list[Key] = []
    counts: list[_Count] = []
    periods = (ALL_TIME, *periods_of(day))
    found = scores(standing, periods)
    for period in periods:
        score = found.get(period)
        points = score.points if score else 0
        if score:
            there.append((of.id, period, of.group_id, points, score.reached_at))
            counts.append((of.group_id, period, points, 1))
        else:
            gone.append((of.group_id, of.id, period))
        if points != gained:
            counts.append((of.group_id, period, points - gained, -1))
    _write(session, there, gone, counts)


def rebuild(session: Session, of: Membership) -> None:
    """Derive every row of a member again."""
    _put_right(session, [of.id], _wanted(of, marks_of(session, of.id)))


def rebuild_group(session: Session, group_id: int) -> int:
    """Derive every row of a group again from its marks; return how many were missing, wrong or too many."""
    everyone = members_of(session, group_id)
    wrong = 0
    for start in range(0, len(everyone), BATCH):
        some = everyone[start : start + BATCH]
        marks = marks_of_each(session, [member.id for member in some])
        wanted: dict[Key, Score] = {}
        for member in some:
            wanted |= _wanted(member, marks.get(member.id, ()))
        wrong += _put_right(session, [member.id for member in some], wanted)
    return wrong + recount(session, group_id)


def take_off(session: Session, member_ids: Sequence[int]) -> None:
    """Take members off every board, and what nobody has any more: it tells what points they had on their way."""
    _put_right(session, member_ids, {})
    theirs = select(col(Member.group_id)).where(col(Member.id).in_(member_ids))
    left = col(ScoreCount.group_id).in_(theirs), col(ScoreCount.members) == 0
    session.connection().execute(delete(ScoreCount).where(*left))


def _wanted(of: Membership, marks: Sequence[Mark]) -> dict[Key, Score]:
    if of.left_at is not None or of.hidden:
        return {}
    found = scores(standing_marks(marks))
    return {(of.group_id, of.id, period): score for period, score in found.items()}


def _put_right(session: Session, member_ids: Sequence[int], wanted: Mapping[Key, Score]) -> int:
    """Let these members have the wanted rows and no others; return how many had to be touched."""
    columns = col(ScoreRow.group_id), col(ScoreRow.member_id), col(ScoreRow.period)
    own = select(*columns, col(ScoreRow.points), col(ScoreRow.reached_at))
    rows = session.connection().execute(own.where(col(ScoreRow.member_id).in_(member_ids)))
    had = {(group, member, period): Score(points, at) for group, member, period, points, at in rows}
    there = {key: score for key, score in wanted.items() if had.get(key) != score}
    gone = [key for key in had if key not in wanted]
    counts: Counts = Counter()
    for (group, _, period), score in there.items():
        counts[group, period, score.points] += 1
    for group, member, period in (*there, *gone):
        if (old := had.get((group, member, period))) is not None:
            counts[group, period, old.points] -= 1
    new = [(member, period, group, *score) for (group, member, period), score in there.items()]
    _write(session, new, gone, _listed(counts))
    return len(there) + len(gone)


def _listed(counts: Mapping[tuple[int, str, int], int]) -> Sequence[_Count]:
    return [(*key, n) for key, n in counts.items() if n]


def _write(session: Session, there: Sequence[_Row], gone: Sequence[Key], counts: Sequence[_Count]) -> None:
    if gone:
        rows = [{"member": member, "of": period} for _, member, period in gone]
        session.connection().execute(_TAKE_AWAY, rows)
    if there:
        _KEEP.many(session, there)
    if counts:
        # Always in one order: two members of a group at once must not wait for each other.
        _COUNT_ON.many(session, sorted(counts))


def recount(session: Session, group_id: int) -> int:
    """Count a group's rows anew; return how many counts were wrong."""
    rows, counts = ScoreRow, ScoreCount
    counted = select(col(rows.period), col(rows.points), func.count()).group_by(
        col(rows.period), col(rows.points)
    )
    kept = select(col(counts.period), col(counts.points), col(counts.members))
    connection = session.connection()
    right = _by_key(group_id, connection.execute(counted.where(col(rows.group_id) == group_id)))
    had = _by_key(group_id, connection.execute(kept.where(col(counts.group_id) == group_id)))
    off = {key: right.get(key, 0) - had.get(key, 0) for key in {*right, *had}}
    _write(session, (), (), _listed(off))
    session.connection().execute(
        delete(ScoreCount).where(col(counts.group_id) == group_id, col(counts.members) == 0)
    )
    return sum(n != 0 for n in off.values())


def _by_key(group_id: int, rows: Iterable[Any]) -> dict[tuple[int, str, int], int]:
    return {(group_id, period, points): n for period, points, n in rows}


_TAKE_AWAY = delete(ScoreRow).where(
    col(ScoreRow.member_id) == bindparam("member"), col(ScoreRow.period) == bindparam("of")
)


def _insert_here(dialect: str, table: Any) -> Any:
    # SQLAlchemy loads a dialect when it is needed, and so does this.
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert(table)


def _keep(dialect: str) -> ClauseElement:
    statement = _insert_here(dialect, ScoreRow)
    new = {"points": statement.excluded.points, "reached_at": statement.excluded.reached_at}
    found: ClauseElement = statement.on_conflict_do_update(index_elements=["member_id", "period"], set_=new)
    return found


def _count_on(dialect: str) -> ClauseElement:
    statement = _insert_here(dialect, ScoreCount)
    more = {"members": col(ScoreCount.members) + statement.excluded.members}
    key = ["group_id", "period", "points"]
    found: ClauseElement = statement.on_conflict_do_update(index_elements=key, set_=more)
    return found


_KEEP = Prepared(_keep, *_ROW)
_COUNT_ON = Prepared(_count_on, *_COUNT)
