"""People can be one person on several platforms."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of linked accounts and of the codes that link them."""
    op.create_table(
        "account",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("same_as", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_account"),
    )
    op.create_index("ix_account_same_as", "account", ["same_as"])
    op.create_table(
        "code",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_code"),
    )


def downgrade() -> None:
    """Drop them: each account goes on with the memberships that it joined itself."""
    op.drop_table("code")
    op.drop_table("account")
