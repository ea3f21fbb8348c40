"""Which rows are a process's own when several share one database."""

from sqlalchemy import ColumnElement, Select, select

from bot.core.shards import Shards
from bot.store.tables import Workspace

_WORKSPACE = Workspace.__table__  # type: ignore[attr-defined]


def is_served(shards: Shards) -> ColumnElement[bool]:
    """The condition of a workspace that these shards serve."""
    served: ColumnElement[bool] = (_WORKSPACE.c.shard_key % shards.count).between(shards.first, shards.last)
    return served


def served_workspaces(shards: Shards) -> Select[int]:
    """The ids of those workspaces."""
    return select(_WORKSPACE.c.id).where(is_served(shards))
