"""Members, their marks, and the board rows that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, func, insert, select
from sqlmodel import Session, col
from sqlmodel import select as select_row

from bot.store.tables import MarkRow, Member, ScoreRow
from bot.study.points import Score, scores
from bot.study.progress import Act, Mark, standing_marks

# Prepared once: building a statement costs as much as running it on the hot paths.
_MARK = (
    col(MarkRow.id),
    col(MarkRow.item_id),
    col(MarkRow.act),
    col(MarkRow.at),
    col(MarkRow.points),
    col(MarkRow.undoes),
)
_MARKS = select(*_MARK).where(col(MarkRow.member_id) == bindparam("member")).order_by(col(MarkRow.id))
_MEMBER = select_row(Member).where(
    Member.group_id == bindparam("group"), Member.person == bindparam("person")
)
_ADD_MARK = insert(MarkRow)


def member(session: Session, group_id: int, person: str) -> Member | None:
    """A person's row in a group, also when they left."""
    return session.exec(_MEMBER, params={"group": group_id, "person": person}).first()


def join(
    session: Session, found: Member | None, group_id: int, person: str, name: str, now: datetime
) -> Member:
    """Make a person a member, or bring back one who left; their marks are as they were.

    `found` is the person's row as `member` has read it in this transaction.
    """
    if found is None:
        found = Member(group_id=group_id, person=person, name=name, joined_at=now)
    if found.id is None or found.left_at is not None or found.name != name:
        found.name, found.left_at = name, None
        session.add(found)
        session.flush()
    return found


def active_members(session: Session, group_id: int) -> int:
    """How many people are in a group now."""
    count = select(func.count()).where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
    return int(session.connection().execute(count).scalar_one())


def marks_by_member(session: Session, group_id: int, items: Sequence[int]) -> Mapping[int, Sequence[Mark]]:
    """What the members of a group recorded about some items, by member, oldest first."""
    rows = session.connection().execute(
        select(col(MarkRow.member_id), *_MARK)
        .join(Member, col(Member.id) == col(MarkRow.member_id))
        .where(
            col(Member.group_id) == group_id, col(Member.left_at).is_(None), col(MarkRow.item_id).in_(items)
        )
        .order_by(col(MarkRow.id))
    )
    found: dict[int, list[Mark]] = {}
    for member_id, id_, item, act, at, points, undoes in rows:
        found.setdefault(member_id, []).append(Mark(id_ or 0, item, Act(act), at, points, undoes))
    return found


def marks_of(session: Session, member_id: int) -> tuple[Mark, ...]:
    """Every mark of a member, oldest first."""
    rows = session.connection().execute(_MARKS, {"member": member_id}).all()
    return tuple(
        Mark(id_ or 0, item, Act(act), at, points, undoes) for id_, item, act, at, points, undoes in rows
    )


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark about to be recorded; `at` is aware UTC, `hours` is time spent."""

    item: int
    act: Act
    at: datetime
    points: int = 0
    hours: float | None = None
    note: str = ""
    undoes: int | None = None


def add_mark(session: Session, member_id: int, mark: NewMark) -> Mark:
    """Append a mark and return it with its id. The caller refreshes the board rows with `keep_scores`."""
    values = {
        "member_id": member_id,
        "item_id": mark.item,
        "act": mark.act.value,
        "at": mark.at,
        "points": mark.points,
        "hours": mark.hours,
        "note": mark.note,
        "undoes": mark.undoes,
    }
    key = session.connection().execute(_ADD_MARK, values).inserted_primary_key
    assert key is not None
    return Mark(int(key[0]), mark.item, mark.act, mark.at, mark.points, mark.undoes)


def keep_scores(
    session: Session, of: Member, marks: Sequence[Mark], zone: ZoneInfo, *, since: Sequence[str]
) -> None:
    """Write a member's board rows for the periods in `since` as their marks say, in the mark's own transaction."""
    found = scores(standing_marks(marks), zone)
    _write_scores(session, of, {period: found.get(period) for period in since})


def rebuild_scores(session: Session, of: Member, zone: ZoneInfo) -> None:
    """Derive every board row of a member again; someone who left has none."""
    assert of.id is not None
    session.exec(delete(ScoreRow).where(col(ScoreRow.member_id) == of.id))
    if of.left_at is None:
        _write_scores(session, of, scores(standing_marks(marks_of(session, of.id)), zone))


def members_of(session: Session, group_id: int) -> Sequence[Member]:
    """Everyone who was ever in a group."""
    return session.exec(select_row(Member).where(Member.group_id == group_id)).all()


def _write_scores(session: Session, of: Member, found: Mapping[str, Score | None]) -> None:
    gone = [period for period, score in found.items() if score is None]
    rows = [
        {
            "group_id": of.group_id,
            "period": p,
            "member_id": of.id,
            "points": s.points,
            "reached_at": s.reached_at,
        }
        for p, s in found.items()
        if s is not None
    ]
    if gone:
        session.exec(
            delete(ScoreRow).where(
                col(ScoreRow.group_id) == of.group_id,
                col(ScoreRow.member_id) == of.id,
                col(ScoreRow.period).in_(gone),
            )
        )
    if rows:
        connection = session.connection()
        connection.execute(_upsert(connection.dialect.name), rows)


@cache
def _upsert(dialect: str) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as insert_here
    else:
        from sqlalchemy.dialects.postgresql import insert as insert_here  # type: ignore[assignment]
    statement = insert_here(ScoreRow)
    return statement.on_conflict_do_update(
        index_elements=["group_id", "period", "member_id"],
        set_={"points": statement.excluded.points, "reached_at": statement.excluded.reached_at},
    )
