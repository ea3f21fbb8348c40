"""The database past the bot."""

from typing import Any

from bot.store.engines import open_engine


def change(url: str, statement: str) -> None:
    """Change it as a restored backup would."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """Read it."""
    engine = open_engine(url, read_only=True)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return found
