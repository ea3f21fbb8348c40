"""The command line. A command imports what it needs when it runs, so that help answers at once.

Help lists the commands in the order in which they stand here: what is needed first comes first.
"""

from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli import checks, copying, databases, roadmaps, slack
from bot.cli.environment import BAD_USE, read_settings
from bot.core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.core.command import Command
    from bot.core.shards import Shards
    from bot.settings import Settings


class Plainly(TyperGroup):
    """Says an expected fault in one line; a traceback is only for what nobody expected."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except StartupError as error:
            typer.echo(error, err=True)
            raise typer.Exit(1) from error


cli = typer.Typer(
    cls=Plainly,
    help="Roadmate turns a learning roadmap into a study group that finishes it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
cli.add_typer(roadmaps.cli, name="roadmap")
cli.add_typer(slack.cli, name="slack")


def main() -> None:
    """Run the command line."""
    cli()


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(_version())
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True),
]


@cli.callback()
def _everywhere(*, version: Version = False) -> None:
    pass


@cli.command()
def run(
    shards: Annotated[
        str,
        typer.Option(help="The part of Discord's shards that this process serves, like 0-3/16; else SHARDS."),
    ] = "",
) -> None:
    """Start the bot on Discord, on Slack, or on both."""
    settings = read_settings()
    if shards:
        settings = settings.model_copy(update={"shards": _shards(shards)})
    if settings.discord_token is None and not settings.serves_slack:
        typer.echo(
            "DISCORD_TOKEN is missing: set it (or SLACK_BOT_TOKEN) in the environment or in a file .env "
            "(see .env.example).",
            err=True,
        )
        typer.echo("To look around without one: make demo", err=True)
        raise typer.Exit(BAD_USE)
    _log(settings)
    import asyncio

    from bot.app import App

    asyncio.run(App(settings).run())


@cli.command()
def demo(
    *,
    port: Annotated[
        int, typer.Option(help="Where the browser finds it; 0 takes any free port.", min=0, max=65535)
    ] = 8765,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the browser.")] = True,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the database in this file, and go on from it.")
    ] = None,
) -> None:
    """Try the bot in the browser; needs no token."""
    import asyncio

    from bot import logs

    # Before the simulated server is imported: it makes a client of its own, and discord.py warns about that.
    logs.set_up("ERROR", "text")
    try:
        from bot.app import App
        from bot.platforms import demo as platform
        from bot.store.alone import alone

        settings = read_settings()

        def bot(address: str, clock: "Callable[[], datetime]", further: "Sequence[Command]") -> App:
            return App(settings.model_copy(update={"database_url": address}), clock, further)

        # Two on one file would each go on from it. A file of a demo's own nobody else has.
        held = alone(f"sqlite:///{keep.absolute()}") if keep else nullcontext()
        # Ctrl-C is how one leaves the demo.
        with suppress(KeyboardInterrupt), held:
            asyncio.run(platform.main(bot, port=port, open_browser=open_browser, keep=keep))
    except ModuleNotFoundError as error:
        if (error.name or "bot").partition(".")[0] == "bot":
            raise
        raise StartupError(
            f"The demo needs the package {error.name}. Install it with: pip install 'roadmate[demo]' "
            "(in a checkout, make demo does it)."
        ) from error


@cli.command()
def doctor(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only whether the bot is alive, for a container.")
    ] = False,
) -> None:
    """Check everything that the bot needs."""
    found = list(checks.alive_only() if quick else checks.everything())
    for check in found:
        color = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}[
            check.verdict
        ]
        typer.echo(f"{typer.style(f'{check.verdict:4}', fg=color)}  {check.name:10}  {check.text}")
    raise typer.Exit(int(any(check.verdict == "fail" for check in found)))


for upkeep in (
    databases.backup,
    databases.restore,
    databases.migrate,
    copying.copy,
    databases.rebuild,
    databases.adopt,
):
    cli.command()(upkeep)


@cli.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(_version())


def _version() -> str:
    import platform
    from importlib.metadata import version as installed

    return f"roadmate {installed('roadmate')} (Python {platform.python_version()})"


def _shards(typed: str) -> "Shards":
    from bot.core.shards import Shards

    try:
        return Shards.parse(typed)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shards") from error


def _log(settings: "Settings") -> None:
    from bot import logs

    logs.set_up(settings.log_level, settings.log_format, settings.secrets)
