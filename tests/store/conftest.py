"""A new database, migrated and open, and a room with a bot on it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlmodel import Session

from bot.store.database import Database
from bot.store.engines import open_engine
from tests.room import Room


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A new database, open."""
    found = Database(url)
    found.open()
    yield found
    found.close()


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    """A writing session on a new database."""
    engine = open_engine(url)
    with Session(engine, expire_on_commit=False) as found:
        yield found
    engine.dispose()


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    """A bot with one group."""
    found = Room(url)
    await found.open()
    yield found
    found.close()
