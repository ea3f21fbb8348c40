"""Everything that can be said: /help."""

from collections.abc import Iterable, Iterator

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
    "What finishes it shares them: where any one resource or the exercise will do, that one brings them all, and "
    f"marking the whole topic brings the rest. Whatever you do beyond that, extras too, brings {EXTRA_POINTS} on top. "
    "What you skip brings nothing and costs nothing."
)
STUDYING, ORGANIZERS = "Studying", "For organizers ({})"
LONGEST = 1000
"""Characters in a field; Discord would cut off what is beyond 1,024."""
ABOUT = {
    "The group": ("leaderboard", "group", "join", "leave"),
    "How it adds up": ("streak", "history", "notes", "heatmap", "certificate"),
    "About you": ("preferences", "away", "link", "unlink", "privacy", "mydata export", "mydata delete"),
}
"""What stands apart from studying itself; each part is short enough for one field."""


def help_(ctx: Context) -> Reply:
    """Every command, and how points work."""
    typed = [command for command in ctx.commands.values() if command.on(ctx.request.platform)]
    members = [command for command in typed if command.audience is Audience.MEMBER]
    organizers = ORGANIZERS.format(words_of(ctx.request.platform).right)
    apart = {name for names in ABOUT.values() for name in names}
    parts = {STUDYING: {command.name for command in members} - apart, **ABOUT}
    fields = (
        *(
            field
            for title in parts
            for field in _listed(title, (c for c in members if c.name in parts[title]))
        ),
        *_listed(organizers, (c for c in typed if c.audience is Audience.ORGANIZER)),
        Field("How points work", POINTS),
    )
    buttons = (
        Button("What now?", "next", style=Style.PRIMARY),
        Button("The roadmap", "roadmap"),
        Button("Privacy", "privacy"),
    )
    return Reply("How Roadmate works", INTRO, fields, buttons)


def _listed(title: str, commands: Iterable[Command]) -> Iterator[Field]:
    """Commands with their help, in as many fields as they need."""
    lines: list[str] = []
    for command in commands:
        line = f"`/{command.name}` {_short(command.help)}"
        if sum(map(len, lines)) + len(lines) + len(line) > LONGEST:
            yield Field(title, "\n".join(lines))
            title, lines = f"{title} …", []
        lines.append(line)
    yield Field(title, "\n".join(lines))


def _short(text: str) -> str:
    return text.rstrip(".")
