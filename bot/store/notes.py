"""Facts about this installation, one line each."""

from sqlmodel import Session

from bot.store.database import Database
from bot.store.tables import Meta


def get(session: Session, key: str) -> str | None:
    """The note of that name, or None."""
    row = session.get(Meta, key)
    return row.value if row else None


def put(session: Session, key: str, value: str) -> None:
    """Write a note, or write it anew."""
    session.merge(Meta(key=key, value=value))


class Notes:
    """Keeps notes in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, key: str) -> str | None:
        """The note of that name."""
        return await self.database.read(lambda session: get(session, key))

    async def put(self, key: str, value: str) -> None:
        """Write a note, or write it anew."""
        await self.database.write(lambda session: put(session, key, value))
