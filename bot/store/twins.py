"""A group that lives in several channels: the row of the group itself, and one more for each further channel.

The plan, the members and the board are those of the group (the home). A twin has its own channel, posts and hold,
and nothing of its own is planned.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_objects

from bot.store import pauses, people, rewards, scores
from bot.store.groups import schedule_of
from bot.store.tables import Account, Code, Group, GroupState, Member, ScoreRow, Workspace
from bot.study.schedule import next_due

OF_THE_PLAN = (
    *("roadmap_id", "weekday", "minute", "zone", "pace_hours", "reminder_weekday", "reminder_minute"),
    *("step", "planned_to", "paused_until", "next_due_at"),
)
_GROUP = Group.__table__  # type: ignore[attr-defined]
_TWINS = select(_GROUP.c.id, _GROUP.c.twin_of, _GROUP.c.state).where(
    _GROUP.c.twin_of.in_(bindparam("homes", expanding=True))
)


def home_of(session: Session, row: Group) -> Group:
    """The group whose channel a row is: mostly itself."""
    if row.twin_of is None:
        return row
    return session.exec(select_objects(Group).where(Group.id == row.twin_of)).one()


def channels_of(session: Session, home: Group) -> Sequence[tuple[Group, Workspace]]:
    """The rows of a group's channels with their workspaces, its own first."""
    wanted = select_objects(Group, Workspace).join(Workspace, col(Workspace.id) == col(Group.workspace_id))
    rows = wanted.where(or_(col(Group.id) == home.id, col(Group.twin_of) == home.id))
    return session.exec(rows.order_by(col(Group.twin_of).is_not(None), col(Group.id))).all()


def twins_of(session: Session, homes: Sequence[int]) -> dict[int, list[Any]]:
    """`id`, `twin_of` and `state` of the further channels of several groups, by group."""
    found: dict[int, list[Any]] = {}
    for row in session.connection().execute(_TWINS.order_by(_GROUP.c.id), {"homes": list(homes)}):
        found.setdefault(row.twin_of, []).append(row)
    return found


def connect(session: Session, home: Group, made: Group) -> None:
    """Let a new row be one more channel of a group."""
    for name in OF_THE_PLAN:
        setattr(made, name, getattr(home, name))
    made.twin_of, made.next_due_at = home.id, None
    session.add(made)
    session.flush()


def take_apart(session: Session, home: Group, twin: Group) -> int:
    """Let a twin be a group of its own at the same place of the plan; return how many members go with it.

    Those are who joined there, with all that they recorded.
    """
    theirs = col(Member.group_id) == home.id, col(Member.via) == twin.id
    ids = select(col(Member.id)).where(*theirs)
    session.exec(update(ScoreRow).where(col(ScoreRow.member_id).in_(ids)).values(group_id=twin.id))
    for row in (home, twin):
        scores.recount(session, row.id or 0)
    moved = session.exec(update(Member).where(*theirs).values(group_id=twin.id, via=None)).rowcount
    rewards.move(session, home, twin)
    pauses.copy(session, home.id or 0, twin.id or 0)
    for name in OF_THE_PLAN:
        setattr(twin, name, getattr(home, name))
    held_here, twin.twin_of = twin.state == GroupState.HELD, None
    if held_here:
        twin.next_due_at = None
    elif home.state in (GroupState.PAUSED, GroupState.FINISHED):
        twin.state = home.state
    else:
        twin.next_due_at = next_due(schedule_of(twin), twin.planned_to)
    session.add(twin)
    session.flush()
    return moved


def living_elsewhere(left: Workspace) -> Any:
    """The ids of the groups that have another channel where the bot still is."""
    there = select(col(Group.twin_of)).join(Workspace, col(Workspace.id) == col(Group.workspace_id))
    stays = col(Workspace.left_at).is_(None), col(Workspace.id) != left.id
    return there.where(col(Group.twin_of).is_not(None), *stays)


def before_purge(session: Session, gone: Sequence[int]) -> None:
    """Keep what belongs to others when these workspaces are deleted: their twins elsewhere, and linked people."""
    rows = session.exec(select_objects(Group).where(col(Group.workspace_id).in_(gone))).all()
    session.exec(delete(Code).where(col(Code.group_id).in_([row.id for row in rows])))
    for home in rows:
        for twin, workspace in channels_of(session, home)[1:] if home.twin_of is None else ():
            if workspace.id not in gone:
                take_apart(session, home, twin)
    if further := [row for row in rows if row.twin_of is not None]:
        _leave_home(session, further)


def _leave_home(session: Session, twins: Sequence[Group]) -> None:
    """Delete who joined in these channels from the groups that go on elsewhere; who is linked stays."""
    homes = col(Member.group_id).in_({twin.twin_of for twin in twins})
    via = homes, col(Member.via).in_([twin.id for twin in twins])
    linked = col(Member.person).in_(select(col(Account.person)))
    session.exec(update(Member).where(*via, linked).values(via=None))
    people.erase_members(session, session.exec(select_objects(Member.id).where(*via)).all())
