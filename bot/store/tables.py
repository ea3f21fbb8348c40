"""The tables. Ids of people, channels and workspaces are the platform's own, kept as text.

Where platforms meet, a person is known by a key (`core/identity.py`).
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime
from bot.study.preferences import LONGEST_ALIAS, Named, Reminded, Study

# SQLModel gives every table its own MetaData through this registry-wide object; migrations are compared with it.
metadata = SQLModel.metadata

# One spelling for every constraint, so that a migration on either database can name what it changes.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Meta(SQLModel, table=True):
    """A fact about this installation: the hash of the synced commands, the scheduler's heartbeat."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=500)


class Workspace(SQLModel, table=True):
    """A Discord guild or Slack team. `shard_key` modulo the number of shards is the one that serves it."""

    __tablename__ = "workspace"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    platform: str = Field(max_length=16)
    external_id: str = Field(max_length=32)
    shard_key: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    name: str = Field(default="", max_length=100)
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Installation(SQLModel, table=True):
    """What a platform handed out when a workspace installed the bot, sealed with a key that is not in the database."""

    __tablename__ = "installation"
    platform: str = Field(primary_key=True, max_length=16)
    external_id: str = Field(primary_key=True, max_length=32)
    sealed: str


class OrganizerRow(SQLModel, table=True):
    """Somebody who was named an organizer of a workspace. `person` is the platform's own id."""

    __tablename__ = "organizer"
    workspace_id: int = Field(foreign_key="workspace.id", primary_key=True, sa_type=BigId)
    person: str = Field(primary_key=True, max_length=32)
    named_at: datetime = Field(sa_type=UtcDateTime)


class RoadmapRow(SQLModel, table=True):
    """A published roadmap; `body` is its canonical JSON."""

    __tablename__ = "roadmap"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(max_length=40, unique=True)
    title: str = Field(max_length=150)
    digest: str = Field(max_length=64)
    body: str
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ItemRow(SQLModel, table=True):
    """A topic or resource that marks can point at. Its key may be renamed, its id never changes."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("roadmap_id", "key"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    roadmap_id: int = Field(foreign_key="roadmap.id", sa_type=BigId)
    key: str = Field(max_length=40)
    title: str = Field(max_length=150)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GroupState(StrEnum):
    """Whether a group's posts are planned."""

    ACTIVE = "active"
    PAUSED = "paused"
    HELD = "held"
    FINISHED = "finished"


class Group(SQLModel, table=True):
    """One cohort studying one roadmap in one channel.

    `step` counts the weeks of the plan that were prompted. Occurrences up to `planned_to` have their posts;
    `next_due_at` is the next one after it. `pace_hours` 0 means a topic a week. With `twin_of` the row is one more
    channel of that group: the plan is there, and only channel, hold and organizer are its own. (It has no foreign key,
    as SQLite can add none to a table.)
    """

    __tablename__ = "study_group"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel"),
        Index(
            "ix_study_group_due",
            "next_due_at",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
        Index(
            "ix_study_group_twin_of",
            "twin_of",
            sqlite_where=text("twin_of IS NOT NULL"),
            postgresql_where=text("twin_of IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigId)
    roadmap_id: int = Field(foreign_key="roadmap.id", sa_type=BigId)
    channel: str = Field(max_length=32)
    channel_name: str = Field(default="", max_length=100)
    weekday: int = 0
    minute: int = 540
    zone: str = Field(default="UTC", max_length=64)
    pace_hours: int = 0
    reminder_weekday: int = 3
    reminder_minute: int = 540
    state: str = Field(default=GroupState.ACTIVE, max_length=16)
    paused_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    step: int = 0
    planned_to: datetime = Field(sa_type=UtcDateTime)
    next_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_reason: str = Field(default="", max_length=500)
    organizer: str = Field(default="", max_length=32)
    created_at: datetime = Field(sa_type=UtcDateTime)
    twin_of: int | None = Field(default=None, sa_type=BigInteger)

    @property
    def home_id(self) -> int:
        """The id of the group whose channel this is."""
        return self.twin_of or self.id or 0


class Pause(SQLModel, table=True):
    """A span in which a group was paused, is, or will be until then; None: until somebody says so."""

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_group_id", "group_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="study_group.id", sa_type=BigId)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Member(SQLModel, table=True):
    """A person in a group. `person` is the key of the account that joined; others may be the same person.

    `alias` and `hidden` say how boards show them: they follow from what the person has chosen in the workspace, and
    stand here so that nothing has to look there while recording.
    `via` is the twin in whose channel they joined.
    """

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("group_id", "person"), Index("ix_member_person", "person"))
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="study_group.id", sa_type=BigId)
    person: str = Field(max_length=32)
    name: str = Field(max_length=100)
    alias: str = Field(default="", max_length=LONGEST_ALIAS, sa_column_kwargs={"server_default": ""})
    hidden: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    joined_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    via: int | None = Field(default=None, sa_type=BigInteger)


