"""Workspaces, roadmaps, groups, members, marks, boards and posts."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first version."""
    op.create_table(
        "meta",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "roadmap",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("title", sa.String(150), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_roadmap"),
        sa.UniqueConstraint("key", name="uq_roadmap_key"),
    )
    op.create_table(
        "workspace",
        sa.Column("id", BigId, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
        sa.UniqueConstraint("platform", "external_id", name="uq_workspace_platform_external_id"),
    )
    op.create_table(
        "item",
        sa.Column("id", BigId, nullable=False),
        sa.Column("roadmap_id", BigId, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("title", sa.String(150), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("roadmap_id", "key", name="uq_item_roadmap_id_key"),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmap.id"], name="fk_item_roadmap_id"),
    )
    _groups_and_members()
    _posts()


def _groups_and_members() -> None:
    op.create_table(
        "study_group",
        sa.Column("id", BigId, nullable=False),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("roadmap_id", BigId, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("channel_name", sa.String(100), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("pace_hours", sa.Integer(), nullable=False),
        sa.Column("reminder_weekday", sa.Integer(), nullable=False),
        sa.Column("reminder_minute", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("planned_to", UtcDateTime(), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=True),
        sa.Column("held_reason", sa.String(500), nullable=False),
        sa.Column("organizer", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_study_group"),
        sa.UniqueConstraint("workspace_id", "channel", name="uq_study_group_workspace_id_channel"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_study_group_workspace_id"),
        sa.ForeignKeyConstraint(["roadmap_id"], ["roadmap.id"], name="fk_study_group_roadmap_id"),
    )
    _partial_index("ix_study_group_due", "study_group", "next_due_at")
    op.create_table(
        "member",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_member"),
        sa.UniqueConstraint("group_id", "person", name="uq_member_group_id_person"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_member_group_id"),
    )
    op.create_table(
        "mark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("undoes", BigId, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mark"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_mark_member_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_mark_item_id"),
    )
    op.create_index("ix_mark_member_id", "mark", ["member_id"])
    op.create_index("ix_mark_item_id", "mark", ["item_id"])
    op.create_table(
        "score",
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("period", sa.String(8), nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reached_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "period", "member_id", name="pk_score"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_score_group_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_score_member_id"),
    )
    op.create_index(
        "ix_score_board", "score", ["group_id", "period", sa.text("points DESC"), "reached_at", "member_id"]
    )


def _posts() -> None:
    op.create_table(
        "post",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("item_id", BigId, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=True),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("thread_id", sa.String(32), nullable=False),
        sa.Column("thread_try_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_post"),
        sa.UniqueConstraint("group_id", "kind", "occurrence", name="uq_post_group_id_kind_occurrence"),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_post_group_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_post_item_id"),
    )
    _partial_index("ix_post_try_at", "post", "try_at")
    _partial_index("ix_post_thread_try_at", "post", "thread_try_at")


def _partial_index(name: str, table: str, column: str) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop everything."""
    for table in ("post", "score", "mark", "member", "study_group", "item", "workspace", "roadmap", "meta"):
        op.drop_table(table)
