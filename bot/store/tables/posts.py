"""What the bot says by itself."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime
from bot.store.tables.base import index_where_set


class PostState(StrEnum):
    """Where a post is in its life. NEEDLESS: nobody was left for whom it would have been."""

    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    HELD = "held"
    MISSED = "missed"
    NEEDLESS = "needless"


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
        index_where_set("ix_post_try_at", "try_at"),
        index_where_set("ix_post_thread_try_at", "thread_try_at"),
        index_where_set("ix_post_edit_at", "edit_at"),
        index_where_set("ix_post_passed_on", "passed_on"),
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
        index_where_set("ix_nudge_try_at", "try_at"),
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