class PreferenceRow(SQLModel, table=True):
    """What a person has chosen for themselves in a workspace; without a row everything is as it comes.

    `person` is a key. An empty `zone` is the group's; quiet hours are minutes of the day there. `made_at` is when
    the row was made, `refused_at` when the platform last said that they take no direct messages.
    """

    __tablename__ = "preference"
    __table_args__ = (Index("ix_preference_person", "person"),)
    workspace_id: int = Field(foreign_key="workspace.id", primary_key=True, sa_type=BigId)
    person: str = Field(primary_key=True, max_length=32)
    study: str = Field(default=Study.ANY, max_length=16)
    zone: str = Field(default="", max_length=64)
    board: str = Field(default=Named.NAME, max_length=16)
    alias: str = Field(default="", max_length=LONGEST_ALIAS)
    reminders: str = Field(default=Reminded.CHANNEL, max_length=16)
    quiet_from: int | None = None
    quiet_to: int | None = None
    made_at: datetime = Field(sa_type=UtcDateTime)
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AwayRow(SQLModel, table=True):
    """Days on which a person was away from a workspace, by their own calendar; `back_on` is the first one after.

    `person` is a key; spans of one person never overlap. `made_at` is when they first said so.
    """

    __tablename__ = "away"
    __table_args__ = (Index("ix_away_person", "person"),)
    workspace_id: int = Field(foreign_key="workspace.id", primary_key=True, sa_type=BigId)
    person: str = Field(primary_key=True, max_length=32)
    first_day: date = Field(primary_key=True)
    back_on: date
    made_at: datetime = Field(sa_type=UtcDateTime)


