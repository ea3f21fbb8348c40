"""What all tables share, and the one that is about the installation itself."""

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


class Meta(SQLModel, table=True):
    """A fact about this installation: the hash of the synced commands, the scheduler's heartbeat."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True, max_length=64)
    value: str = Field(max_length=500)
