"""A small form, shown when a button asks for something first, and what comes back from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.core.arguments import TEXT_LIMIT
from bot.core.command import Command, Option, Takes
from bot.platforms.discord.custom_ids import Clicked, write
from bot.platforms.discord.rendering import cut

TITLE, LABEL, PLACEHOLDER, LONGEST_FIELD = 45, 45, 100, 4000
_LINE = 200
_TYPED = (Takes.TEXT, Takes.INTEGER, Takes.NUMBER)


def askable(command: Command, names: Sequence[str]) -> tuple[Option, ...]:
    """The options of these names that can be typed into a form."""
    found = map(command.option, names)
    return tuple(option for option in found if option is not None and option.takes in _TYPED)


def form(
    clicked: Clicked, options: Sequence[Option], title: str, present: Mapping[str, str]
) -> discord.ui.Modal:
    """Make the form that a button asks with, filled with what the options are now.

    The form's own id says what the button said, so that its submission needs no memory of it.
    """
    custom_id = write(Clicked(clicked.command, clicked.args, replaces=clicked.replaces))
    title = cut(title, TITLE) or f"/{clicked.command}"
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=None)
    for option in options:
        modal.add_item(_field(option, present.get(option.name, "")))
    # discord.py keeps a form that is still listening until it is submitted, and most never are.
    modal.stop()
    return modal


def _field(option: Option, value: str) -> discord.ui.Label[discord.ui.Modal]:
    text = option.takes is Takes.TEXT
    longest = min(int(option.maximum or TEXT_LIMIT), LONGEST_FIELD) if text else 20
    entry: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=option.name,
        placeholder=cut(option.help, PLACEHOLDER),
        style=discord.TextStyle.paragraph if (option.maximum or 0) > _LINE else discord.TextStyle.short,
        default=value[:longest] or None,
        required=False,
        max_length=longest,
    )
    return discord.ui.Label(text=cut(option.name.replace("_", " ").capitalize(), LABEL), component=entry)


def filled_in(data: Mapping[str, Any]) -> dict[str, str]:
    """Read what was typed into a form; what was left empty is left out."""
    return {
        field["custom_id"]: field["value"]
        for field in _fields(data.get("components", ()))
        if field.get("value")
    }


def _fields(components: Any) -> Iterator[Any]:
    for component in components:
        inner = component.get("components") or [component.get("component") or component]
        yield from inner
