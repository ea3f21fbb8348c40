"""What an operator needs for Slack: `roadmate slack manifest`."""

from typing import Annotated

import typer

from bot.core.errors import StartupError

cli = typer.Typer(no_args_is_help=True, help="Make the app on Slack.")


@cli.callback()
def _all() -> None:
    """Make the app on Slack."""


@cli.command()
def manifest(
    address: Annotated[
        str,
        typer.Option(
            help="The bot's public address, like https://bot.example.org; left out, it uses a socket."
        ),
    ] = "",
    *,
    several: Annotated[
        bool, typer.Option("--several", help="Any workspace may install it (SLACK_CLIENT_ID).")
    ] = False,
) -> None:
    """Print the app manifest: at https://api.slack.com/apps choose "From a manifest" and paste it."""
    if address and not address.startswith("https://"):
        raise StartupError("Slack reaches a bot at an https:// address only.")
    if several and not address:
        raise StartupError("Where any workspace may install it, the bot needs a public address: --address.")
    try:
        from bot.commands.table import COMMANDS
        from bot.platforms.slack.manifest import written
    except ModuleNotFoundError as error:
        raise StartupError(
            f"Slack needs the package {error.name}. Install it with: pip install 'roadmate[slack]'."
        ) from error
    typer.echo(written(COMMANDS, address.rstrip("/"), several=several), nl=False)
