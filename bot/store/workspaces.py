"""Workspaces that the bot enters, is removed from, comes back to, and in the end forgets."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from bot.core.shards import shard_key
from bot.store import groups, organizers, preferences, rewards, twins
from bot.store.groups import schedule_of
from bot.store.tables import (
    Grant,
    Group,
    GroupState,
    MarkRow,
    Member,
    Nudge,
    Pause,
    Post,
    ScoreCount,
    ScoreRow,
    Workspace,
)
from bot.study.schedule import next_due


def workspace(session: Session, platform: str, external_id: str) -> Workspace | None:
    """The workspace by the platform's own id."""
    return session.exec(
        select(Workspace).where(Workspace.platform == platform, Workspace.external_id == external_id)
    ).first()


def enter(session: Session, platform: str, external_id: str, name: str, now: datetime) -> Workspace:
    """The workspace, made when it is new and welcomed back when it had left."""
    found = workspace(session, platform, external_id)
    if found is None:
        key = shard_key(external_id)
        found = Workspace(platform=platform, external_id=external_id, shard_key=key, joined_at=now)
    found.name = name
    session.add(found)
    _welcome(session, found)
    session.flush()
    return found


def leave(session: Session, platform: str, external_id: str, now: datetime) -> None:
    """Record that the bot was removed: nothing is planned or sent there, and everything else stays as it is."""
    found = workspace(session, platform, external_id)
    if found is not None:
        found.left_at = now
        session.add(found)
        # A group that lives on elsewhere is planned all the same; nothing is sent here.
        here = col(Group.workspace_id) == found.id, col(Group.id).not_in(twins.living_elsewhere(found))
        session.exec(update(Group).where(*here).values(next_due_at=None))


def come_back(session: Session, platform: str, external_ids: Collection[str]) -> Sequence[str]:
    """Go on in these workspaces where they had left; return those that had not and are not among them.

    What came due meanwhile is late or missed, as after an outage.
    """
    missing = []
    for found in session.exec(select(Workspace).where(Workspace.platform == platform)).all():
        if found.external_id in external_ids:
            _welcome(session, found)
        elif found.left_at is None:
            missing.append(found.external_id)
    return missing


def _welcome(session: Session, found: Workspace) -> None:
    if found.left_at is not None:
        found.left_at = None
        for group in groups.groups_of(session, found.platform, found.external_id):
            if group.twin_of is not None or group.state not in (GroupState.ACTIVE, GroupState.PAUSED):
                continue
            runs = group.state == GroupState.ACTIVE
            group.next_due_at = next_due(schedule_of(group), group.planned_to) if runs else group.paused_until
            session.add(group)


def purge(session: Session, before: datetime) -> Sequence[int]:
    """Delete everything of the workspaces that the bot was removed from before a moment; return their ids."""
    gone = [w.id or 0 for w in session.exec(select(Workspace).where(col(Workspace.left_at) <= before)).all()]
    if gone:
        twins.before_purge(session, gone)
        theirs = select(Group.id).where(col(Group.workspace_id).in_(gone))
        members = select(Member.id).where(col(Member.group_id).in_(theirs))
        rewards.purge(session, gone, theirs)
        for of_members in (MarkRow, Nudge, Grant):
            session.exec(delete(of_members).where(col(of_members.member_id).in_(members)))
        rewards.marks_are_gone(session)
        for table in (ScoreRow, ScoreCount, Pause, Post, Member):
            session.exec(delete(table).where(col(table.group_id).in_(theirs)))
        session.exec(delete(Group).where(col(Group.workspace_id).in_(gone)))
        organizers.forget_workspaces(session, gone)
        preferences.purge(session, gone)
        session.exec(delete(Workspace).where(col(Workspace.id).in_(gone)))
    return gone
