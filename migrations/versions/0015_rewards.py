"""Roles as rewards, and who is to have them."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TRY_AT = sa.text("try_at IS NOT NULL")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "reward",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("workspace_id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("role_name", sa.String(100), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("walked_to", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.Column("held_reason", sa.String(500), nullable=False),
        sa.Column("held_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name="fk_reward_group_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_reward_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reward"),
        sa.UniqueConstraint(
            "group_id", "workspace_id", "kind", "target", name="uq_reward_group_id_workspace_id_kind_target"
        ),
    )
    op.create_index("ix_reward_workspace_id", "reward", ["workspace_id"])
    op.create_table(
        "role_grant",
        sa.Column("id", BigId, nullable=False),
        sa.Column("reward_id", BigId, nullable=False),
        sa.Column("member_id", BigId, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at_mark", sa.BigInteger(), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["reward_id"], ["reward.id"], name="fk_role_grant_reward_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_role_grant_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        sa.UniqueConstraint("reward_id", "member_id", name="uq_role_grant_reward_id_member_id"),
    )
    op.create_index("ix_role_grant_member_id", "role_grant", ["member_id"])
    where = {"sqlite_where": _TRY_AT, "postgresql_where": _TRY_AT}
    op.create_index("ix_role_grant_try_at", "role_grant", ["try_at"], **where)


def downgrade() -> None:
    """Forget both; roles that were given stay with who has them."""
    op.drop_table("role_grant")
    op.drop_table("reward")
