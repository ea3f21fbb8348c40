"""What the bot says to one member privately by itself."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_PASSED_ON, _TRY_AT = sa.text("passed_on IS NOT NULL"), sa.text("try_at IS NOT NULL")


def upgrade() -> None:
    """Make the queue, let a reminder know for whom it was passed on, and note whose direct messages are closed."""
    op.add_column("preference", sa.Column("refused_at", UtcDateTime(), nullable=True))
    op.add_column("post", sa.Column("passed_on", sa.String(32), nullable=True))
    where = {"sqlite_where": _PASSED_ON, "postgresql_where": _PASSED_ON}
    op.create_index("ix_post_passed_on", "post", ["passed_on"], **where)
    op.create_table(
        "nudge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.Column("item_id", BigId, nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_nudge_member_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_nudge_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_nudge"),
        sa.UniqueConstraint("member_id", "kind", "occurrence", name="uq_nudge_member_id_kind_occurrence"),
    )
    where = {"sqlite_where": _TRY_AT, "postgresql_where": _TRY_AT}
    op.create_index("ix_nudge_try_at", "nudge", ["try_at"], **where)


def downgrade() -> None:
    """Forget what was said privately; nothing is said so any more."""
    op.drop_table("nudge")
    op.drop_index("ix_post_passed_on", "post")
    op.drop_column("post", "passed_on")
    op.drop_column("preference", "refused_at")
