"""The session of one whole transaction."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Connection
from sqlmodel import Session

from bot.store.prepared import driver, fetch

_UNDO = "undo"


class Unit(Session):
    """A session whose transaction `Database` begins and ends.

    With `begin` the connection is one to a file, which its thread keeps, and beginning and ending are a call of the
    driver each. SQLAlchemy's own transaction takes as long as all the statements of an answer; it begins inside that
    one where something is asked of SQLAlchemy that is not prepared. A savepoint is `connection().begin_nested()`.
    """

    def __init__(self, connection: Connection, begin: str | None = None) -> None:
        super().__init__(connection, expire_on_commit=False)
        self._connection, self._begin = connection, begin

    def connection(self, *_options: Any, **_more: Any) -> Connection:
        """The connection of the transaction."""
        return self._connection

    def start(self) -> None:
        """Begin the transaction."""
        if self._begin is None:
            self._connection.begin()
        else:
            fetch(self._connection, self._begin)

    def finish(self) -> None:
        """Write what is left to write, and commit."""
        # Whatever is to be written has begun one.
        if self.in_transaction():
            self.commit()
        if self._connection.in_transaction():
            self._connection.commit()
        self._end("COMMIT")

    def give_up(self, fault: BaseException) -> None:
        """Roll back, whatever had begun or failed inside, and undo what was done for it elsewhere."""
        with ExitStack() as last_first:  # each of these, whatever becomes of the others
            for step in self.info.pop(_UNDO, ()):
                last_first.callback(step, fault)
            # A COMMIT that SQLite refuses leaves its transaction open, and every later BEGIN would fail.
            last_first.callback(self._end, "ROLLBACK")
            last_first.callback(self._connection.rollback)
            last_first.callback(self.rollback)

    def _end(self, how: str) -> None:
        if self._begin is not None and driver(self._connection).in_transaction:
            fetch(self._connection, how)

    def close(self) -> None:
        """Forget every object, and give the connection back unless the thread keeps it."""
        if self.in_transaction() or self.identity_map:
            super().close()
        self.info.clear()
        if self._begin is None:
            self._connection.close()


def if_undone(session: Session, step: Callable[[BaseException], None]) -> None:
    """Have something undone outside the database, should this transaction fail; it is told why, and raises nothing."""
    session.info.setdefault(_UNDO, []).append(step)
