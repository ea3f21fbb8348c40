"""A small form, shown when a button asks for something first: what stands in it, on whatever platform."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.arguments import TEXT_LIMIT
from bot.core.command import Command, Option, Takes
from bot.core.platform import Handle
from bot.core.reply import Reply
from bot.core.request import Request
from bot.core.text import join_words

IN_TIME = 1.5
"""Seconds to wait for what the options are now: platforms show a form only within three of the click."""
LONGEST_FIELD, LONGEST_NUMBER, _LINE = 3000, 20, 200
_TYPED = (Takes.TEXT, Takes.INTEGER, Takes.NUMBER)


@dataclass(frozen=True, slots=True)
class Entry:
    """One field: what it holds now, how many characters it takes, whether more than one line, what can be chosen."""

    name: str
    label: str
    hint: str
    value: str
    longest: int
    lines: bool
    choices: str = ""


def askable(command: Command, names: Sequence[str]) -> tuple[Option, ...]:
    """The options of these names that can be typed into a form."""
    found = map(command.option, names)
    return tuple(option for option in found if option is not None and option.takes in _TYPED)


async def presented(handle: Handle, request: Request) -> Reply:
    """What the options are now. A form can't be shown late, so it comes empty rather than that."""
    try:
        async with asyncio.timeout(IN_TIME):
            return await handle(request)
    except TimeoutError:
        return Reply("", form={})


def entries(options: Sequence[Option], present: Mapping[str, str]) -> list[Entry]:
    """The fields of a form that asks for these options, filled with what they are now."""
    return [_entry(option, present.get(option.name, "")) for option in options]


def _entry(option: Option, value: str) -> Entry:
    longest = min(int(option.maximum or TEXT_LIMIT), LONGEST_FIELD)
    if option.takes is not Takes.TEXT:
        longest = LONGEST_NUMBER
    label = option.label or option.name.replace("_", " ").capitalize()
    lines = option.takes is Takes.TEXT and longest > _LINE and not option.choices
    # What is filled in hides the hint, and nobody can guess what else there is.
    choices = join_words([choice.label for choice in option.choices], "or")
    value = next((choice.label for choice in option.choices if choice.value == value), value)
    return Entry(option.name, label, option.help, value[:longest], longest, lines, choices)
