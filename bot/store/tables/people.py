"""Members, what people have chosen, and which accounts are one person."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime
from bot.study.preferences import LONGEST_ALIAS, Named, Reminded, Study


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
