"""Writes the reference of all commands, docs/commands.md, from the commands themselves: `python -m bot.docs`."""

from collections.abc import Iterator
from pathlib import Path

from bot.commands.table import COMMANDS
from bot.core.command import Audience, Command, Option, Takes
from bot.core.typed import example

PLACE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
INTRO = """\
# Commands

<!-- Written by `make docs` from bot/commands; change it there. -->

Options in `[brackets]` may be left out. Type `/` in Discord and it shows them all, with suggestions.
"""
AUDIENCES = {
    Audience.MEMBER: ("For everyone", "Everyone in the server."),
    Audience.ORGANIZER: (
        "For organizers",
        "People with the **Manage Server** permission (on Slack: admins, owners, whom they named).",
    ),
}
SEEN = {True: "Only you see the answer.", False: "Everyone in the channel sees the answer."}
KINDS = {
    Takes.TEXT: "text",
    Takes.INTEGER: "whole number",
    Takes.NUMBER: "number",
    Takes.CHANNEL: "channel",
    Takes.PERSON: "person",
    Takes.ROLE: "role",
}
MOST_NAMED = 3
"""Choices that the usage line spells out; more of them stand in the table alone."""
EXAMPLES = {
    "next": "/next topic:docker",
    "done": "/done item:docker on:yesterday hours:2.5 note:Layers are cached in order",
    "skip": "/skip item:leetcode",
    "progress": "/progress member:@alice",
    "topic": "/topic item:kubernetes",
    "leaderboard": "/leaderboard week:-1",
    "streak": "/streak why:yes",
    "history": "/history page:2",
    "notes": "/notes item:docker",
    "heatmap": "/heatmap whose:group",
    "certificate": "/certificate name:Ada Lovelace",
    "preferences": "/preferences study:hands-on timezone:Europe/Berlin quiet_from:21:00",
    "away": "/away until:2 weeks",
    "link": "/link code:3f9ac2…",
    "setup": "/setup day:monday time:18:30 timezone:Europe/Berlin pace:6 hours a week",
    "twin": "/twin code:3f9ac2…",
    "schedule": "/schedule reminder_day:friday reminder_time:12:00",
    "pause": "/pause until:2 weeks",
}


def reference() -> str:
    """The whole page."""
    typed = [command for command in COMMANDS if command.typed]
    parts = [INTRO]
    for audience, (title, _) in AUDIENCES.items():
        parts.append(f"## {title}\n")
        parts += [_section(command) for command in typed if command.audience is audience]
    return "\n".join(parts)


def usage(command: Command) -> str:
    """A command with its options as Discord's documentation writes them: `/topic item`, `/next [topic]`."""
    return " ".join((f"/{command.name}", *map(_named, command.public_options)))


def _named(option: Option) -> str:
    values = f": {'|'.join(c.value for c in option.choices)}" if 0 < len(option.choices) <= MOST_NAMED else ""
    return f"{option.name}{values}" if option.required else f"[{option.name}{values}]"


def _section(command: Command) -> str:
    return "\n".join((f"### /{command.name}\n", *_paragraphs(command)))


def _paragraphs(command: Command) -> Iterator[str]:
    yield f"`{usage(command)}`\n"
    yield f"{command.help}\n"
    if command.details:
        yield f"{command.details}\n"
    if command.public_options:
        yield "| option | takes | |\n|---|---|---|"
        yield from (f"| `{o.name}` | {_taken(o)} | {o.help} |" for o in command.public_options)
        yield f"\nExample: `{EXAMPLES.get(command.name, f'/{example(command)}')}`\n"
    only = f"Only on {', '.join(sorted(command.only)).capitalize()}. " if command.only else ""
    yield f"{only}{AUDIENCES[command.audience][1]} {SEEN[command.private]}\n"


def _taken(option: Option) -> str:
    if option.choices:
        return ", ".join(choice.label for choice in option.choices)
    facts = [KINDS[option.takes], _bounds(option), "suggested while typing" if option.suggest else ""]
    return ", ".join(filter(None, facts))


def _bounds(option: Option) -> str:
    if option.maximum is None:
        return ""
    if option.takes is Takes.TEXT:
        return f"up to {option.maximum:g} characters"
    return f"{option.minimum or 0:,} to {option.maximum:,}"


if __name__ == "__main__":
    PLACE.write_text(reference(), encoding="utf-8")
