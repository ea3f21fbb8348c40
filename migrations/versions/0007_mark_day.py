"""A mark knows the day that it is for, so that one can be recorded for a day before.

Marks that are there are for the day on which they were recorded, by their group's calendar: as the boards have
counted them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from bot.store.columns import BigId, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BATCH = 5_000
mark = sa.table(
    "mark",
    sa.column("id", BigId),
    sa.column("member_id", BigId),
    sa.column("at", UtcDateTime()),
    sa.column("day", sa.Date()),
)


def upgrade() -> None:
    """Add the column, fill it batch by batch, and let nothing be without it."""
    op.add_column("mark", sa.Column("day", sa.Date(), nullable=True))
    connection = op.get_bind()
    fill = _fill_row_by_row if connection.dialect.name == "sqlite" else _fill_at_once
    for batch in _batches(connection):
        fill(connection, batch)
    if connection.dialect.name == "sqlite":
        _move_all()
    else:
        op.alter_column("mark", "day", existing_type=sa.Date(), nullable=False)


def _fill_row_by_row(connection: sa.Connection, batch: list[tuple[int, date]]) -> None:
    row = sa.update(mark).where(mark.c.id == sa.bindparam("row")).values(day=sa.bindparam("for_day"))
    connection.execute(row, [{"row": id_, "for_day": day} for id_, day in batch])


def _fill_at_once(connection: sa.Connection, batch: list[tuple[int, date]]) -> None:
    """On a server each statement is a journey, so there is one for all of them.

    The days come from here all the same: the server's own zones may be older, or lack one.
    """
    connection.execute(
        sa.text(
            "UPDATE mark SET day = new.day FROM unnest(CAST(:ids AS bigint[]), CAST(:days AS date[])) AS new(id, day) "
            "WHERE mark.id = new.id"
        ),
        {"ids": [id_ for id_, _ in batch], "days": [day for _, day in batch]},
    )


def _move_all() -> None:
    """SQLite can't say later that a column is never empty: everything moves to a table of the same shape."""
    op.rename_table("mark", "old_mark")
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
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mark"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_mark_member_id"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_mark_item_id"),
    )
    names = "id, member_id, item_id, act, at, points, hours, note, undoes, day"
    op.execute(f"INSERT INTO mark ({names}) SELECT {names} FROM old_mark")  # noqa: S608 - our own names
    op.drop_table("old_mark")
    op.create_index("ix_mark_member_id", "mark", ["member_id"])
    op.create_index("ix_mark_item_id", "mark", ["item_id"])


def _batches(connection: sa.Connection) -> Iterator[list[tuple[int, date]]]:
    member = sa.table("member", sa.column("id", BigId), sa.column("group_id", BigId))
    group = sa.table("study_group", sa.column("id", BigId), sa.column("zone"))
    wanted = (
        sa.select(mark.c.id, mark.c.at, group.c.zone)
        .join(member, member.c.id == mark.c.member_id)
        .join(group, group.c.id == member.c.group_id)
        .order_by(mark.c.id)
        .limit(BATCH)
    )
    last = 0
    while rows := connection.execute(wanted.where(mark.c.id > last)).all():
        yield [(id_, _day(at, zone)) for id_, at, zone in rows]
        last = rows[-1][0]


def _day(at: Any, zone: str) -> date:
    found: date = at.astimezone(ZoneInfo(zone)).date()
    return found


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("mark", "day")
