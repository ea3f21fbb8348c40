"""What a database's error means for the one who wanted something saved."""

from sqlite3 import SQLITE_READONLY
from typing import Any, Final

from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError


class Unavailable(Exception):
    """The database can't be used just now, which is no fault of ours; its text says why."""


class Busy(Unavailable):
    """The database could not take the write in time; nothing was saved."""


class Conflict(Busy):
    """Somebody else changed what this transaction decided on; nothing was saved, and running it again is right."""


class Unwritable(Unavailable):
    """The disk is full or read-only; nothing was saved."""


class Unreachable(Unavailable):
    """The connection to the database is lost or can't be made; a write under way may or may not be saved."""


class Damaged(Exception):
    """The file is no whole database any more; only a backup helps."""


_RESTORE = "stop Roadmate and put a backup back with `roadmate restore`"
_DAMAGED = ("malformed", "not a database")

_BY_STATE: Final[dict[str, type[Exception]]] = {
    "40001": Conflict,  # could not serialize
    "40P01": Conflict,  # deadlock
    "55P03": Busy,  # lock_timeout
    "57014": Busy,  # statement_timeout
    "53300": Busy,  # too many connections
    "25006": Unwritable,  # a read-only transaction: a standby, or a server that says so
    "53100": Unwritable,  # disk full
    "58030": Unwritable,  # input or output error
    "25P03": Unreachable,  # thrown out after being idle in a transaction
}
_UNREACHABLE = ("08", "57P")
"""Classes of states: the connection failed, or the server stops, starts or crashed."""


def explained(error: DBAPIError) -> Exception:
    """The fault that an error of the database is, or the error itself where it is a fault of ours."""
    if hasattr(error.orig, "sqlstate"):
        _keep_quiet(error)
        kind = _of_postgres(error, getattr(error.orig, "sqlstate", None))
    else:
        if isinstance(error, DatabaseError) and any(word in str(error.orig).lower() for word in _DAMAGED):
            return Damaged(f"{error.orig}; {_RESTORE}")
        kind = _of_sqlite(error)
    return kind(str(error.orig)) if kind is not None else error


def _keep_quiet(error: DBAPIError) -> None:
    """Leave out the detail, in which PostgreSQL quotes the row that failed: what people wrote is in it."""
    said: Any = error.orig
    if said.diag.message_detail:
        loud, quiet = str(said), said.diag.message_primary
        error.args = (error.args[0].replace(loud, quiet), *error.args[1:])
        said.args = (quiet,)


def _of_sqlite(error: DBAPIError) -> type[Exception] | None:
    text = str(error.orig).lower()
    if not isinstance(error, OperationalError):
        return None
    if "locked" in text or "busy" in text:
        return Busy
    if "unable to open" in text:
        return Unreachable
    return Unwritable if "readonly" in text or "disk" in text or "full" in text else None


def _of_postgres(error: DBAPIError, state: str | None) -> type[Exception] | None:
    if state is None:
        # It never came from the server: the connection broke or could not be made.
        return Unreachable if isinstance(error, OperationalError) else None
    return Unreachable if state.startswith(_UNREACHABLE) else _BY_STATE.get(state)


def is_forbidden_write(error: DBAPIError) -> bool:
    """Whether it was refused because its connection is for reading: a statement of ours that should not be there."""
    # A disk that is read-only has codes of its own on SQLite, and asks nothing of who only reads on PostgreSQL.
    code, state = (getattr(error.orig, name, None) for name in ("sqlite_errorcode", "sqlstate"))
    return code == SQLITE_READONLY or state == "25006"


def is_twin(error: DBAPIError) -> bool:
    """Whether PostgreSQL refused a row because another transaction has just added the same one."""
    return isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", None) == "23505"
