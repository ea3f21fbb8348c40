"""What commands have seen is written down: by what names people go now."""

from sqlmodel import Session

from bot.commands.memory import News
from bot.store import members
from bot.store.database import Database


async def take_in(database: Database, news: News) -> None:
    """Write what there is of news, if there is any."""
    if news.any():

        def write(session: Session) -> None:
            # Taken inside, so that on SQLite whatever was told of before is committed by now.
            names, _ = news.take()
            members.rename(session, names)

        await database.write(write)
