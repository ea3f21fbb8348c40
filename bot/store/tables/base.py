"""What all tables share, and the one that is about the installation itself."""

from typing import Any

from sqlalchemy import Connection, Index, event, text
from sqlmodel import Field, SQLModel

# SQLModel gives every table its own MetaData through this registry-wide object; migrations are compared with it.
metadata = SQLModel.metadata

# One spelling for every constraint, so that a migration on either database can name what it changes.
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# Tables validate nothing, so nothing is built for it: half a megabyte.
SQLModel.model_config["defer_build"] = True


def index_where_set(name: str, column: str) -> Index:
    """An index of the rows in which a column has a value, where these are few among very many."""
    return Index(name, column, sqlite_where=text(f"{column} IS NOT NULL"))


@event.listens_for(metadata, "before_create")
def _the_same_on_postgresql(_metadata: Any, connection: Connection, **_how: Any) -> None:
    # Said here and not with the index: whatever is said to a dialect loads it, and this one with all its drivers is
    # 2 MB that a bot on SQLite never needs.
    if connection.dialect.name == "postgresql":
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            index.dialect_kwargs["postgresql_where"] = index.dialect_kwargs.get("sqlite_where")


class Meta(SQLModel, table=True):
    """A fact about this installation: the hash of the synced commands, the scheduler's heartbeat."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=500)
