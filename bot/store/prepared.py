"""Statements on which every answer waits: compiled once, and run on the driver's own cursor.

Through SQLAlchemy a statement that was compiled before takes 50 µs, of which SQLite takes a fifth. That is cheap
everywhere else; here it would be half of what an answer costs.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

Row = Sequence[Any]


class Prepared:
    """A statement with named parameters that runs in a session's transaction.

    `parameters` names the columns that an INSERT fills. It sees what the session has flushed, no more.
    """

    def __init__(self, make: Callable[[str], ClauseElement], *parameters: str) -> None:
        """Take a function that makes the statement for the database of that name."""
        self._make, self._parameters = make, parameters
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row]:
        """Run it and return its rows, of the columns' own types. Raises what SQLAlchemy does."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        return compiled.typed(fetch(connection, compiled.text, compiled.bound(values)))

    def add(self, session: Session, row: Row) -> int:
        """Insert a row, which has a value for each of the parameters, in their order, and return its id."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        [(id_,)] = fetch(connection, compiled.text, compiled.one(row))
        return int(id_)

    def many(self, session: Session, rows: Sequence[Row]) -> None:
        """Run it once for each row, which has a value for each of the parameters, in their order."""
        connection = session.connection()
        compiled = self._for(connection.dialect)
        try:
            driver(connection).cursor().executemany(compiled.text, list(map(compiled.one, rows)))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _named(error, compiled.text, connection) from error

    def _for(self, dialect: Dialect) -> "_Compiled":
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _Compiled(
                self._make(dialect.name), dialect, self._parameters
            )
        return found


def fetch(connection: Connection, text: str, parameters: Any = ()) -> list[Any]:
    """Run the driver's own text and return its rows. Raises what SQLAlchemy does."""
    try:
        rows: list[Any] = driver(connection).execute(text, parameters).fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _named(error, text, connection) from error
    return rows


def driver(connection: Connection) -> Any:
    """The driver's own connection."""
    return connection.connection.dbapi_connection


def _named(error: Exception, text: str, connection: Connection) -> DBAPIError:
    """A fault of the driver under SQLAlchemy's name, as whoever handles it knows it."""
    dialect = connection.dialect
    named = DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, dialect=dialect)
    assert isinstance(named, DBAPIError)
    return named


class _Compiled:
    """The driver's text of a statement, and what turns values into the driver's and back."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, parameters: Sequence[str]) -> None:
        compiled = dialect.statement_compiler(dialect, statement, column_keys=list(parameters) or None)
        assert isinstance(compiled, SQLCompiler)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.text = str(compiled)
        self._fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
        to = {n: b.type.dialect_impl(dialect).bind_processor(dialect) for n, b in binds.items()}
        self._by_name = compiled.positiontup is None
        self._in = [(name, to[name]) for name in compiled.positiontup or to]
        order = {name: place for place, name in enumerate(parameters)}
        self._rows_in = [(name, order[name], to[name]) for name, _ in self._in if name in order]
        columns = getattr(statement, "exported_columns", ())
        found = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        self._from = [(place, convert) for place, convert in enumerate(found) if convert is not None]

    # Both run for each answer and each of its rows: what they call is as much as what they do.
    def bound(self, values: Mapping[str, Any]) -> Any:
        """The driver's parameters: by place, or by name where it wants that."""
        given = {**self._fixed, **values}
        if self._by_name:
            return {name: given[name] if to is None else to(given[name]) for name, to in self._in}
        return [given[name] if to is None else to(given[name]) for name, to in self._in]

    def one(self, row: Row) -> Any:
        """The driver's parameters for a row."""
        if self._by_name:
            return {n: row[place] if to is None else to(row[place]) for n, place, to in self._rows_in}
        return [row[place] if to is None else to(row[place]) for _, place, to in self._rows_in]

    def typed(self, rows: Sequence[Any]) -> Sequence[Row]:
        """What the driver gave, as the columns' types promise it."""
        if not self._from:
            return rows
        found = [list(row) for row in rows]
        for row in found:
            for place, convert in self._from:
                row[place] = convert(row[place])
        return found
