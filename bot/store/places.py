"""Where a person stands in a workspace: its groups, and their row in each. Every answer begins with this."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bot.core.identity import key_of
from bot.store.accounts import same_person
from bot.store.prepared import Prepared
from bot.store.tables import Group, Member, PreferenceRow, Workspace
from bot.study.preferences import Study


class Place(NamedTuple):
    """A group, as far as answering a member needs it; its columns are those of `Group`.

    `study` and `own_zone` are what the person has chosen in its workspace; the zone is empty where they chose none.
    `row` is that of the channel where the person is, whose posts they see: another one where the group has several.
    """

    id: int
    roadmap_id: int
    channel: str
    channel_name: str
    zone: str
    pace_hours: int
    step: int
    state: str
    study: str
    own_zone: str
    row: int

    @property
    def home_id(self) -> int:
        """The group's id."""
        return self.id


class Membership(NamedTuple):
    """A person's row in a group, also when they left; its columns are those of `Member`."""

    id: int
    group_id: int
    name: str
    left_at: datetime | None
    alias: str = ""
    hidden: bool = False


_HOME = aliased(Group)
_PLACE = (
    col(_HOME.id),
    col(_HOME.roadmap_id),
    col(Group.channel),
    col(Group.channel_name),
    col(_HOME.zone),
    col(_HOME.pace_hours),
    col(_HOME.step),
    col(_HOME.state),
    func.coalesce(col(PreferenceRow.study), Study.ANY.value),
    func.coalesce(col(PreferenceRow.zone), ""),
    col(Group.id),
)
MEMBERSHIP = (
    *(col(Member.id), col(Member.group_id), col(Member.name), col(Member.left_at)),
    *(col(Member.alias), col(Member.hidden)),
)

_SPLIT = len(_PLACE)

_HERE = (
    col(Workspace.platform) == bindparam("platform"),
    col(Workspace.external_id) == bindparam("external_id"),
)
_HOME_ID = func.coalesce(col(Group.twin_of), col(Group.id))

_PLACES = Prepared(
    lambda _: (
        select(*_PLACE, *MEMBERSHIP)
        .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
        .join(_HOME, col(_HOME.id) == _HOME_ID)
        .outerjoin(
            Member, and_(col(Member.group_id) == col(_HOME.id), col(Member.person) == bindparam("person"))
        )
        .outerjoin(
            PreferenceRow,
            and_(
                col(PreferenceRow.workspace_id) == col(Workspace.id),
                col(PreferenceRow.person) == bindparam("person"),
            ),
        )
        .where(*_HERE)
        .order_by(col(Group.id))
    )
)
_BY_OTHER_ACCOUNTS = Prepared(
    lambda _: (
        select(*MEMBERSHIP)
        .join(Group, col(Member.group_id) == _HOME_ID)
        .join(Workspace, col(Workspace.id) == col(Group.workspace_id))
        .where(*_HERE, col(Member.person).in_(same_person("person")))
    )
)


def places_of(
    session: Session, platform: str, external_id: str, person: str
) -> Mapping[Place, Membership | None]:
    """Every group of a workspace, oldest first, with a person's row in it, also where they left."""
    here = {"platform": platform, "external_id": external_id, "person": key_of(platform, person)}
    found: dict[Place, Membership | None] = {}
    elsewhere = False
    for row in _PLACES.rows(session, here):
        known = row[_SPLIT] is not None
        found[Place(*row[:_SPLIT])] = Membership(*row[_SPLIT:]) if known else None
        elsewhere = elsewhere or not known
    if not elsewhere:
        return found
    # Asked apart and only then: most people have one account and are in every group of their workspace.
    others = {row[1]: Membership(*row) for row in _BY_OTHER_ACCOUNTS.rows(session, here)}
    return {place: member or others.get(place.id) for place, member in found.items()}
