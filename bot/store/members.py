"""Members and their marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Executable, bindparam, delete, func, insert, select, update
from sqlmodel import Session, col

from bot.store import grants
from bot.store.accounts import keys_of
from bot.store.places import MEMBERSHIP, Membership
from bot.store.prepared import Prepared
from bot.store.tables import Group, MarkRow, Member, Nudge, PreferenceRow
from bot.study.preferences import Named
from bot.study.progress import Act, Mark

_MARK = (
    col(MarkRow.id),
    col(MarkRow.item_id),
    col(MarkRow.act),
    col(MarkRow.at),
    col(MarkRow.day),
    col(MarkRow.points),
    col(MarkRow.undoes),
    col(MarkRow.finishes),
)
_ACTS = {act.value: act for act in Act}
_MARKS = Prepared(
    lambda _: select(*_MARK).where(col(MarkRow.member_id) == bindparam("member")).order_by(col(MarkRow.id))
)
_ADD_MEMBER = insert(Member).returning(*MEMBERSHIP)


def join(
    session: Session,
    found: Membership | None,
    group_id: int,
    person: str,
    name: str,
    now: datetime,
    via: int | None = None,
) -> Membership:
    """Make a person, given by key, a member, or bring back one who left; their marks are as they were.

    `found` is their row as it was read in this transaction; `via` the twin in whose channel they are.
    """
    if found is not None and found.left_at is None and found.name == name:
        return found
    connection = session.connection()
    if found is None:
        values = {"group_id": group_id, "person": person, "name": name, "joined_at": now, "via": via}
        new = _membership(connection.execute(_ADD_MEMBER, values).one())
        return _as_chosen(session, new, via or group_id, person)
    connection.execute(_change(found), {"name": name, "left_at": None})
    return found._replace(name=name, left_at=None)


def leave(session: Session, found: Membership, now: datetime) -> Membership:
    """Record that a member left; the caller takes them off the boards with `scores.rebuild`."""
    session.connection().execute(_change(found), {"left_at": now})
    return found._replace(left_at=now)


def _as_chosen(session: Session, new: Membership, row: int, person: str) -> Membership:
    """Show a new member as they chose before, with any account, in the workspace whose channel they joined in."""
    chosen = select(col(PreferenceRow.person), col(PreferenceRow.board), col(PreferenceRow.alias)).join(
        Group, col(Group.workspace_id) == col(PreferenceRow.workspace_id)
    )
    theirs = col(PreferenceRow.person).in_(keys_of(session, person))
    found = session.connection().execute(chosen.where(col(Group.id) == row, theirs)).all()
    if not found:
        return new
    # Hidden with one account is hidden; else what was said with this one counts.
    said = min(found, key=lambda one: (one.board != Named.HIDDEN, one.person != person))
    return show_as(session, new, Named(said.board), said.alias)


def show_as(session: Session, of: Membership, how: Named, alias: str) -> Membership:
    """Let boards show a member as chosen. Who is hidden now, or no longer, needs a `scores.rebuild`."""
    shown = {"alias": alias if how is Named.ALIAS else "", "hidden": how is Named.HIDDEN}
    if (of.alias, of.hidden) == (shown["alias"], shown["hidden"]):
        return of
    session.connection().execute(_change(of), shown)
    return Membership(of.id, of.group_id, of.name, of.left_at, **shown)  # type: ignore[arg-type]


def memberships_of(session: Session, people: Sequence[str]) -> Mapping[int, Sequence[Membership]]:
    """The rows of several accounts, given by key, in each group: who is there now first, the oldest first."""
    wanted = select(*MEMBERSHIP).where(col(Member.person).in_(people))
    rows = session.connection().execute(wanted.order_by(col(Member.left_at).is_not(None), col(Member.id)))
    found: dict[int, list[Membership]] = {}
    for row in rows:
        member = _membership(row)
        found.setdefault(member.group_id, []).append(member)
    return found


def absorb(
    session: Session, into: Membership, others: Sequence[Membership], now: datetime
) -> tuple[Mark, ...]:
    """Give one member the marks and roles of others, who are gone then, and return all their marks.

    The caller takes the others off the boards first, sees to it that nothing counts twice, and rebuilds.
    """
    connection, gone = session.connection(), [other.id for other in others]
    began = select(func.min(col(Member.joined_at))).where(col(Member.id).in_([into.id, *gone]))
    connection.execute(_change(into), {"joined_at": connection.execute(began).scalar_one()})
    moved = update(MarkRow).where(col(MarkRow.member_id).in_(gone))
    connection.execute(moved.values(member_id=into.id))
    connection.execute(delete(Nudge).where(col(Nudge.member_id).in_(gone)))
    grants.hand_over(session, gone, into.id, now)
    connection.execute(delete(Member).where(col(Member.id).in_(gone)))
    return marks_of(session, into.id)


def change_points(session: Session, points: Mapping[int, int]) -> None:
    """Let marks have brought so much, by their ids."""
    for mark, brought in points.items():
        session.connection().execute(update(MarkRow).where(col(MarkRow.id) == mark).values(points=brought))


def _membership(row: Any) -> Membership:
    return Membership(*row)


def _change(found: Membership) -> Executable:
    return update(Member).where(col(Member.id) == found.id)


def active_members(session: Session, group_id: int) -> int:
    """How many people are in a group now."""
    count = select(func.count()).where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
    return int(session.connection().execute(count).scalar_one())


def some_of(session: Session, group_id: int, limit: int) -> Sequence[Membership]:
    """Those who are in a group now, the first who joined, at most so many."""
    here = col(Member.group_id) == group_id, col(Member.left_at).is_(None)
    wanted = select(*MEMBERSHIP).where(*here).order_by(col(Member.id)).limit(limit)
    return [_membership(row) for row in session.connection().execute(wanted)]


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
    return _by_member(rows)


def marks_of_each(session: Session, member_ids: Sequence[int]) -> Mapping[int, Sequence[Mark]]:
    """Every mark of several members, by member, oldest first."""
    wanted = select(col(MarkRow.member_id), *_MARK).where(col(MarkRow.member_id).in_(member_ids))
    return _by_member(session.connection().execute(wanted.order_by(col(MarkRow.id))))


def _by_member(rows: Iterable[Any]) -> Mapping[int, Sequence[Mark]]:
    found: dict[int, list[Mark]] = {}
    for member_id, id_, item, act, *rest in rows:
        found.setdefault(member_id, []).append(Mark(id_ or 0, item, _ACTS[act], *rest))
    return found


def marks_of(session: Session, member_id: int) -> tuple[Mark, ...]:
    """Every mark of a member, oldest first."""
    # A list that is built at once: thousands of marks pass here one by one otherwise.
    return tuple(
        [
            Mark(id_, item, _ACTS[act], *rest)
            for id_, item, act, *rest in _MARKS.rows(session, {"member": member_id})
        ]
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a mark to whoever made it, and to nobody else."""

    hours: float | None
    note: str


