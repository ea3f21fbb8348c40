"""Groups and their pauses."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime
from bot.store.tables.base import index_where_set


class GroupState(StrEnum):
    """Whether a group's posts are planned."""

    ACTIVE = "active"
    PAUSED = "paused"
    HELD = "held"
    FINISHED = "finished"


class Group(SQLModel, table=True):
    """One cohort studying one roadmap in one channel.

    `step` counts the weeks of the plan that were prompted. Occurrences up to `planned_to` have their posts;
    `next_due_at` is the next one after it, or the end of a pause. `pace_hours` 0 means a topic a week. With `twin_of`
    the row is one more channel of that group: the plan is there, and only channel, hold and organizer are its own. (It
    has no foreign key, as SQLite can add none to a table.)
    """

    __tablename__ = "study_group"
    __table_args__ = (
        UniqueConstraint("workspace_id", "channel"),
        index_where_set("ix_study_group_due", "next_due_at"),
        index_where_set("ix_study_group_twin_of", "twin_of"),
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
