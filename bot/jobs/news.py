"""What commands have seen is written down: by what names people go now, and which boards may look different."""

from datetime import datetime

from sqlmodel import Session

from bot.commands.memory import News
from bot.store import board_posts, known_as
from bot.store.database import Database


async def take_in(database: Database, news: News, now: datetime, *, every_board: bool) -> None:
    """Write what there is of news, if there is any; after a start `every_board` may say something old."""
    if every_board or news.any():

        def write(session: Session) -> None:
            # Taken inside, so that on SQLite whatever was told of before is committed by now.
            names, groups = news.take()
            known_as.rename(session, names)
            board_posts.touch(session, None if every_board else groups, now)

        await database.write(write)
