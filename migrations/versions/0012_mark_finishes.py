"""A mark knows the topic that was done with it, so that it stays done when the roadmap asks for something else."""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; marks that are there have finished no more than the roadmap says."""
    op.add_column("mark", sa.Column("finishes", BigId, nullable=True))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("mark", "finishes")
