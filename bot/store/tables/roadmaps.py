"""Published roadmaps, and what of them marks can point at."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import BigId, UtcDateTime


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
