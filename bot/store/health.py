"""How the database is, and when the bot was last seen alive."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import false, make_url, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.core.errors import StartupError
from bot.store.disk import is_sqlite
from bot.store.engines import open_engine
from bot.store.migrating import newest, revision_of
from bot.store.tables import Meta

_HEARTBEAT, _PROBE = "heartbeat", "probe"


@dataclass(frozen=True, slots=True)
class Health:
    """`address` has no password in it. `revision` is None as long as there is no schema."""

    address: str
    exists: bool
    revision: str | None = None
    needed: str = ""
    heartbeat: datetime | None = None


def beat(session: Session, now: datetime) -> None:
    """Note that the bot is alive."""
    session.merge(Meta(key=_HEARTBEAT, value=now.isoformat()))


def probe(session: Session, now: datetime) -> None:
    """Write something, to see whether that works."""
    session.merge(Meta(key=_PROBE, value=now.isoformat()))


def heartbeat(session: Session) -> datetime | None:
    """When the bot was last alive, or None if it never was."""
    row = session.get(Meta, _HEARTBEAT)
    return datetime.fromisoformat(row.value) if row else None


def look(database_url: str) -> Health:
    """Open the database for writing, change nothing, and say how it is. Raises StartupError."""
    url = make_url(database_url)
    address = url.render_as_string(hide_password=True)
    if is_sqlite(database_url) and not Path(url.database or "").exists():
        return Health(address, exists=False)
    try:
        return _look(database_url, address)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise StartupError(f"{address} cannot be used: {reason}") from error


def _look(database_url: str, address: str) -> Health:
    engine = open_engine(database_url)
    try:
        with Session(engine) as session:
            revision = revision_of(session.connection())
            if revision:
                # Refused where it may only be read, though it changes no row.
                session.exec(update(Meta).where(false()).values(value=""))
            seen = heartbeat(session) if revision else None
            return Health(address, exists=True, revision=revision, needed=newest(), heartbeat=seen)
    finally:
        engine.dispose()
