"""The groups of a workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, exists
from sqlmodel import Session, col, select, update

from bot.store.tables import Group, GroupState, Workspace
from bot.study.schedule import Schedule

# Made once: building a statement costs more than running it.
_GROUPS_OF = (
    select(Group)
    .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
    .where(
        col(Workspace.platform) == bindparam("platform"),
        col(Workspace.external_id) == bindparam("external_id"),
    )
    .order_by(col(Group.id))
)


def groups_of(session: Session, platform: str, external_id: str) -> Sequence[Group]:
    """Every group of a workspace, oldest first."""
    return session.exec(_GROUPS_OF, params={"platform": platform, "external_id": external_id}).all()


def hold(session: Session, group_id: int, reason: str) -> bool:
    """Stop a group's schedule until an organizer mends the reason; whether it was running until now."""
    running = update(Group).where(col(Group.id) == group_id, col(Group.state) != GroupState.HELD)
    held = {"state": GroupState.HELD, "held_reason": reason, "next_due_at": None}
    return session.exec(running.values(**held)).rowcount == 1


def take_step_back(session: Session, group_id: int, step: int, now: datetime) -> None:
    """Give the topic of a prompt that was missed to the next one, unless the plan went on meanwhile.

    A plan that had ended with that prompt goes on: the next tick finds the group's next time, or coming back to the
    workspace does.
    """
    over = col(Group.state) == GroupState.FINISHED
    here = exists().where(col(Workspace.id) == col(Group.workspace_id), col(Workspace.left_at).is_(None))
    values = {
        "step": step - 1,
        "planned_to": case((over, now), else_=col(Group.planned_to)),
        "next_due_at": case((and_(over, here), now), else_=col(Group.next_due_at)),
        "state": case((over, GroupState.ACTIVE.value), else_=col(Group.state)),
    }
    session.exec(update(Group).where(col(Group.id) == group_id, col(Group.step) == step).values(**values))


def save(session: Session, group: Group) -> None:
    """Write a group's changes, so that it has an id and later queries see them."""
    session.add(group)
    session.flush()


def schedule_of(group: Any) -> Schedule:
    """The weekly times of a group, given as an object or as a row of its columns."""
    return Schedule(group.weekday, group.minute, group.zone, group.reminder_weekday, group.reminder_minute)
