"""Where the bot was invited."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime


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
