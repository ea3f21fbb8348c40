"""The database's threads, each running whole transactions: one writer on SQLite, a few on PostgreSQL."""

import time
from collections.abc import Callable
from threading import local
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.store import engines
from bot.store.disk import is_sqlite
from bot.store.faults import Busy, Conflict, explained, is_forbidden_write, is_twin
from bot.store.unit import Unit
from bot.store.workers import Workers

READERS = 4
WRITERS = 4
"""On PostgreSQL, where writers that wait for the disk wait together; SQLite has one."""

MOST_TWINS = 3

T = TypeVar("T")
Work = Callable[[Session], T]


class Database:
    """Runs whole transactions in the database's threads. Entered once, left once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._sqlite = is_sqlite(url)
        self._engines: list[Engine] = []
        self._kept: list[Connection] = []
        self._writers: Workers | None = None
        self._readers: Workers | None = None

    def open(self) -> None:
        """Open the engines. Raises StartupError when the address can't be used."""
        # Commands read, decide and write. SQLite can't tell that two of them decided on the same reading.
        writers = 1 if self._sqlite else WRITERS
        self._writer = engines.open_engine(self.url, writers)
        self._locking_writer = engines.with_own_locks(self._writer)
        self._reader = engines.open_engine(self.url, READERS, read_only=True)
        self._engines = [self._writer, self._reader]
        self._here = local()
        self._writers = Workers(writers, "db-write")
        self._readers = Workers(READERS, "db-read")

    def close(self) -> None:
        """Let what is running finish, then close every connection."""
        for workers in (self._writers, self._readers):
            if workers is not None:
                workers.close()
        for connection in self._kept:
            connection.close()
        self._kept = []
        for engine in self._engines:
            engine.dispose()
        self._engines = []

    async def write(self, work: Work[T], *, own_locks: bool = False) -> T:
        """Run one writing transaction as if it were alone, and commit it.

        On PostgreSQL the work is run again when others changed what it decided on. With `own_locks` it claims its
        rows itself (SKIP LOCKED, conditional UPDATE), and beside others it takes what they leave.
        Raises Busy or Unwritable, nothing was saved then, or Unreachable.
        """
        assert self._writers is not None
        deadline = time.perf_counter() + engines.LOCK_WAIT_SECONDS
        engine = self._locking_writer if own_locks else self._writer
        return await self._writers.run(lambda: self._write(engine, work, deadline))

    async def read(self, work: Work[T]) -> T:
        """Run one reading transaction, on one snapshot; a held write lock does not delay it. Raises Unavailable."""
        assert self._readers is not None
        return await self._readers.run(lambda: self._read(work))

    def _write(self, engine: Engine, work: Work[T], deadline: float) -> T:
        twins = 0
        while True:
            # Behind a held lock each write in the queue would wait for its whole time, one after the other.
            if time.perf_counter() > deadline:
                raise Busy("the writes before it took too long")
            try:
                return self._run(engine, work)
            except DBAPIError as error:
                twins += is_twin(error)
                fault = explained(error)
                if isinstance(fault, Conflict) or (is_twin(error) and twins < MOST_TWINS):
                    continue
                if fault is error:
                    raise
                raise fault from error

    def _read(self, work: Work[T]) -> T:
        try:
            return self._run(self._reader, work)
        except DBAPIError as error:
            fault = explained(error)
            if fault is error or is_forbidden_write(error):
                raise
            raise fault from error

    def _run(self, engine: Engine, work: Work[T]) -> T:
        unit = self._unit(engine)
        try:
            unit.start()
            result = work(unit)
            unit.finish()
        except BaseException as error:
            unit.give_up(error)
            raise
        finally:
            unit.close()
        return result

    def _unit(self, engine: Engine) -> Unit:
        """A session for one transaction in this thread.

        A connection to a file can't break, so each thread keeps its own. One to a server can: the pool looks after it.
        """
        if not self._sqlite:
            return Unit(engine.connect())
        unit: Unit | None = getattr(self._here, "unit", None)
        if unit is None:
            begin = engines.BEGIN_READ if engine is self._reader else engines.BEGIN_WRITE
            unit = self._here.unit = Unit(engine.connect(), begin)
            self._kept.append(unit.connection())
        return unit
