"""Everything that is kept about a person, in every workspace and by all of their accounts: told to them, or erased."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from bot.core.identity import account_of, key_of
from bot.store import accounts, nudges, organizers, preferences, rewards, scores
from bot.store.tables import (
    Grant,
    Group,
    ItemRow,
    MarkRow,
    Member,
    Nudge,
    Reward,
    RoadmapRow,
    ScoreRow,
    Workspace,
)


def memberships(session: Session, platform: str, person: str) -> Sequence[RowMapping]:
    """A row for each group that a person is or was in: `member_id`, what is kept of them there, and of the group."""
    columns: list[Any] = [
        col(Member.id).label("member_id"),
        col(Workspace.name).label("server"),
        col(Group.channel_name).label("channel"),
        col(RoadmapRow.title).label("roadmap"),
        *(col(Member.name), col(Member.joined_at), col(Member.left_at)),
    ]
    wanted = (
        select(*columns)
        .join(Group, col(Group.id) == col(Member.group_id))
        .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
        .join(RoadmapRow, col(RoadmapRow.id) == col(Group.roadmap_id))
        .where(col(Member.person).in_(accounts.keys_of(session, key_of(platform, person))))
    )
    return session.connection().execute(wanted.order_by(col(Member.id))).mappings().all()


def records(session: Session, member_id: int) -> Sequence[RowMapping]:
    """A row for each mark of a member, oldest first, with the title of its item."""
    mark = MarkRow
    columns: list[Any] = [
        *(col(mark.id), col(mark.at), col(mark.day), col(mark.act), col(ItemRow.title)),
        *(col(mark.points), col(mark.hours), col(mark.note), col(mark.undoes), col(mark.finishes)),
    ]
    wanted = select(*columns).join(ItemRow, col(ItemRow.id) == col(mark.item_id))
    own = wanted.where(col(mark.member_id) == member_id).order_by(col(mark.id))
    return session.connection().execute(own).mappings().all()


def roles(session: Session, member_id: int) -> Sequence[RowMapping]:
    """A row for each role that a member was given, or is to get or lose, as a reward."""
    columns: list[Any] = [
        col(Reward.role_name).label("role"),
        *(col(Grant.wanted), col(Grant.given), col(Grant.reason)),
    ]
    wanted = select(*columns).join(Grant, col(Grant.reward_id) == col(Reward.id))
    own = wanted.where(col(Grant.member_id) == member_id).order_by(col(Grant.id))
    return session.connection().execute(own).mappings().all()


def messages(session: Session, member_id: int) -> Sequence[RowMapping]:
    """A row for each private message that was said, or is to be said, to a member by itself."""
    columns = col(Nudge.kind), col(Nudge.due_at), col(Nudge.state), col(Nudge.reason), col(Nudge.sent_at)
    wanted = select(*columns).where(col(Nudge.member_id) == member_id).order_by(col(Nudge.id))
    return session.connection().execute(wanted).mappings().all()


def board_rows(session: Session, member_id: int) -> Sequence[RowMapping]:
    """A row for each period in which a member has points."""
    columns = col(ScoreRow.period), col(ScoreRow.points), col(ScoreRow.reached_at)
    wanted = select(*columns).where(col(ScoreRow.member_id) == member_id).order_by(col(ScoreRow.period))
    return session.connection().execute(wanted).mappings().all()


def organizes(session: Session, platform: str, person: str) -> Sequence[RowMapping]:
    """A row for each group whose organizer a person is: `server` and `channel`."""
    columns: list[Any] = [col(Workspace.name).label("server"), col(Group.channel_name).label("channel")]
    wanted = select(*columns).join(Group, col(Group.workspace_id) == col(Workspace.id))
    keys = accounts.keys_of(session, key_of(platform, person))
    return session.connection().execute(wanted.where(_set_up(keys)).order_by(col(Group.id))).mappings().all()


def count_kept(session: Session, platform: str, person: str) -> tuple[int, int]:
    """In how many groups a person is or was, and how many records they have there."""
    own = _member_ids(accounts.keys_of(session, key_of(platform, person)))
    groups = session.connection().execute(select(func.count()).select_from(own.subquery())).scalar_one()
    marks = select(func.count()).where(col(MarkRow.member_id).in_(own))
    return int(groups), int(session.connection().execute(marks).scalar_one())


def erase(session: Session, platform: str, person: str) -> Sequence[int]:
    """Leave nothing of a person in any table, by whichever of their accounts they ask; return their groups."""
    keys = accounts.keys_of(session, key_of(platform, person))
    theirs = select(col(Member.id), col(Member.group_id)).where(col(Member.person).in_(keys))
    were_in = session.connection().execute(theirs).all()
    erase_members(session, [member for member, _ in were_in])
    accounts.forget(session, keys)
    for key in keys:
        preferences.erase(session, key)
        forget_organizer(session, *account_of(key))
        organizers.forget(session, *account_of(key))
    return [group for _, group in were_in]


def erase_members(session: Session, member_ids: Sequence[int | None]) -> None:
    """Delete members with their marks and board rows, however many they are."""
    for start in range(0, len(member_ids), scores.BATCH):
        some = [member or 0 for member in member_ids[start : start + scores.BATCH]]
        scores.take_off(session, some)
        nudges.forget(session, some)
        rewards.forget(session, some)
        for table, column in ((MarkRow, MarkRow.member_id), (Member, Member.id)):
            session.exec(delete(table).where(col(column).in_(some)))
    rewards.marks_are_gone(session)


def forget_organizer(session: Session, platform: str, person: str) -> None:
    """Let the groups that a person has set up have no organizer to tell things to."""
    here = select(col(Workspace.id)).where(col(Workspace.platform) == platform)
    theirs = col(Group.organizer) == person, col(Group.workspace_id).in_(here)
    session.exec(update(Group).where(*theirs).values(organizer=""))


def _member_ids(keys: Sequence[str]) -> Any:
    return select(col(Member.id)).where(col(Member.person).in_(keys))


def _set_up(keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these accounts has set a group up; there the id is the platform's own."""
    return or_(
        *(
            and_(col(Workspace.platform) == platform, col(Group.organizer) == person)
            for platform, person in map(account_of, keys)
        )
    )
