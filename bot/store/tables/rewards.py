"""Roles that members get for what they reach."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime
from bot.store.tables.base import index_where_set


class RewardKind(StrEnum):
    """What is rewarded."""

    SECTION = "section"
    TOPIC = "topic"
    STREAK = "streak"


class Reward(SQLModel, table=True):
    """A role of a workspace that a group's members get for something.

    `target` is the key of a section, the id of a topic's item, or a number of weeks. `walked_to` is the last member who
    was looked at since it was made; None when all were. One that is `ending` is taken from everybody and then deleted.
    What the platform refused is tried again at `held_until`.
    """

    __tablename__ = "reward"
    __table_args__ = (
        UniqueConstraint("group_id", "workspace_id", "kind", "target"),
        Index("ix_reward_workspace_id", "workspace_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="study_group.id", sa_type=BigId)
    workspace_id: int = Field(foreign_key="workspace.id", sa_type=BigId)
    kind: str = Field(max_length=16)
    target: str = Field(max_length=40)
    role: str = Field(max_length=32)
    role_name: str = Field(max_length=100)
    made_at: datetime = Field(sa_type=UtcDateTime)
    walked_to: int | None = Field(default=0, sa_type=BigInteger)
    ending: bool = False
    held_reason: str = Field(default="", max_length=500)
    held_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Grant(SQLModel, table=True):
    """Whether a member is to have a reward's role; the row is the queue of what is to be done about it.

    `given` says that they may have it: it is set before the platform is asked. `at_mark` is the member's last mark when
    it was reached.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("reward_id", "member_id"),
        Index("ix_role_grant_member_id", "member_id"),
        index_where_set("ix_role_grant_try_at", "try_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    reward_id: int = Field(foreign_key="reward.id", sa_type=BigId)
    member_id: int = Field(foreign_key="member.id", sa_type=BigId)
    wanted: bool = True
    given: bool = False
    at_mark: int = Field(default=0, sa_type=BigInteger)
    try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    reason: str = Field(default="", max_length=500)
