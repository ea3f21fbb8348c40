"""A database for each test, migrated and open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.store.database import Database, sqlite_engine
from tests.makers import migrated


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a new database at the newest schema."""
    return migrated(tmp_path / "roadmate.db")


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
    engine = sqlite_engine(url, 1)
    with Session(engine, expire_on_commit=False) as found:
        yield found
    engine.dispose()