def told(session: Session, mark_ids: Sequence[int]) -> Mapping[int, Told]:
    """The hours and notes of some marks, by mark."""
    wanted = select(col(MarkRow.id), col(MarkRow.hours), col(MarkRow.note))
    rows = session.connection().execute(wanted.where(col(MarkRow.id).in_(mark_ids)))
    return {id_ or 0: Told(hours, note) for id_, hours, note in rows}


class NewMark(NamedTuple):
    """A mark about to be recorded; `at` and `day` are those of `Mark`, `hours` is time spent."""

    item: int
    act: Act
    at: datetime
    day: date
    points: int = 0
    hours: float | None = None
    note: str = ""
    undoes: int | None = None
    finishes: int | None = None


_ADD_MARK = Prepared(
    lambda _: insert(MarkRow).returning(col(MarkRow.id)),
    *("member_id", "item_id", "act", "at", "day", "points", "hours", "note", "undoes", "finishes"),
)


def add_mark(session: Session, member_id: int, mark: NewMark) -> Mark:
    """Append a mark and return it with its id. The caller keeps the boards in step with `scores.keep`."""
    item, act, *rest = mark
    id_ = _ADD_MARK.add(session, (member_id, item, act.value, *rest))
    return Mark(id_, mark.item, mark.act, mark.at, mark.day, mark.points, mark.undoes, mark.finishes)


def members_of(session: Session, group_id: int) -> Sequence[Membership]:
    """Everyone who was ever in a group."""
    rows = session.connection().execute(select(*MEMBERSHIP).where(col(Member.group_id) == group_id))
    return [_membership(row) for row in rows]
