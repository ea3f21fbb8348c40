"""Nothing looks for marks by their item alone, and each mark paid for an index that would find them so."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_mark_item_id", table_name="mark")


def downgrade() -> None:
    """Put it back."""
    op.create_index("ix_mark_item_id", "mark", ["item_id"])
