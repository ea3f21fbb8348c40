"""A small form, shown when a button asks for something first, and what comes back from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.core.custom_ids import Clicked, write
from bot.core.forms import Entry
from bot.core.markup import cut

TITLE, LABEL, PLACEHOLDER = 45, 45, 100


def form(clicked: Clicked, fields: Sequence[Entry], title: str) -> discord.ui.Modal:
    """Make the form that a button asks with.

    The form's own id says what the button said, so that its submission needs no memory of it.
    """
    custom_id = write(Clicked(clicked.command, clicked.args, replaces=clicked.replaces))
    title = cut(title, TITLE) or f"/{clicked.command}"
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=None)
    for field in fields:
        modal.add_item(_field(field))
    # discord.py keeps a form that is still listening until it is submitted, and most never are.
    modal.stop()
    return modal


def _field(field: Entry) -> discord.ui.Label[discord.ui.Modal]:
    entry: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=field.name,
        placeholder=cut(field.hint, PLACEHOLDER),
        style=discord.TextStyle.paragraph if field.lines else discord.TextStyle.short,
        default=field.value or None,
        required=False,
        max_length=field.longest,
    )
    about = cut(field.choices, PLACEHOLDER) or None
    return discord.ui.Label(text=cut(field.label, LABEL), description=about, component=entry)


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
