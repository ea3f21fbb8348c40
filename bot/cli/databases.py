"""What is done to the bot's database by hand: copied, put back, migrated, rebuilt, taken over."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.environment import read_settings
from bot.core.errors import StartupError


def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes; it must not exist yet.")]) -> None:
    """Copy the live database into FILE, checked."""
    from bot.store.backup import backup as copy

    copy(read_settings().database_url, file)
    typer.echo(f"The database is in {file} ({file.stat().st_size / 1024:,.0f} KiB, checked).")


def restore(file: Annotated[Path, typer.Argument(help="A backup of the bot's database.")]) -> None:
    """Put a backup in the place of the database.

    The one that was there is kept beside it.
    """
    from datetime import UTC, datetime

    from bot.store.restoring import restore as put_back

    aside = put_back(read_settings().database_url, file, datetime.now(UTC))
    typer.echo(f"{file} is the database now.")
    if aside is not None:
        typer.echo(f"The one before is in {aside}.")
    typer.echo("What was posted since the backup is looked for in the channels, and not posted again.")


def migrate() -> None:
    """Bring the database to this version's schema.

    `run` does it by itself. Not while an older version runs on it.
    """
    from bot.store.alone import alone
    from bot.store.migrating import upgrade

    url = read_settings().database_url
    with alone(url):
        before, now = upgrade(url)
    typer.echo(f"Already at schema {now}." if before == now else f"Schema {before or 'none'} -> {now}.")


def rebuild() -> None:
    """Derive every board again from what people recorded.

    Boards are kept in step by themselves; this proves it, or puts them right. Stop the bot first.
    """
    from bot.store.rebuilding import rebuild as put_right

    groups, wrong = put_right(read_settings().database_url, _tell)
    counted = f"{groups:,} group" + ("" if groups == 1 else "s")
    typer.echo(
        f"{counted} looked at: " + (f"{wrong:,} rows put right." if wrong else "every board was right.")
    )


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done:,} of {total:,} groups", err=True, nl=done == total)


def adopt() -> None:
    """Let this bot take over a database that belongs to another one.

    What waits to be posted is given up, since the bot before may have posted it.
    """
    from datetime import UTC, datetime

    from bot.store.owner import take_over

    taken = take_over(read_settings().database_url, datetime.now(UTC))
    if not taken:
        raise StartupError("No other bot was started on this database, so there is nothing to take over.")
    typer.echo(f"The database belongs to application {taken} now. Start the bot.")
