"""The groups of a workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update

from bot.store.tables import Group, GroupState, Post, PostState, Workspace
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
    """Stop a group's schedule until an organizer mends the reason; whether it was running until now.

    One that lives in other channels too goes on there, and is only kept out of this one.
    """
    further = session.exec(
        select(Group.id).where(Group.twin_of == group_id, Group.state == GroupState.ACTIVE)
    )
    if further.first() is not None:
        fine = update(Group).where(col(Group.id) == group_id, col(Group.held_reason) == "")
        return session.exec(fine.values(held_reason=reason)).rowcount == 1
    running = update(Group).where(col(Group.id) == group_id, col(Group.state) != GroupState.HELD)
    held = {"state": GroupState.HELD, "held_reason": reason, "next_due_at": None}
    return session.exec(running.values(**held)).rowcount == 1


def take_step_back(session: Session, missed: Post, now: datetime) -> None:
    """Give the topic of a prompt that was missed to the next one, unless the plan went on meanwhile.

    Where the group has more channels, nobody may see it in any of them. A plan that had ended with that prompt goes
    on: the next tick finds the group's next time, or coming back to the workspace does.
    """
    over = col(Group.state) == GroupState.FINISHED
    here = exists().where(col(Workspace.id) == col(Group.workspace_id), col(Workspace.left_at).is_(None))
    values = {
        "step": missed.step - 1,
        "planned_to": case((over, now), else_=col(Group.planned_to)),
        "next_due_at": case((and_(over, here), now), else_=col(Group.next_due_at)),
        "state": case((over, GroupState.ACTIVE.value), else_=col(Group.state)),
    }
    # One after the other: two channels that give up at once would each believe that the other may still see it.
    session.exec(select(Group.id).where(col(Group.id) == _home(missed)).with_for_update()).all()
    still = col(Group.id) == _home(missed), col(Group.step) == missed.step, ~_is_elsewhere(missed)
    session.exec(update(Group).where(*still).values(**values))


def is_elsewhere(session: Session, missed: Post) -> bool:
    """Whether another channel of the group has seen, or may still see, the prompt that was missed in this one."""
    return bool(session.exec(select(_is_elsewhere(missed))).one())


def _home(post: Post) -> Any:
    row = aliased(Group)
    home = func.coalesce(col(row.twin_of), col(row.id))
    return select(home).where(col(row.id) == post.group_id).scalar_subquery()


def _is_elsewhere(missed: Post) -> ColumnElement[bool]:
    """Whether a prompt was or will be in another channel of its group."""
    channel, other = aliased(Group), aliased(Post)
    return (
        exists()
        .where(col(other.group_id) == col(channel.id))
        .where(or_(col(channel.id) == _home(missed), col(channel.twin_of) == _home(missed)))
        .where(col(other.kind) == missed.kind, col(other.occurrence) == missed.occurrence)
        .where(col(other.id) != missed.id)
        .where(or_(col(other.state) != PostState.MISSED, col(other.message_id) != ""))
    )


def save(session: Session, group: Group) -> None:
    """Write a group's changes, so that it has an id and later queries see them."""
    session.add(group)
    session.flush()


def schedule_of(group: Any) -> Schedule:
    """The weekly times of a group, given as an object or as a row of its columns."""
    return Schedule(group.weekday, group.minute, group.zone, group.reminder_weekday, group.reminder_minute)
