"""What people choose for themselves in a workspace, and when they are away."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two tables, empty: everything is as it comes."""
    op.create_table(
        "preference",
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("study", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("board", sa.String(16), nullable=False),
        sa.Column("alias", sa.String(32), nullable=False),
        sa.Column("reminders", sa.String(16), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person", name="pk_preference"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_preference_workspace_id"),
    )
    op.create_table(
        "away",
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person", "first_day", name="pk_away"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_away_workspace_id"),
    )


def downgrade() -> None:
    """Drop both."""
    op.drop_table("away")
    op.drop_table("preference")
