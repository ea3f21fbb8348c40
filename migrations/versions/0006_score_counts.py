"""Beside the rows of a board stands how many members have how many points, so that a rank is a short sum.

On SQLite the rows are their own key now, which is a page less to write for each period of a mark.
"""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the rows, and count them."""
    _move_rows(with_rowid=False)
    op.create_table(
        "score_count",
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "period", "points", name="pk_score_count"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_score_count_group_id"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO score_count (group_id, period, points, members) "
        "SELECT group_id, period, points, count(*) FROM score GROUP BY group_id, period, points"
    )


def downgrade() -> None:
    """Drop the counts, which follow from the rows."""
    op.drop_table("score_count")
    _move_rows(with_rowid=True)


def _move_rows(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        return
    op.rename_table("score", "old_score")
    op.create_table(
        "score",
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reached_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "period", name="pk_score"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_score_group_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_score_member_id"),
        sqlite_with_rowid=with_rowid,
    )
    names = "member_id, period, group_id, points, reached_at"
    op.execute(f"INSERT INTO score ({names}) SELECT {names} FROM old_score ORDER BY member_id, period")  # noqa: S608 - our own names
    op.drop_table("old_score")
    op.create_index(
        "ix_score_board", "score", ["group_id", "period", sa.text("points DESC"), "reached_at", "member_id"]
    )
