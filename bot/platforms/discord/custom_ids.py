"""What a button says when it is clicked, written into its custom_id.

    r1|done|item=docker|group=3        say `done` with these arguments
    r1!|leaderboard|page=2             … and show the answer in place of the message
    r1?note,hours|done|item=docker     … after asking for `note` and `hours` in a form

Ids are stored by Discord and come back from anywhere: whatever `encode` would not have written is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from bot.core.reply import Button

LONGEST = 100
MOST_ASKED = 5
"""A form has five fields at most."""

_KEPT = frozenset({"group", "item", "post", "person"})
"""Without these a button would do something else than its label says."""

_SAFE = "/:,;@!$'()*+-._~"
_PLAIN = re.compile(r"[A-Za-z0-9_.:/-]+", re.ASCII)
_ID = re.compile(r"r1(!?)(?:\?([a-z0-9_]+(?:,[a-z0-9_]+)*))?\|([a-z0-9_]+)((?:\|[a-z0-9_]+=[^|=]+)*)")


@dataclass(frozen=True, slots=True)
class Clicked:
    """What was read from a custom_id; every value is still to be checked."""

    command: str
    args: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[str, ...] = ()
    replaces: bool = False


def encode(button: Button) -> str | None:
    """Write a button's custom_id, or None where even the shortest one is too long.

    What does not fit loses the longest value that may go; the person is then asked for it again.
    """
    args = {key: str(value) for key, value in button.args.items() if value != ""}
    clicked = Clicked(button.command, args, button.ask[:MOST_ASKED], button.replaces)
    while len(text := write(clicked)) > LONGEST:
        loose = [key for key in args if key not in _KEPT]
        if not loose:
            return None
        del args[max(loose, key=lambda key: len(_quoted(args[key])))]
    return text


def write(clicked: Clicked) -> str:
    """Write a custom_id, however long."""
    ask = "?" + ",".join(clicked.ask) if clicked.ask else ""
    args = "".join([f"|{key}={_quoted(value)}" for key, value in clicked.args.items()])
    return f"r1{'!' if clicked.replaces else ''}{ask}|{clicked.command}{args}"


def _quoted(value: str) -> str:
    # Most values are keys and numbers, and every answer writes a few ids.
    return value if _PLAIN.fullmatch(value) else quote(value, _SAFE)


def decode(custom_id: str) -> Clicked | None:
    """Read a custom_id; None for everything that `encode` does not write."""
    found = _ID.fullmatch(custom_id) if len(custom_id) <= LONGEST else None
    if found is None:
        return None
    replaces, ask, command, rest = found.groups()
    try:
        args = {
            key: unquote(value, errors="strict")
            for key, _, value in (p.partition("=") for p in rest.split("|")[1:])
        }
    except UnicodeDecodeError:
        return None
    clicked = Clicked(command, args, tuple(ask.split(",")) if ask else (), bool(replaces))
    return clicked if len(clicked.ask) <= MOST_ASKED and write(clicked) == custom_id else None
