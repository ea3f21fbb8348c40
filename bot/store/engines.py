"""Engines: how a connection to each kind of database is set up, measured and not left to defaults.

On SQLite a deferred BEGIN fails most concurrent read-then-write transactions with "locked", and SQLAlchemy's
default loses updates; BEGIN IMMEDIATE through one writer loses none. PostgreSQL takes several writers at once:
SERIALIZABLE makes it prove that each might have been alone, or refuse it, and then it is run again.
"""

from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import create_engine

from bot.core.errors import StartupError
from bot.store.disk import is_sqlite, sqlite_file
from bot.store.faults import Unwritable, explained
from bot.store.prepared import driver, fetch

LOCK_WAIT_SECONDS = 2.0
STATEMENT_SECONDS = 30
"""A statement that takes longer is cancelled; planning thousands of groups takes a second."""

BEGIN_READ, BEGIN_WRITE = "BEGIN", "BEGIN IMMEDIATE"
"""On SQLite."""

_POSTGRES = {
    "connect_timeout": 5,
    # A server that vanished without a word is noticed within a minute, and not after the two hours of TCP.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "roadmate",
}


def open_engine(url: str, size: int = 1, *, read_only: bool = False) -> Engine:
    """An engine of up to `size` connections, for transactions that decide on what they read, or only read.

    What people wrote is kept out of the text of its errors, which is logged.
    Raises StartupError when the address can't be used; it connects to nothing yet.
    """
    return (_sqlite if is_sqlite(url) else _postgres)(url, size, read_only=read_only)


def unopened(engine: Engine, error: DBAPIError) -> StartupError:
    """Say in one line that a database can't be opened; drivers say why in several."""
    where, why = engine.url.render_as_string(hide_password=True), " ".join(str(error.orig).split())
    advice = "Is the disk full?" if isinstance(explained(error), Unwritable) else "Check DATABASE_URL."
    return StartupError(f"The database {where} can't be opened: {why.rstrip('?.')}. {advice}")


def with_own_locks(engine: Engine) -> Engine:
    """The same connections for transactions that lock what they decide on: they see what was committed last."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="READ COMMITTED")


def _sqlite(url: str, size: int, *, read_only: bool) -> Engine:
    """Transactions are BEGIN IMMEDIATE (readers: BEGIN). Raises StartupError."""
    sqlite_file(url)
    engine = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: SqliteConnection, _record: Any) -> None:
        # Python's own transaction control would begin deferred ones; BEGIN is sent by the listener below.
        connection.isolation_level = None
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        if not driver(connection).in_transaction:
            fetch(connection, BEGIN_READ if read_only else BEGIN_WRITE)

    return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    common = (f"busy_timeout={int(LOCK_WAIT_SECONDS * 1000)}", "foreign_keys=ON", "temp_store=MEMORY")
    if read_only:
        return (*common, "query_only=ON")
    # What is deleted is overwritten: somebody who asked to be forgotten is not left in a free page.
    return (*common, "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")


def _postgres(url: str, size: int, *, read_only: bool) -> Engine:
    """Transactions are SERIALIZABLE (readers: READ ONLY on one snapshot, which nothing can refuse)."""
    try:
        engine = create_engine(
            url,
            pool_size=size,
            max_overflow=0,
            hide_parameters=True,
            pool_pre_ping=True,  # after a restart of the server every old connection is dead
            isolation_level="REPEATABLE READ" if read_only else "SERIALIZABLE",
            connect_args=_POSTGRES,
        )
    except ModuleNotFoundError as error:
        message = "PostgreSQL needs the package psycopg. Install it with: pip install 'roadmate[postgres]'"
        raise StartupError(message) from error

    # Here and not in the address, where the operator may have options of their own.
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        for name, value in _session(read_only=read_only).items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, str(value)))
        connection.autocommit = False

    return engine


def _session(*, read_only: bool) -> dict[str, Any]:
    settings = {
        "timezone": "UTC",
        "lock_timeout": int(LOCK_WAIT_SECONDS * 1000),
        "statement_timeout": STATEMENT_SECONDS * 1000,
        # A bot that was frozen in the middle of a transaction must not hold its locks for ever.
        "idle_in_transaction_session_timeout": STATEMENT_SECONDS * 1000,
    }
    return settings | {"default_transaction_read_only": "on"} if read_only else settings
