"""Arguments are hostile until checked: what a button carries was stored outside, what is typed is anything."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from bot.core.command import Command, Option, Takes
from bot.core.markup import escape
from bot.core.reply import Refused, Reply, Tone, refuse
from bot.core.request import Channel, Person, Request, Role, Value
from bot.core.text import clean

GROUP = "group"
"""Any button may name the group it belongs to; it is checked against the workspace like everything else."""

POST = "post"
"""Buttons under a post carry its mark, by which it is found again in the channel's history."""

TEXT_LIMIT = 500
NO_GROUP = -1
LARGEST = 2**53
"""No id is larger: databases take none of more than 63 bits, and a float keeps every number up to here."""
NEAR_CHOICE = 0.75
NOT_UNDERSTOOD = "Not changed yet"
_PERSON = re.compile(r"\d{1,32}|[A-Z0-9]{1,15}\.[A-Z0-9]{1,16}", re.ASCII)
"""Ids of people as platforms have them: a number, or a workspace and a user."""
_UNIT = re.compile(r"\s*h(?:ours?|rs?)?$", re.IGNORECASE)


def group_of(request: Request) -> int | None:
    """The id of the group that a button names, unchecked; None where nothing is named."""
    named = request.args.get(GROUP)
    if named in (None, ""):
        return None
    try:
        number = int(str(named))
    except ValueError:
        number = NO_GROUP
    # A forged id is no group's, and is answered like any other that is not found.
    return number if abs(number) <= LARGEST else NO_GROUP


def checked(command: Command, args: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments of a command, each of its option's type and within its bounds; None and "" are left out.

    Raises Refused with a sentence for the person about each of them that does not fit.
    """
    found: dict[str, Value] = {}
    wrong: list[Reply] = []
    for name, value in args.items():
        option = command.option(name)
        if option is not None and value not in (None, ""):
            try:
                found[name] = _checked(option, value)
            except Refused as refused:
                wrong.append(refused.reply)
    if wrong:
        raise Refused(_together(wrong))
    missing = [option.name for option in command.options if option.required and option.name not in found]
    if missing:
        raise refuse(
            f"/{command.name} needs {missing[0]}", f"Please fill in **{missing[0]}** and send it again."
        )
    return found


def _together(wrong: Sequence[Reply]) -> Reply:
    if len(wrong) == 1:
        return wrong[0]
    return Reply(NOT_UNDERSTOOD, "\n".join(f"• {reply.text}" for reply in wrong), tone=Tone.WARN)


def _checked(option: Option, value: Value) -> Value:
    match option.takes:
        case Takes.TEXT:
            return _text(option, value)
        case Takes.INTEGER | Takes.NUMBER:
            return _number(option, value)
        case Takes.CHANNEL if isinstance(value, Channel):
            return value
        case Takes.PERSON if isinstance(value, Person):
            return value
        case Takes.ROLE if isinstance(value, Role):
            return value
        case Takes.PERSON if isinstance(value, str) and _PERSON.fullmatch(value):
            return Person(value, "")
    raise refuse("That does not fit", f"**{option.name}** can't be understood here. Please choose it again.")


def _text(option: Option, value: Value) -> str:
    limit = int(option.maximum or TEXT_LIMIT)
    text = clean(str(value), limit, lines=limit > 200)  # noqa: PLR2004 - only notes are long enough for lines
    if option.choices:
        return _chosen(option, text.lower())
    if option.check is not None:
        try:
            option.check(text)
        except ValueError as error:
            raise refuse(NOT_UNDERSTOOD, f"**{option.name}**: {escape(str(error))}") from error
    return text


def _chosen(option: Option, typed: str) -> str:
    """The choice of that value or label, the only one that begins so, or the nearest: people type `tue`, `mondya`."""
    names = {choice.value: (choice.value.lower(), choice.label.lower()) for choice in option.choices}
    exact = [value for value, both in names.items() if typed in both]
    begun = [value for value, both in names.items() if any(n.startswith(typed) for n in both)]
    found = exact or begun or get_close_matches(typed, names, 1, NEAR_CHOICE)
    if len(found) != 1:
        offered = ", ".join(choice.label for choice in option.choices)
        raise refuse("That is not one of the choices", f"**{option.name}** can be: {offered}.")
    return found[0]


def _number(option: Option, value: Value) -> int | float:
    number = _parsed(option, value)
    low, high = option.minimum, option.maximum
    if number is None or (low is not None and number < low) or (high is not None and number > high):
        bounds = f" between {low:g} and {high:g}" if low is not None and high is not None else ""
        what = "a whole number" if option.takes is Takes.INTEGER else "a number"
        said = escape(clean(str(value), 40))
        raise refuse("That number does not fit", f"**{option.name}** takes {what}{bounds}, not “{said}”.")
    return number


def _parsed(option: Option, value: Value) -> int | float | None:
    try:
        number = float(_UNIT.sub("", str(value).strip()).replace(",", "."))
    except ValueError:
        return None
    if number != number or abs(number) > LARGEST:  # noqa: PLR0124 - NaN is the one value unlike itself
        return None
    if option.takes is Takes.INTEGER:
        return int(number) if number == int(number) else None
    return number
