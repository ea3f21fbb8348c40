"""On PostgreSQL a process has its shards to itself: locks that the server lets go of however the process ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StartupError
from bot.core.shards import Shards
from bot.store.engines import open_engine, unopened
from bot.store.faults import Busy, explained

_LOCKS, _MOST = 0x726D0000, 0xFFFF
"""An advisory lock is a pair of numbers: the first of these plus the number of shards, and the shard."""

_HELD = (
    "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
    "AND database = datid AND datname = current_database() AND pid <> pg_backend_pid()"
)
_TAKE = text("SELECT pg_advisory_lock(:space, :shard)")
_HOLDER = text(f"SELECT application_name {_HELD} AND classid::bigint = :space AND objid::bigint = :shard")
_OTHERS = text(
    f"SELECT application_name, classid::bigint - :locks {_HELD} AND classid::bigint <> :space "
    "AND classid::bigint BETWEEN :locks AND :locks + :most LIMIT 1"
)


@contextmanager
def shards_alone(database_url: str, shards: Shards) -> Iterator[None]:
    """Have these shards for this process while entered. Raises StartupError that names the process which has one."""
    engine = open_engine(database_url)
    where = engine.url.render_as_string(hide_password=True)
    try:
        with _connected(engine) as connection:
            _lock(connection, shards, where)
            yield
            # Not left to the end of the connection, which the server notices a moment later.
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock_all()"))
    finally:
        engine.dispose()


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DBAPIError as error:
        raise unopened(engine, error) from error


def _lock(connection: Connection, shards: Shards, where: str) -> None:
    name = f"roadmate: process {os.getpid()} on {socket.gethostname()}"[:63]
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
    space = _LOCKS + shards.count
    for shard in shards.ids:
        try:
            # Waits as for any lock: that a process was killed the server hears a moment later.
            connection.execute(_TAKE, {"space": space, "shard": shard})
        except DBAPIError as error:
            if not isinstance(explained(error), Busy):
                raise
            by = connection.execute(_HOLDER, {"space": space, "shard": shard}).scalar()
            raise StartupError(
                f"Roadmate is running on {where} already: {_process(by)} serves shard {shard} of {shards.count}. "
                "Stop that one first, or give this one other shards."
            ) from error
    # After our own, so that of two which start at once at least one sees the other.
    other = connection.execute(_OTHERS, {"locks": _LOCKS, "most": _MOST, "space": space}).first()
    if other is not None:
        raise StartupError(
            f"Roadmate is running on {where} already: {_process(other[0])} divides its servers into {other[1]} shards, "
            f"and this one into {shards.count}. Stop every process before that number changes."
        )


def _process(application_name: str | None) -> str:
    return (application_name or "another process").removeprefix("roadmate: ")
