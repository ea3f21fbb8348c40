"""Whose group a button in a direct message is about."""

from sqlalchemy import or_
from sqlmodel import Session, col, select

from bot.core.identity import key_of
from bot.store import accounts
from bot.store.tables import Group, Member, Workspace


def home_of(session: Session, platform: str, person: str, group_id: int) -> tuple[Workspace, Member] | None:
    """The workspace of a group on a platform, and the person's row in it; None unless they are a member now."""
    keys = accounts.keys_of(session, key_of(platform, person))
    own = Member.group_id == group_id, col(Member.person).in_(keys), col(Member.left_at).is_(None)
    member = session.exec(select(Member).where(*own).order_by(col(Member.id))).first()
    if member is None:
        return None
    channels = select(Workspace).join(Group, col(Group.workspace_id) == col(Workspace.id))
    theirs = or_(Group.id == group_id, Group.twin_of == group_id), Workspace.platform == platform  # type: ignore[arg-type]
    there = channels.where(*theirs, col(Workspace.left_at).is_(None))
    joined_there = (col(Group.id) != (member.via or group_id), col(Group.id))
    found = session.exec(there.order_by(*joined_there)).first()
    return None if found is None else (found, member)
