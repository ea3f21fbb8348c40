"""Prepared statements: the driver's speed with SQLAlchemy's values and faults."""

import pytest
from sqlalchemy import ClauseElement, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from bot.store import workspaces
from bot.store.prepared import Prepared
from bot.store.tables import Workspace
from tests.conftest import DATABASES
from tests.makers import MONDAY

pytestmark = pytest.mark.databases(*DATABASES)

COLUMNS = ("platform", "external_id", "shard_key", "name", "joined_at")


def by_name(_dialect: str) -> ClauseElement:
    """Select the workspaces of a name on Discord."""
    return select(col(Workspace.external_id), col(Workspace.joined_at), col(Workspace.left_at)).where(
        col(Workspace.name) == bindparam("name"), col(Workspace.platform) == "discord"
    )


def added(_dialect: str) -> ClauseElement:
    """Insert a workspace."""
    return insert(Workspace).returning(col(Workspace.id))


def test_rows_are_what_the_columns_promise(session: Session) -> None:
    """A row that a session has flushed is found, with aware times and the statement's own fixed values."""
    workspaces.enter(session, "discord", "1", "MLOps", MONDAY)
    workspaces.enter(session, "slack", "2", "MLOps", MONDAY)
    [row] = Prepared(by_name).rows(session, {"name": "MLOps"})
    assert tuple(row) == ("1", MONDAY, None)


def test_a_row_is_added_with_its_id(session: Session) -> None:
    """An INSERT takes the columns it was made for and gives the new row's id back."""
    values = {"platform": "discord", "external_id": "7", "shard_key": 0, "name": "a", "joined_at": MONDAY}
    [(id_,)] = Prepared(added, *COLUMNS).rows(session, values)
    found = session.get(Workspace, id_)
    assert found is not None
    assert (found.external_id, found.joined_at) == ("7", MONDAY)


def test_a_fault_has_sqlalchemys_name(session: Session) -> None:
    """Whoever handles faults of the database meets the same ones on this road."""
    add = Prepared(added, *COLUMNS)
    values = {"platform": "discord", "external_id": "7", "shard_key": 0, "name": "a", "joined_at": MONDAY}
    add.many(session, [tuple(values[name] for name in COLUMNS)])
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        add.many(session, [tuple(values[name] for name in COLUMNS)])


def test_a_value_that_is_missing_is_an_error(session: Session) -> None:
    """A parameter that was forgotten never becomes NULL."""
    with pytest.raises(KeyError, match="name"):
        Prepared(by_name).rows(session, {})
