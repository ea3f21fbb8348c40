"""What people have chosen for themselves in a workspace, and when they are away from it. A person is their key."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, and_, delete, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

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
    """Every span in which a person was, is or will be away, oldest first."""
    rows = session.exec(_spans(workspace_id, person)).scalars()
    return [Away(row.first_day, row.back_on) for row in rows]


def aways_in(session: Session, group_id: int, day: date) -> Sequence[Any]:
    """`id`, `first_day`, `back_on` and own `zone` (if chosen) of a group's members who are away around a day."""
    row, away, own = aliased(Group), AwayRow, PreferenceRow
    where = and_(col(away.workspace_id) == col(row.workspace_id), col(away.person) == col(Member.person))
    same = and_(col(own.workspace_id) == col(away.workspace_id), col(own.person) == col(away.person))
    wanted = (
        select(col(Member.id), col(away.first_day), col(away.back_on), col(own.zone))
        .select_from(Member)
        .join(row, col(row.id) == func.coalesce(col(Member.via), col(Member.group_id)))
        .join(away, where)
        .outerjoin(own, same)
        .where(col(Member.group_id) == group_id, col(Member.left_at).is_(None))
        # In no zone is it further than a day from the group's own.
        .where(col(away.first_day) <= day + A_DAY, col(away.back_on) >= day)
    )
    return session.connection().execute(wanted).all()


def set_away(session: Session, workspace_id: int, person: str, span: Away, now: datetime) -> None:
    """Let a person be away from a day on, and nothing they had said of the days from there.

    A span that has begun goes on to the new end, or ends there; one of no days ends what there was.
    """
    first, back = span
    session.exec(
        delete(AwayRow).where(
            col(AwayRow.workspace_id) == workspace_id,
            col(AwayRow.person) == person,
            col(AwayRow.first_day) >= first,
        )
    )
    begun = _spans(workspace_id, person).where(col(AwayRow.back_on) > first)
    row = session.exec(begun).scalars().first()
    if row is not None:
        row.back_on = back
        session.add(row)
    elif back > first:
        session.add(
            AwayRow(workspace_id=workspace_id, person=person, first_day=first, back_on=back, made_at=now)
        )
    session.flush()


def _spans(workspace_id: int, person: str) -> Any:
    own = col(AwayRow.workspace_id) == workspace_id, col(AwayRow.person) == person
    return select(AwayRow).where(*own).order_by(col(AwayRow.first_day))


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
