"""A group can live in several channels."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_THERE = sa.text("twin_of IS NOT NULL")
_OF_THE_PLAN = (
    *("roadmap_id", "weekday", "minute", "zone", "pace_hours", "reminder_weekday", "reminder_minute"),
    *("step", "planned_to", "paused_until", "next_due_at"),
)


def upgrade() -> None:
    """Let a group's row be one more channel of another, a member have joined there, and a code be about a group."""
    op.add_column("study_group", sa.Column("twin_of", sa.BigInteger(), nullable=True))
    where = {"sqlite_where": _THERE, "postgresql_where": _THERE}
    op.create_index("ix_study_group_twin_of", "study_group", ["twin_of"], **where)
    op.add_column("member", sa.Column("via", sa.BigInteger(), nullable=True))
    op.add_column("code", sa.Column("group_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take every group in several channels apart: each channel is one of its own, with the members who joined there."""
    moved = "SELECT id FROM member WHERE via IS NOT NULL"
    new = "(SELECT via FROM member WHERE member.id = score.member_id)"
    op.execute(f"UPDATE score SET group_id = {new} WHERE member_id IN ({moved})")  # noqa: S608 - our own names
    op.execute("UPDATE member SET group_id = via WHERE via IS NOT NULL")
    counted = "group_id, period, points, count(*) FROM score GROUP BY group_id, period, points"
    op.execute("DELETE FROM score_count")
    op.execute(f"INSERT INTO score_count (group_id, period, points, members) SELECT {counted}")
    plan = ", ".join(f"{name} = {_home(name)}" for name in _OF_THE_PLAN)
    goes_on = f"CASE WHEN state = 'held' THEN state ELSE {_home('state')} END"
    op.execute(f"UPDATE study_group SET {plan}, state = {goes_on} WHERE twin_of IS NOT NULL")  # noqa: S608 - our own names
    op.execute("UPDATE study_group SET next_due_at = NULL WHERE twin_of IS NOT NULL AND state = 'held'")
    op.execute("DELETE FROM code WHERE kind = 'twin'")
    op.drop_column("code", "group_id")
    op.drop_column("member", "via")
    op.drop_index("ix_study_group_twin_of", "study_group")
    op.drop_column("study_group", "twin_of")


def _home(name: str) -> str:
    return f"(SELECT home.{name} FROM study_group AS home WHERE home.id = study_group.twin_of)"  # noqa: S608 - our own names
