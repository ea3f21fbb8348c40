"""The database's threads: one writer and a few readers on SQLite, a small pool on PostgreSQL.

Settings and numbers were measured: a deferred BEGIN fails most concurrent read-then-write transactions with
"locked", and SQLAlchemy's default for SQLite loses updates; BEGIN IMMEDIATE through one writer loses none.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from sqlite3 import Connection as SqliteConnection
from threading import local
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from bot.store.disk import is_sqlite, sqlite_file
from bot.store.prepared import driver_cursor

LOCK_WAIT_SECONDS = 2.0
READERS = 4
NO_FUTURE = "StopIteration: a future can't carry one, and whoever waits for it would wait for ever"

T = TypeVar("T")


class Busy(Exception):
    """The database could not take the write in time; nothing was saved."""


class Unwritable(Exception):
    """The disk is full or read-only; nothing was saved."""


class Database:
    """Runs whole transactions in the database's threads. Entered once, left once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._sqlite = is_sqlite(url)
        self._engines: list[Engine] = []
        self._kept: list[Connection] = []
        self._writers: ThreadPoolExecutor | None = None
        self._readers: ThreadPoolExecutor | None = None

    def open(self) -> None:
        """Open the engines. Raises StartupError when the address can't be used."""
        if self._sqlite:
            writer, reader = sqlite_engine(self.url, 1), sqlite_engine(self.url, READERS, read_only=True)
        else:
            writer = reader = create_engine(
                self.url, pool_size=8, max_overflow=0, pool_pre_ping=True, hide_parameters=True
            )
        self._engines = [writer] if writer is reader else [writer, reader]
        self._writer, self._reader = writer, reader
        self._here = local()
        # One writer everywhere: commands read, decide and write, and two at once would decide on the same reading.
        self._writers = ThreadPoolExecutor(1, "db-write")
        self._readers = ThreadPoolExecutor(READERS, "db-read")

    def close(self) -> None:
        """Let what is running finish, then close every connection."""
        for pool in {self._writers, self._readers} - {None}:
            assert pool is not None
            pool.shutdown(wait=True)
        for connection in self._kept:
            connection.close()
        self._kept = []
        for engine in self._engines:
            engine.dispose()
        self._engines = []

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run one writing transaction and commit it. Raises Busy or Unwritable; nothing was saved then."""
        assert self._writers is not None
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writers, self._write, work, deadline)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run one reading transaction; a held write lock does not delay it."""
        assert self._readers is not None
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _write(self, work: Callable[[Session], T], deadline: float) -> T:
        # Behind a held lock each write in the queue would wait for its whole time, one after the other.
        if time.monotonic() > deadline:
            raise Busy("the writes before it took too long")
        try:
            return self._run(self._writer, work)
        except OperationalError as error:
            raise _explained(error) from error

    def _read(self, work: Callable[[Session], T]) -> T:
        return self._run(self._reader, work)

    def _run(self, engine: Engine, work: Callable[[Session], T]) -> T:
        try:
            with self._unit(engine) as unit, unit.begun.begin():
                result = work(unit)
                unit.flush()
                return result
        except StopIteration as error:
            raise RuntimeError(NO_FUTURE) from error

    def _unit(self, engine: Engine) -> "Unit":
        """A session for one transaction in this thread.

        A connection to a file can't break, so each thread keeps its own. One to a server can: the pool looks after it.
        """
        if not self._sqlite:
            return Unit(engine.connect())
        unit: Unit | None = getattr(self._here, "unit", None)
        if unit is None:
            unit = self._here.unit = Unit(engine.connect(), kept=True)
            self._kept.append(unit.begun)
        return unit


class Unit(Session):
    """The session of a transaction that `Database` begins and ends.

    One that begins its own takes as long as all the statements of an answer. Leaving it forgets its objects; a
    savepoint is `connection().begin_nested()`.
    """

    def __init__(self, connection: Connection, *, kept: bool = False) -> None:
        super().__init__(connection, expire_on_commit=False)
        self.begun, self._is_kept = connection, kept

    def connection(self, *_options: Any, **_more: Any) -> Connection:
        """The connection of the transaction."""
        return self.begun

    def close(self) -> None:
        """Forget every object, and give the connection back unless it is kept."""
        super().close()
        if not self._is_kept:
            self.begun.close()


def _explained(error: OperationalError) -> Exception:
    text = str(error.orig).lower()
    if "locked" in text or "busy" in text:
        return Busy(text)
    if "readonly" in text or "disk" in text or "full" in text:
        return Unwritable(text)
    return error


def sqlite_engine(url: str, size: int, *, read_only: bool = False) -> Engine:
    """An engine on a SQLite file whose transactions are BEGIN IMMEDIATE (readers: BEGIN). Raises StartupError."""
    sqlite_file(url)
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        # What people wrote is among them, and the text of an error is logged.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: SqliteConnection, _record: Any) -> None:
        # Python's own transaction control would begin deferred ones; BEGIN is sent by the listener below.
        connection.isolation_level = None
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")

    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        with driver_cursor(connection, begin) as cursor:
            cursor.execute(begin)

    return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    common = (f"busy_timeout={int(LOCK_WAIT_SECONDS * 1000)}", "foreign_keys=ON", "temp_store=MEMORY")
    if read_only:
        return (*common, "query_only=ON")
    return (*common, "journal_mode=WAL", "synchronous=FULL")
