"""What people have chosen for themselves in a workspace, and when they are away from it. A person is their key.

Linked accounts choose apart, since what is right on one platform need not be so on the other; but who is away with one
of them is away with all.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.store.accounts import linked_with, same_person
from bot.store.tables import AwayRow, Group, Member, PreferenceRow, Workspace
from bot.study.preferences import Away, Named, Preferences, Reminded, Study

A_DAY = timedelta(days=1)
_BOTH: tuple[Any, ...] = (PreferenceRow, AwayRow)


def preferences_of(session: Session, workspace_id: int, person: str) -> Preferences:
    """What a person has chosen; what they never touched is as it comes."""
    row = session.get(PreferenceRow, (workspace_id, person))
    return Preferences() if row is None else chosen(row)


def chosen(row: Any) -> Preferences:
    """The preferences in a row, or in anything with its columns."""
    return Preferences(
        Study(row.study),
        row.zone,
        Named(row.board),
        row.alias,
        Reminded(row.reminders),
        row.quiet_from,
        row.quiet_to,
        row.refused_at,
    )


def keep(session: Session, workspace_id: int, person: str, wanted: Preferences, now: datetime) -> None:
    """Write what a person has chosen."""
    row = session.get(PreferenceRow, (workspace_id, person))
    if row is None:
        row = PreferenceRow(workspace_id=workspace_id, person=person, made_at=now)
    for name, value in asdict(wanted).items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def aways_of(session: Session, workspace_id: int, person: str) -> Sequence[Away]:
    """Every span in which a person was, is or will be away, with this account or a linked one, oldest first."""
    rows = session.exec(_spans(workspace_id, person)).scalars()
    return [Away(row.first_day, row.back_on) for row in rows]


def aways_in(session: Session, group_id: int, day: date) -> Sequence[Any]:
    """`id`, `first_day`, `back_on` and own `zone` (if chosen) of a group's members who are away around a day."""
    row, away, own = aliased(Group), AwayRow, PreferenceRow
    here = and_(col(away.workspace_id) == col(row.workspace_id), col(away.person) == col(Member.person))
    same = and_(col(own.workspace_id) == col(away.workspace_id), col(own.person) == col(away.person))
    me, other = linked_with(col(Member.person))
    member = select(col(Member.id), col(away.first_day), col(away.back_on), col(own.zone)).select_from(Member)
    # With the account that joined, or with another one: apart, since no index helps who looks for this or that.
    each = (
        member.join(row, col(row.id) == func.coalesce(col(Member.via), col(Member.group_id))).join(
            away, here
        ),
        member.join(*me).join(*other).join(away, col(away.person) == other[0].c.person),
    )
    wanted = [
        one.outerjoin(own, same)
        .where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
        # In no zone is it further than a day from the group's own.
        .where(col(away.first_day) <= day + A_DAY, col(away.back_on) >= day)
        for one in each
    ]
    return session.connection().execute(union_all(*wanted)).all()


def set_away(session: Session, workspace_id: int, person: str, span: Away, now: datetime) -> None:
    """Let a person be away from a day on, and nothing they had said of the days from there.

    A span that has begun goes on to the new end, or ends there; one of no days ends what there was. Spans of linked
    accounts are theirs too.
    """
    first, back = span
    session.exec(delete(AwayRow).where(_theirs(workspace_id, person), col(AwayRow.first_day) >= first))
    begun = session.exec(_spans(workspace_id, person).where(col(AwayRow.back_on) > first)).scalars().all()
    for row in begun:
        row.back_on = back
        session.add(row)
    if not begun and back > first:
        session.add(
            AwayRow(workspace_id=workspace_id, person=person, first_day=first, back_on=back, made_at=now)
        )
    session.flush()


def _spans(workspace_id: int, person: str) -> Any:
    return select(AwayRow).where(_theirs(workspace_id, person)).order_by(col(AwayRow.first_day))


def _theirs(workspace_id: int, person: str) -> ColumnElement[bool]:
    """This account here, and whichever others are the same person, wherever they are."""
    mine = col(AwayRow.person).in_(same_person("person").params(person=person))
    return and_(mine, or_(col(AwayRow.workspace_id) == workspace_id, col(AwayRow.person) != person))


def everything(session: Session, person: str) -> dict[str, Sequence[RowMapping]]:
    """What is kept of a person in both tables, by their names, each row with its server."""
    found = {}
    for table in _BOTH:
        columns = [c for c in table.__table__.columns if c.name not in ("workspace_id", "person")]
        wanted = select(col(Workspace.name).label("server"), *columns).join(
            Workspace, col(Workspace.id) == table.workspace_id
        )
        own = wanted.where(table.person == person)
        found[table.__tablename__] = session.connection().execute(own).mappings().all()
    return found


def erase(session: Session, person: str) -> None:
    """Leave nothing of a person in both tables."""
    for table in _BOTH:
        session.exec(delete(table).where(table.person == person))


def everybody(session: Session) -> Sequence[Any]:
    """Person and `made_at` of each row of both tables."""
    found: list[Any] = []
    for table in _BOTH:
        found += session.connection().execute(select(table.person, table.made_at)).all()
    return found


def purge(session: Session, workspace_ids: Sequence[int]) -> None:
    """Delete everything of these workspaces from both tables."""
    for table in _BOTH:
        session.exec(delete(table).where(table.workspace_id.in_(workspace_ids)))
