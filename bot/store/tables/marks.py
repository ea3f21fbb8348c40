"""What members recorded, and the boards that follow from it."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime


class MarkRow(SQLModel, table=True):
    """Append-only: a member finished, skipped or undid something. `points` are what it brought at that time.

    `at` is when it was recorded; `day` is the day of the member's own calendar that it is for, and decides on weeks.
    `finishes` is the item of the topic that was done with it, if it is about a part of one.
    """

    __tablename__ = "mark"
    __table_args__ = (Index("ix_mark_member_id", "member_id"),)
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
