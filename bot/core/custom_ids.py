"""What a button says when it is clicked, written into its custom_id.

    r2|done|idocker|g3           say `done` with item=docker and group=3
    r2!|leaderboard|n2           … and show the answer in place of the message
    r2?note,hours|done|idocker   … after asking for `note` and `hours` in a form
    r2|mydata+delete|colour=red  a name of two words; an argument without a letter stands under its name

Ids are stored by Discord and come back from anywhere: whatever `encode` would not have written is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote

from bot.core.reply import Button

LONGEST = 100
MOST_ASKED = 5
"""A form has five fields at most."""

# Ids with these letters are in channels for years: a letter never changes its meaning and is never used again.
_LETTERS = {
    "again": "a",
    "day": "d",
    "group": "g",
    "hours": "h",
    "item": "i",
    "mark": "u",
    "member": "k",
    "more": "m",
    "move": "v",
    "pace": "e",
    "page": "n",
    "post": "p",
    "reminder_day": "D",
    "reminder_time": "T",
    "roadmap": "r",
    "shared": "s",
    "time": "c",
    "timezone": "z",
    "topic": "t",
    "until": "l",
    "window": "w",
}
_NAMES = {letter: name for name, letter in _LETTERS.items()}

_SAFE = "/:,;@!$'()*-._~"
_PLAIN = re.compile(r"[A-Za-z0-9_.:/-]+", re.ASCII)
_ID = re.compile(
    r"r([12])(!?)(?:\?([a-z0-9_]+(?:,[a-z0-9_]+)*))?\|([a-z0-9_]+(?:\+[a-z0-9_]+)?)"
    r"((?:\|(?:[a-z0-9_]+=[^|=]+|[A-Za-z][^|=]+))*)"
)


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was read from a custom_id; every value is still to be checked."""

    command: str
    args: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[str, ...] = ()
    replaces: bool = False


def encode(button: Button, longest: int = LONGEST) -> str | None:
    """Write a button's custom_id, or None where it is longer than the platform takes.

    Nothing is left out to make it fit: a click would then do something else than the label says.
    """
    args = [_arg(key, str(value)) for key, value in button.args.items() if value != ""]
    text = f"r2{_head(button.command, button.ask[:MOST_ASKED], button.replaces)}{''.join(args)}"
    return text if len(text) <= longest else None


def write(clicked: Clicked) -> str:
    """Write a custom_id, however long."""
    head = _head(clicked.command, clicked.ask, clicked.replaces)
    return f"r2{head}{''.join([_arg(key, value) for key, value in clicked.args.items()])}"


# Every answer writes a few ids, and they say the same few things again and again.
@lru_cache(maxsize=512)
def _head(command: str, ask: tuple[str, ...], replaces: bool) -> str:
    asked = "?" + ",".join(ask) if ask else ""
    return f"{'!' if replaces else ''}{asked}|{command.replace(' ', '+')}"


@lru_cache(maxsize=4096)
def _arg(key: str, value: str) -> str:
    text = value if _PLAIN.fullmatch(value) else quote(value, _SAFE).replace("%20", "+")
    letter = _LETTERS.get(key)
    return f"|{letter}{text}" if letter else f"|{key}={text}"


def _write_old(clicked: Clicked) -> str:
    """Write an id as the first version did, for reading those that are still there."""
    args = [f"|{key}={quote(value, _SAFE + '+')}" for key, value in clicked.args.items()]
    return f"r1{_head(clicked.command, clicked.ask, clicked.replaces)}{''.join(args)}"


def decode(custom_id: str, longest: int = LONGEST) -> Clicked | None:
    """Read a custom_id; None for everything that `encode` does not write and never wrote."""
    found = _ID.fullmatch(custom_id) if len(custom_id) <= longest else None
    if found is None:
        return None
    version, replaces, ask, command, rest = found.groups()
    old = version == "1"
    try:
        args = dict(_read(part, old=old) for part in rest.split("|")[1:])
    except (KeyError, UnicodeDecodeError):
        return None
    clicked = Clicked(command.replace("+", " "), args, tuple(ask.split(",")) if ask else (), bool(replaces))
    known = (_write_old if old else write)(clicked) == custom_id
    return clicked if known and len(clicked.ask) <= MOST_ASKED else None


def _read(part: str, *, old: bool) -> tuple[str, str]:
    name, named, value = part.partition("=")
    if not named:
        name, value = _NAMES[part[0]], part[1:]
    return name, unquote(value if old else value.replace("+", " "), errors="strict")
