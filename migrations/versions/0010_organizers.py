"""Organizers who were named, and sealed installations."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "installation",
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "external_id", name="pk_installation"),
    )
    op.create_table(
        "organizer",
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_organizer_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "person", name="pk_organizer"),
    )


def downgrade() -> None:
    """Drop them: only the platform says who organizes, and each workspace installs the bot again."""
    op.drop_table("organizer")
    op.drop_table("installation")
