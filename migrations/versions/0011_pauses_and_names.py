"""When a group was paused is kept, and a member's row says how boards show them."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both, for what is paused and was chosen already. Since when a group has paused nobody noted: about now."""
    op.create_table(
        "pause",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_pause_group_id"),
    )
    op.create_index("ix_pause_group_id", "pause", ["group_id"])
    op.execute(
        "INSERT INTO pause (group_id, began_at, ended_at) SELECT id, "
        "CASE WHEN planned_to < CURRENT_TIMESTAMP THEN planned_to ELSE CURRENT_TIMESTAMP END, paused_until "
        "FROM study_group WHERE state = 'paused'"
    )
    op.add_column("member", sa.Column("alias", sa.String(32), server_default="", nullable=False))
    op.add_column("member", sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
    for choice, column, value in (("alias", "alias", "preference.alias"), ("hidden", "hidden", "TRUE")):
        op.execute(
            f"UPDATE member SET {column} = (SELECT {value} FROM study_group JOIN preference "  # noqa: S608 - our own names
            "ON preference.workspace_id = study_group.workspace_id AND preference.person = member.person "
            f"WHERE study_group.id = member.group_id AND preference.board = '{choice}') "
            "WHERE EXISTS (SELECT 1 FROM study_group JOIN preference "
            "ON preference.workspace_id = study_group.workspace_id AND preference.person = member.person "
            f"WHERE study_group.id = member.group_id AND preference.board = '{choice}')"
        )
    op.execute("DELETE FROM score WHERE member_id IN (SELECT id FROM member WHERE hidden)")
    op.execute("DELETE FROM score_count")
    op.execute(
        "INSERT INTO score_count (group_id, period, points, members) "
        "SELECT group_id, period, points, count(*) FROM score GROUP BY group_id, period, points"
    )


def downgrade() -> None:
    """Take both away; who was hidden is on the boards again with the next rebuild."""
    op.drop_column("member", "hidden")
    op.drop_column("member", "alias")
    op.drop_table("pause")
