"""Deleting somebody reads what is theirs, and never a table that grows with everybody's records."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, UniqueConstraint, event
from sqlmodel import Session

from bot.store import members, nudges, people, scores, workspaces
from bot.store.members import NewMark
from bot.store.places import Membership, places_of
from bot.store.tables import metadata
from bot.study.progress import Act
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)

GROWING = ("score", "score_count", "mark", "member", "post", "preference", "away", "nudge", "role_grant")
NEVER_DELETED = {"item", "roadmap"}
"""What vanishes from a roadmap is retired."""

Work = Callable[[Session, Membership], object]


def purge(session: Session, _of: Membership) -> None:
    """Delete everything of a server that is left."""
    workspaces.leave(session, "discord", "1", MONDAY)
    session.flush()
    assert workspaces.purge(session, MONDAY + timedelta(days=1))


WORK: dict[str, Work] = {
    "/mydata delete": lambda session, _of: people.erase(session, "discord", "7"),
    "an erasure that is replayed": lambda session, of: people.erase_members(session, [of.id]),
    "/leave": lambda s, of: scores.rebuild(s, members.leave(s, of, MONDAY)),
    "a purge": purge,
}


@contextmanager
def plans_of(connection: Connection) -> Iterator[list[str]]:
    """Collect how the database would run each statement that is run."""
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        # So few rows are read as a whole unless that is forbidden.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN"

    def look(_connection: Any, cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        found = cursor.connection.cursor().execute(f"{explain} {statement}", given[0] if many else given)
        plans.append(f"{statement}\n{found.fetchall()}")

    event.listen(connection, "before_cursor_execute", look)
    yield plans
    event.remove(connection, "before_cursor_execute", look)


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_who_goes_is_found_by_an_index(session: Session, work: Work) -> None:
    """Each statement of a deletion and of leaving searches the tables that grow, and scans none."""
    item = next(iter(published(session, roadmap("a")).editions.values())).ids["a"]
    found = group(session)
    member = members.join(session, None, found.id or 0, "7", "olivia", MONDAY)
    members.add_mark(session, member.id, NewMark(item, Act.FINISHED, MONDAY, MONDAY.date(), 4))
    scores.rebuild(session, member)
    session.flush()
    (of,) = places_of(session, "discord", "1", "7").values()
    assert of is not None
    with plans_of(session.connection()) as plans:
        work(session, of)
        session.flush()
    assert any("DELETE FROM" in plan for plan in plans)
    scan = re.compile(rf"(SCAN|Seq Scan on) ({'|'.join(GROWING)})\b")
    assert [plan for plan in plans if scan.search(plan)] == []


def test_a_tick_finds_reminders_to_pass_on_by_their_index(session: Session) -> None:
    """Among a hundred thousand posts of which none waits, looking for one walks through none of them."""
    with plans_of(session.connection()) as plans:
        assert nudges.next_to_pass_on(session) is None
    assert any("ix_post_passed_on" in plan for plan in plans)


def test_what_points_at_a_deleted_row_is_found_by_an_index() -> None:
    """The database looks for rows that point at one before it deletes it, and would read every table whole."""
    slow = [
        str(column)
        for table in metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name not in NEVER_DELETED and column.name not in leading(table)
    ]
    assert slow == []


def leading(table: Table) -> set[str]:
    """Return the columns with which a key or an index of a table begins."""
    unique = [found for found in table.constraints if isinstance(found, UniqueConstraint)]
    keys = [list(found.columns) for found in (table.primary_key, *unique, *table.indexes)]
    return {columns[0].name for columns in keys if columns}
