"""Moving everything from one database into another, of either kind, whole or not at all."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack

from sqlalchemy import Connection, Engine, Table, func, insert, make_url, select
from sqlalchemy.exc import DBAPIError

from bot.core.errors import StartupError
from bot.store import migrating
from bot.store.alone import alone
from bot.store.disk import is_sqlite, sqlite_file
from bot.store.engines import open_engine, with_own_locks
from bot.store.tables import metadata

BATCH = 1000

Tell = Callable[[str, int, int], None]
"""Is told how far it is: the table, how many of its rows are copied, and how many there are."""


def copy(source_url: str, target_url: str, tell: Tell) -> Mapping[str, int]:
    """Copy every row of every table into a database that is empty, and return how many each table has.

    The target gets the schema when it has none. It is one transaction there: after a fault it is as it was before.
    Nothing may run on either. Raises StartupError.
    """
    if make_url(source_url) == make_url(target_url):
        raise StartupError("Both addresses are the same database. Nothing was copied.")
    with ExitStack() as stack:
        source, target = (
            _engine(stack, url, read_only=url is source_url) for url in (source_url, target_url)
        )
        try:
            with source.connect() as old, with_own_locks(target).begin() as new:
                return _copy(old, new, tell)
        except DBAPIError as error:
            raise StartupError(f"Nothing was copied: {str(error.orig).strip()}") from error


def _engine(stack: ExitStack, url: str, *, read_only: bool) -> Engine:
    if read_only and is_sqlite(url) and not sqlite_file(url).is_file():
        raise StartupError(f"There is no database at {sqlite_file(url)}. Nothing was copied.")
    stack.enter_context(alone(url))
    engine = open_engine(url, read_only=read_only)
    stack.callback(engine.dispose)
    return engine


def _shown(connection: Connection) -> str:
    return connection.engine.url.render_as_string(hide_password=True)


def _copy(old: Connection, new: Connection, tell: Tell) -> Mapping[str, int]:
    _refuse_other_schema(old)
    migrating.take_over(new)
    if migrating.revision_of(new) is None:
        migrating.run(new, migrating.newest())
    _refuse_other_schema(new)
    # Parents before children, so that every row finds what it points at.
    tables = metadata.sorted_tables
    if filled := [table.name for table in tables if _count(new, table)]:
        raise StartupError(
            f"{_shown(new)} is not empty (there are rows in {', '.join(filled)}), and copying "
            "overwrites nothing. Choose another database."
        )
    return {table.name: _copy_table(old, new, table, tell) for table in tables}


def _refuse_other_schema(connection: Connection) -> None:
    found, needed = migrating.revision_of(connection), migrating.newest()
    if found != needed:
        where = _shown(connection)
        raise StartupError(
            f"{where} is at schema {found or 'none'}, and this version of Roadmate copies schema {needed} only. "
            "Bring it there first, with `roadmate migrate` of the version that fits. Nothing was copied."
        )


def _copy_table(old: Connection, new: Connection, table: Table, tell: Tell) -> int:
    total, copied = _count(old, table), 0
    rows = old.execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    for batch in rows.mappings().partitions():
        new.execute(insert(table), [dict(row) for row in batch])
        copied += len(batch)
        tell(table.name, copied, total)
    _go_on_counting(new, table)
    if not _count(new, table) == copied == total:
        raise StartupError(f"{table.name} has {total} rows and {copied} were copied. Nothing was kept of it.")
    return total


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one; SQLite does by itself."""
    key = table.autoincrement_column
    if connection.dialect.name != "postgresql" or key is None:
        return
    last = select(func.max(key)).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table.name, key.name)
    connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))
