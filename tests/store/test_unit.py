"""A transaction is whole or nothing, and the next one begins, wherever and however the work in it failed."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlmodel import Session, col, select

from bot.store.database import Database
from bot.store.tables import Meta
from bot.store.unit import if_undone
from tests.conftest import DATABASES
from tests.makers import uncommittable

Step = Callable[[Session], None]
pytestmark = pytest.mark.databases(*DATABASES)


def insert(session: Session) -> None:
    """Write past the session's objects."""
    session.connection().execute(text("INSERT INTO meta (key, value) VALUES ('once', '')"))


def savepoint(session: Session) -> None:
    """Write in a savepoint and keep it."""
    with session.connection().begin_nested():
        session.connection().execute(text("SELECT 1"))


def savepoint_left(session: Session) -> None:
    """Give a savepoint up and go on."""
    with suppress(KeyError), session.connection().begin_nested():
        session.connection().execute(text("INSERT INTO meta (key, value) VALUES ('left', '')"))
        raise KeyError


def object_left(session: Session) -> None:
    """The same with an object of the session's."""
    with suppress(KeyError), session.begin_nested():
        session.add(Meta(key="left", value=""))
        session.flush()
        raise KeyError


def broken(_session: Session) -> None:
    """Fail by itself."""
    raise ValueError("broken")


def exhausted(_session: Session) -> None:
    """Raise what no future can carry."""
    next(iter(()))


def unflushable(session: Session) -> None:
    """Swallow that something can't be written."""
    session.add(Meta(key="empty", value=None))
    with suppress(SQLAlchemyError):
        session.flush()


def torn(session: Session) -> None:
    """Swallow that writing was torn off in the middle."""
    session.add(Meta(key=None, value=""))
    with suppress(SAWarning):
        session.flush()


FINE = (insert, savepoint, savepoint_left, object_left)
STEPS: tuple[Step, ...] = (*FINE, broken, exhausted, unflushable, torn, uncommittable)


async def test_every_transaction_is_whole_or_nothing(database: Database) -> None:
    """Any two steps, fine or failing, between two writes: both are there or none, and the next transaction begins.

    What was done elsewhere for a transaction is undone with it, also where a warning counts as an error, as here.
    """
    for steps in product(STEPS, repeat=2):
        undone: list[BaseException] = []
        (outcome,) = await asyncio.gather(database.write(_work(steps, undone)), return_exceptions=True)
        saved = outcome is None
        assert saved == (set(steps) <= {*FINE} and steps != (insert, insert)), steps
        assert bool(undone) == (not saved)
        assert await database.read(there) == (["first", "last"] if saved else []), steps
        await database.write(empty)


def _work(steps: Sequence[Step], undone: list[BaseException]) -> Step:
    def work(session: Session) -> None:
        if_undone(session, undone.append)
        session.add(Meta(key="first", value=""))
        for step in steps:
            step(session)
        session.add(Meta(key="last", value=""))

    return work


def empty(session: Session) -> None:
    """Begin anew."""
    session.connection().execute(text("DELETE FROM meta"))


def there(session: Session) -> list[str]:
    """Which of the keys are there that a transaction begins and ends with, or that were given up."""
    wanted = select(Meta.key).where(col(Meta.key).in_(("first", "last", "left")))
    return sorted(session.exec(wanted))
