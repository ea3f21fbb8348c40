"""What somebody has chosen is found by who they are: erasing it reads no whole table."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index to both tables."""
    op.create_index("ix_preference_person", "preference", ["person"])
    op.create_index("ix_away_person", "away", ["person"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_away_person", "away")
    op.drop_index("ix_preference_person", "preference")
