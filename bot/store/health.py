"""How the database is, and when the bot was last seen alive."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import false, func, make_url, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, select

from bot.core.errors import StartupError
from bot.core.shards import ALL, Shards
from bot.store.disk import check_disk, is_sqlite, sqlite_file
from bot.store.engines import open_engine
from bot.store.migrating import newest, revision_of
from bot.store.owner import owner
from bot.store.tables import Group, GroupState, Meta, Post, PostState

_HEARTBEAT, _PROBE = "heartbeat", "probe"


@dataclass(frozen=True, slots=True)
class Health:
    """`address` has no password in it. `revision` is None as long as there is no schema.

    Posts are counted where the schema is this version's: `held` now, and `missed` within the last week. `owner` and
    `stranger` are applications, "" for none.
    """

    address: str
    exists: bool
    revision: str | None = None
    needed: str = ""
    heartbeat: datetime | None = None
    held_posts: int = 0
    held_groups: int = 0
    missed: int = 0
    owner: str = ""
    stranger: str = ""


def beat(session: Session, now: datetime, shards: Shards = ALL) -> None:
    """Note that the process which serves these shards is alive."""
    session.merge(Meta(key=_heart(shards), value=now.isoformat()))


def _heart(shards: Shards) -> str:
    return _HEARTBEAT if shards == ALL else f"{_HEARTBEAT} {shards}"


def probe(session: Session, now: datetime) -> None:
    """Write something, to see whether that works."""
    session.merge(Meta(key=_PROBE, value=now.isoformat()))


def heartbeat(session: Session, shards: Shards = ALL) -> datetime | None:
    """When the process of these shards was last alive, or None if it never was."""
    row = session.get(Meta, _heart(shards))
    return datetime.fromisoformat(row.value) if row else None


def look(database_url: str, shards: Shards = ALL) -> Health:
    """Open the database for writing, change nothing, and say how it is. Raises StartupError."""
    url = make_url(database_url)
    address = url.render_as_string(hide_password=True)
    if is_sqlite(database_url):
        file = sqlite_file(database_url)
        if not file.exists():
            return Health(address, exists=False)
        check_disk(file)
    try:
        return _look(database_url, address, shards)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise StartupError(f"{address} cannot be used: {reason}. Check DATABASE_URL") from error


def _look(database_url: str, address: str, shards: Shards) -> Health:
    engine = open_engine(database_url)
    try:
        with Session(engine) as session:
            revision = revision_of(session.connection())
            found = Health(address, exists=True, revision=revision, needed=newest())
            if revision is None:
                return found
            # Refused where it may only be read, though it changes no row.
            session.exec(update(Meta).where(false()).values(value=""))
            found = replace(found, heartbeat=heartbeat(session, shards))
            return found if revision != found.needed else replace(found, **_counted(session))
    finally:
        engine.dispose()


def _counted(session: Session) -> dict[str, Any]:
    lately = datetime.now(UTC) - timedelta(days=7)
    bot, stranger = owner(session)
    return {
        "held_posts": _count(session, Post, col(Post.state) == PostState.HELD),
        "missed": _count(session, Post, col(Post.state) == PostState.MISSED, col(Post.due_at) >= lately),
        "held_groups": _count(session, Group, col(Group.state) == GroupState.HELD),
        "owner": bot,
        "stranger": stranger,
    }


def _count(session: Session, table: type[SQLModel], *conditions: Any) -> int:
    return session.exec(select(func.count()).select_from(table).where(*conditions)).one()
