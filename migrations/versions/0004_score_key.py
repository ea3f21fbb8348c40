"""A member's board rows lie side by side, and a person's memberships are found by an index.

With the group in front, each member that was deleted meant reading the whole table: for their rows, and once more for
the foreign key. As the key itself it costs no further index to keep when something is recorded.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the member in front."""
    _key(["member_id", "period"])
    op.create_index("ix_member_person", "member", ["person"])


def downgrade() -> None:
    """Put the group back in front."""
    op.drop_index("ix_member_person", "member")
    _key(["group_id", "period", "member_id"])


def _key(columns: Sequence[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_score", "score")
        op.create_primary_key("pk_score", "score", list(columns))
        return
    # SQLite can't change a key: everything moves to a table of the same shape.
    op.rename_table("score", "old_score")
    op.create_table(
        "score",
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reached_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(*columns, name="pk_score"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_score_group_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_score_member_id"),
    )
    names = "member_id, period, group_id, points, reached_at"
    op.execute(f"INSERT INTO score ({names}) SELECT {names} FROM old_score")  # noqa: S608 - our own names
    op.drop_table("old_score")
    op.create_index(
        "ix_score_board", "score", ["group_id", "period", sa.text("points DESC"), "reached_at", "member_id"]
    )
