"""Workspaces and their groups."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case
from sqlmodel import Session, col, select, update

from bot.store.tables import Group, GroupState, Workspace

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


def workspace(session: Session, platform: str, external_id: str) -> Workspace | None:
    """The workspace by the platform's own id."""
    return session.exec(
        select(Workspace).where(Workspace.platform == platform, Workspace.external_id == external_id)
    ).first()


def enter_workspace(session: Session, platform: str, external_id: str, name: str, now: datetime) -> Workspace:
    """The workspace, made when it is new and welcomed back when it had left."""
    found = workspace(session, platform, external_id)
    if found is None:
        found = Workspace(platform=platform, external_id=external_id, joined_at=now)
    found.name, found.left_at = name, None
    session.add(found)
    session.flush()
    return found


def leave_workspace(session: Session, platform: str, external_id: str, now: datetime) -> None:
    """Record that the bot was removed; data is kept and nothing is planned any more."""
    found = workspace(session, platform, external_id)
    if found is None:
        return
    found.left_at = now
    session.add(found)
    for group in groups_of(session, platform, external_id):
        hold(session, group.id or 0, "Roadmate was removed from the server.")


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

    A plan that had ended with that prompt goes on: the next tick finds the group's next time.
    """
    over = col(Group.state) == GroupState.FINISHED
    values = {
        "step": step - 1,
        "planned_to": case((over, now), else_=col(Group.planned_to)),
        "next_due_at": case((over, now), else_=col(Group.next_due_at)),
        "state": case((over, GroupState.ACTIVE.value), else_=col(Group.state)),
    }
    session.exec(update(Group).where(col(Group.id) == group_id, col(Group.step) == step).values(**values))


def save(session: Session, group: Group) -> None:
    """Write a group's changes, so that it has an id and later queries see them."""
    session.add(group)
    session.flush()
