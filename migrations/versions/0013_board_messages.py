"""A post can be a board, whose message is edited in place."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a message is looked at next, when it was edited, and what it shows."""
    op.add_column("post", sa.Column("edit_at", UtcDateTime(), nullable=True))
    op.add_column("post", sa.Column("edited_at", UtcDateTime(), nullable=True))
    op.add_column("post", sa.Column("shown", sa.String(64), server_default="", nullable=False))
    where = sa.text("edit_at IS NOT NULL")
    op.create_index("ix_post_edit_at", "post", ["edit_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Boards are no posts there; their messages stay in the channels as they are."""
    op.execute("DELETE FROM post WHERE kind = 'board'")
    op.drop_index("ix_post_edit_at", "post")
    for column in ("shown", "edited_at", "edit_at"):
        op.drop_column("post", column)