class Account(SQLModel, table=True):
    """One of several accounts that are the same person: those with the same `same_as`. `person` is a key."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_same_as", "same_as"),)
    person: str = Field(primary_key=True, max_length=64)
    same_as: str = Field(max_length=32)
    name: str = Field(max_length=100)
    linked_at: datetime = Field(sa_type=UtcDateTime)


class CodeKind(StrEnum):
    """What a one-time code joins."""

    LINK = "link"
    TWIN = "twin"


class Code(SQLModel, table=True):
    """A one-time code that nobody has entered yet, as its hash; `person` (a key) and `name` are who made it.

    One for a twin is about a group.
    """

    __tablename__ = "code"
    digest: str = Field(primary_key=True, max_length=64)
    kind: str = Field(max_length=16)
    person: str = Field(max_length=64)
    name: str = Field(max_length=100)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    group_id: int | None = Field(default=None, sa_type=BigInteger)


class MarkRow(SQLModel, table=True):
    """Append-only: a member finished, skipped or undid something. `points` are what it brought at that time.

    `at` is when it was recorded; `day` is the day of the member's own calendar that it is for, and decides on weeks.
    `finishes` is the item of the topic that was done with it, if it is about a part of one.
    """

    __tablename__ = "mark"
    __table_args__ = (
        Index("ix_mark_member_id", "member_id"),
        Index("ix_mark_item_id", "item_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    member_id: int = Field(foreign_key="member.id", sa_type=BigId)
    item_id: int = Field(foreign_key="item.id", sa_type=BigId)
    act: str = Field(max_length=16)
    at: datetime = Field(sa_type=UtcDateTime)
    day: date
    points: int = 0
    hours: float | None = None
    note: str = Field(default="", max_length=500)
    undoes: int | None = Field(default=None, sa_type=BigId)
    finishes: int | None = Field(default=None, sa_type=BigId)


class ScoreRow(SQLModel, table=True):
    """A row of a board: derived from a member's marks in the transaction that records them.

    The rows of one member lie together, so that a mark changes one page of them; the index is the board, and has
    all that a page of it shows.
    """

    __tablename__ = "score"
    __table_args__ = (
        Index("ix_score_board", "group_id", "period", text("points DESC"), "reached_at", "member_id"),
        {"sqlite_with_rowid": False},
    )
    # This order is that of the key: a member's rows lie side by side, and deleting a member finds them.
    member_id: int = Field(foreign_key="member.id", primary_key=True, sa_type=BigId)
    period: str = Field(primary_key=True, max_length=8)
    group_id: int = Field(foreign_key="study_group.id", sa_type=BigId)
    points: int
    reached_at: datetime = Field(sa_type=UtcDateTime)


class ScoreCount(SQLModel, table=True):
    """How many members of a group have so many points in a period; 0 is the same as no row."""

    __tablename__ = "score_count"
    __table_args__ = ({"sqlite_with_rowid": False},)
    group_id: int = Field(foreign_key="study_group.id", primary_key=True, sa_type=BigId)
    period: str = Field(primary_key=True, max_length=8)
    points: int = Field(primary_key=True)
    members: int


class PostState(StrEnum):
    """Where a post is in its life."""

    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    MISSED = "missed"


class PostKind(StrEnum):
    """What the bot says by itself."""

    PROMPT = "prompt"
    REMINDER = "reminder"
    BOARD = "board"


class Post(SQLModel, table=True):
    """Something the bot says by itself; the row is the queue.

    `try_at` is when it is next worth an attempt (None: never by itself). While CLAIMED it is the lease of the
    one who claimed it. `tried_at` is when the first attempt began whose outcome nobody knows. `edition` counts
    how often an organizer asked for the post again. `step` and `item_id` are the week of the plan and its topic.
    `thread_try_at` is the same as `try_at` for its thread, and `edit_at` for looking whether the message of a board
    still says what the board does; `shown` is a digest of what it said when it was last edited, at `edited_at`.
    `passed_on` is the last person for whom a reminder was planned privately; None when there is no more to pass on.
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("group_id", "kind", "occurrence"),
        Index(
            "ix_post_try_at",
            "try_at",
            sqlite_where=text("try_at IS NOT NULL"),
            postgresql_where=text("try_at IS NOT NULL"),
        ),
        Index(
            "ix_post_thread_try_at",
            "thread_try_at",
            sqlite_where=text("thread_try_at IS NOT NULL"),
            postgresql_where=text("thread_try_at IS NOT NULL"),
        ),
        Index(
            "ix_post_edit_at",
            "edit_at",
            sqlite_where=text("edit_at IS NOT NULL"),
            postgresql_where=text("edit_at IS NOT NULL"),
        ),
        Index(
            "ix_post_passed_on",
            "passed_on",
            sqlite_where=text("passed_on IS NOT NULL"),
            postgresql_where=text("passed_on IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="study_group.id", sa_type=BigId)
    kind: str = Field(max_length=16)
    occurrence: date
    step: int
    item_id: int = Field(foreign_key="item.id", sa_type=BigId)
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default=PostState.DUE, max_length=16)
    try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    edition: int = 0
    reason: str = Field(default="", max_length=500)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: str = Field(default="", max_length=32)
    thread_id: str = Field(default="", max_length=32)
    thread_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    edit_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shown: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    passed_on: str | None = Field(default=None, max_length=32)


class NudgeKind(StrEnum):
    """What the bot says to one member by itself."""

    REMINDER = "reminder"
    WAY_BACK = "way back"


class Nudge(SQLModel, table=True):
    """Something that the bot says to one member privately by itself; the row is the queue, as for a post.

    `occurrence` is that of the group's reminder, or the day of the last record for a way back: so there is one for
    each silence. `item_id` is the topic that a reminder is about. It is worth nothing any more after `until`.
    """

    __tablename__ = "nudge"
    __table_args__ = (
        UniqueConstraint("member_id", "kind", "occurrence"),
        Index(
            "ix_nudge_try_at",
            "try_at",
            sqlite_where=text("try_at IS NOT NULL"),
            postgresql_where=text("try_at IS NOT NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    member_id: int = Field(foreign_key="member.id", sa_type=BigId)
    kind: str = Field(max_length=16)
    occurrence: date
    item_id: int | None = Field(default=None, foreign_key="item.id", sa_type=BigId)
    due_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default=PostState.DUE, max_length=16)
    try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tried_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    reason: str = Field(default="", max_length=500)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: str = Field(default="", max_length=32)
