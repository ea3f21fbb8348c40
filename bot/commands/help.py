"""Everything that can be said: /help."""

from collections.abc import Iterable

from bot.commands.context import Context
from bot.core.command import Audience, Command
from bot.core.reply import Button, Field, Reply, Style
from bot.core.words import words_of
from bot.study.points import EXTRA_POINTS

INTRO = (
    "Roadmate turns a learning roadmap into a study group that finishes it. Every week a topic is posted in the "
    "group's channel; you study it and record what you did. Under it, **Done** records the topic, **Next** shows what "
    "you can do now, and **Stuck?** helps you on."
)
POINTS = (
    "A topic is worth the hours of effort that the roadmap gives it: Docker with 12 hours brings 12 points. "
    "Its resources share them, and marking the topic brings the rest, so a topic never brings more than its hours. "
    f"An extra resource brings {EXTRA_POINTS} on top. What you skip brings nothing and costs nothing."
)
MEMBERS, ORGANIZERS, DATA = "For everyone", "For organizers ({})", "About you"
YOURS = (
    *("heatmap", "certificate", "preferences", "away", "link", "unlink"),
    *("privacy", "mydata export", "mydata delete"),
)
"""In a field of their own: Discord cuts one after 1,024 characters."""


def help_(ctx: Context) -> Reply:
    """Every command, and how points work."""
    typed = [command for command in ctx.commands.values() if command.on(ctx.request.platform)]
    members = [command for command in typed if command.audience is Audience.MEMBER]
    fields = (
        Field(MEMBERS, _listed(c for c in members if c.name not in YOURS)),
        Field(DATA, _listed(c for c in members if c.name in YOURS)),
        Field(
            ORGANIZERS.format(words_of(ctx.request.platform).right),
            _listed(c for c in typed if c.audience is Audience.ORGANIZER),
        ),
        Field("How points work", POINTS),
    )
    buttons = (
        Button("What now?", "next", style=Style.PRIMARY),
        Button("The roadmap", "roadmap"),
        Button("Privacy", "privacy"),
    )
    return Reply("How Roadmate works", INTRO, fields, buttons)


def _listed(commands: Iterable[Command]) -> str:
    return "\n".join(f"`/{command.name}` {_short(command.help)}" for command in commands)


def _short(text: str) -> str:
    return text.rstrip(".")
