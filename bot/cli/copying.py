"""`roadmate copy`: from SQLite to PostgreSQL when one machine is outgrown, and back."""

import sys
from typing import Annotated

import typer


def _address(url: str) -> str:
    from bot.settings import DATABASES

    if not url.startswith(DATABASES):
        raise typer.BadParameter(f"should begin with {' or '.join(DATABASES)}")
    return url


From = Annotated[str, typer.Argument(help="The address of the database that is copied.", callback=_address)]
To = Annotated[str, typer.Argument(help="The address of an empty one.", callback=_address)]


def copy(from_url: From, to_url: To) -> None:
    """Copy everything from one database into another, empty one.

    Stop the bot first. Addresses are like DATABASE_URL: sqlite:///roadmate.db or
    postgresql+psycopg://user@host/database (the password in PGPASSWORD or ~/.pgpass).
    """
    from bot.store.copying import copy as copy_everything

    counts = copy_everything(from_url, to_url, _tell)
    for table, count in counts.items():
        typer.echo(f"{table:12}  {count:>12,}")
    typer.echo(
        f"Copied {sum(counts.values()):,} rows. Set DATABASE_URL to the new address and start the bot."
    )


def _tell(table: str, copied: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if copied == total else ""
        typer.echo(f"\r{table:12}  {copied:>12,} of {total:,}{end}", err=True, nl=False)
