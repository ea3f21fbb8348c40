"""Facts about this installation, one line each."""

from sqlmodel import Session

from bot.store.database import Database
from bot.store.tables import Meta


class Notes:
    """Keeps notes in the database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, key: str) -> str | None:
        """The note of that name."""

        def look(session: Session) -> str | None:
            row = session.get(Meta, key)
            return row.value if row else None

        return await self.database.read(look)

    async def put(self, key: str, value: str) -> None:
        """Write a note, or write it anew."""

        def write(session: Session) -> None:
            session.merge(Meta(key=key, value=value))

        await self.database.write(write)
