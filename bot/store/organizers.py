"""Who was named an organizer of a workspace, beside those whom the platform says to be."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from bot.store.tables import OrganizerRow, Workspace


def is_named(session: Session, platform: str, workspace: str, person: str) -> bool:
    """Whether somebody was named in a workspace."""
    wanted = (
        select(OrganizerRow.person)
        .join(Workspace, col(Workspace.id) == col(OrganizerRow.workspace_id))
        .where(Workspace.platform == platform, Workspace.external_id == workspace)
        .where(OrganizerRow.person == person)
    )
    return session.exec(wanted).first() is not None


def named(session: Session, workspace: Workspace) -> Sequence[str]:
    """Ids of everybody who was named, the first first."""
    wanted = select(OrganizerRow.person).where(OrganizerRow.workspace_id == workspace.id)
    return session.exec(wanted.order_by(col(OrganizerRow.named_at), col(OrganizerRow.person))).all()


def name(session: Session, workspace: Workspace, person: str, now: datetime) -> None:
    """Name somebody; whoever was named already stays so."""
    if session.get(OrganizerRow, (workspace.id, person)) is None:
        session.add(OrganizerRow(workspace_id=workspace.id or 0, person=person, named_at=now))
        session.flush()


def unname(session: Session, workspace: Workspace, person: str) -> bool:
    """Take the name back; whether there was one."""
    found = session.get(OrganizerRow, (workspace.id, person))
    if found is not None:
        session.delete(found)
        session.flush()
    return found is not None


def named_in(session: Session, platform: str, person: str) -> Sequence[str]:
    """Names of the workspaces in which somebody was named."""
    wanted = (
        select(Workspace.name)
        .join(OrganizerRow, col(Workspace.id) == col(OrganizerRow.workspace_id))
        .where(Workspace.platform == platform, OrganizerRow.person == person)
    )
    return session.exec(wanted.order_by(col(Workspace.id))).all()


def forget(session: Session, platform: str, person: str) -> None:
    """Leave nothing of a person."""
    here = select(Workspace.id).where(Workspace.platform == platform)
    theirs = col(OrganizerRow.person) == person, col(OrganizerRow.workspace_id).in_(here)
    session.exec(delete(OrganizerRow).where(*theirs))


def everybody(session: Session) -> Sequence[tuple[str, str, datetime]]:
    """Platform, id and `named_at` of each name."""
    wanted = select(Workspace.platform, OrganizerRow.person, OrganizerRow.named_at)
    return session.exec(wanted.join(Workspace, col(Workspace.id) == col(OrganizerRow.workspace_id))).all()


def forget_workspaces(session: Session, ids: Sequence[int]) -> None:
    """Leave nothing of workspaces."""
    session.exec(delete(OrganizerRow).where(col(OrganizerRow.workspace_id).in_(ids)))
