"""Deriving everything that follows from marks anew, while the bot stands still."""

from collections.abc import Callable

from sqlmodel import Session, col, select

from bot.store import scores
from bot.store.alone import alone
from bot.store.engines import open_engine
from bot.store.migrating import upgrade
from bot.store.tables import Group

Tell = Callable[[int, int], None]
"""Is told how far it is: how many groups are done, and how many there are."""


def rebuild(database_url: str, tell: Tell) -> tuple[int, int]:
    """Put every board right by the marks, a group in a transaction; return how many groups and wrong rows there were.

    What is right is left as it is. Raises StartupError, also while a bot runs on the database.
    """
    with alone(database_url):
        upgrade(database_url)
        engine = open_engine(database_url)
        wrong = 0
        try:
            with Session(engine) as session:
                homes = select(Group.id).where(col(Group.twin_of).is_(None)).order_by(col(Group.id))
                groups = session.exec(homes).all()
                session.commit()
                for done, group_id in enumerate(groups, 1):
                    wrong += scores.rebuild_group(session, group_id or 0)
                    session.commit()
                    tell(done, len(groups))
        finally:
            engine.dispose()
    return len(groups), wrong
