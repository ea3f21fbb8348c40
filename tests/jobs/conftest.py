"""A database of each kind, and a room with a bot in it that talks to a fake platform."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlmodel import Session

from bot.store.engines import open_engine
from tests.conftest import Fresh
from tests.room import Room


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    """A bot on a new database, with one group, at Monday nine."""
    found = Room(url)
    await found.open()
    yield found
    found.close()


@pytest.fixture(scope="module")
def session(fresh: Fresh) -> Iterator[Session]:
    """A session whose work a test rolls back itself, as each example of a property has to."""
    with fresh() as url:
        engine = open_engine(url)
        with Session(engine, expire_on_commit=False) as found:
            yield found
        engine.dispose()
