"""The settings, read for a command."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

BAD_USE = 2


def read_settings() -> "Settings":
    """Read the settings, or say line by line what is wrong with them and leave."""
    from pydantic import ValidationError

    from bot.settings import Settings, explain

    try:
        return Settings()
    except (ValidationError, UnicodeDecodeError) as error:
        for line in explain(error):
            typer.echo(line, err=True)
        typer.echo("Settings come from the environment and from .env; .env.example explains each.", err=True)
        raise typer.Exit(BAD_USE) from error
