"""Workspaces know what decides on their shard."""

import sqlalchemy as sa
from alembic import op

from bot.core.shards import shard_key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and work it out for Discord's servers that are there."""
    op.add_column("workspace", sa.Column("shard_key", sa.BigInteger(), server_default="0", nullable=False))
    workspace = sa.table("workspace", sa.column("id"), sa.column("external_id"), sa.column("shard_key"))
    connection = op.get_bind()
    found = connection.execute(sa.select(workspace.c.id, workspace.c.external_id)).all()
    changes = [{"row": id_, "key": key} for id_, external in found if (key := shard_key(external))]
    if changes:
        row = workspace.c.id == sa.bindparam("row")
        connection.execute(sa.update(workspace).where(row).values(shard_key=sa.bindparam("key")), changes)


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("workspace", "shard_key")
