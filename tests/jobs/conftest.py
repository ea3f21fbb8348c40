"""A database, and a room with a bot in it that talks to a fake platform."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.store.database import sqlite_engine
from tests.makers import migrated
from tests.room import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """A bot on a new database, with one group, at Monday nine."""
    found = Room(migrated(tmp_path / "roadmate.db"))
    await found.open()
    yield found
    found.close()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session whose work a test rolls back itself, as each example of a property has to."""
    engine = sqlite_engine(migrated(tmp_path_factory.mktemp("plan") / "roadmate.db"), 1)
    with Session(engine, expire_on_commit=False) as found:
        yield found
    engine.dispose()
