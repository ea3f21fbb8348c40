"""Colours. A picture brings its own dark ground, so it looks the same in a dark and in a light chat.

No meaning is in a colour alone: states have signs, numbers are written out.
"""

from zlib import crc32

from bot.core.picture import State

GROUND, PANEL, RAISED, LINE = "#1e2230", "#282d3e", "#343a4f", "#444c64"
TEXT, SOFT, QUIET = "#f3f5fa", "#c3cada", "#a3adc2"
GREEN, AMBER, BLUE, GOLD = "#5ad19a", "#f6bd60", "#82a7ff", "#e9c46a"
SILVER, BRONZE = "#c9d1de", "#d69a6b"
MEDALS = {1: GOLD, 2: SILVER, 3: BRONZE}

SIGN = {
    State.DONE: GREEN,
    State.BEGUN: AMBER,
    State.NOW: BLUE,
    State.OPEN: "#7d88a1",
    State.SKIPPED: "#7d88a1",
}
NOW_GROUND = "#2c3d6e"
STOP_TEXT = {
    State.DONE: TEXT,
    State.BEGUN: TEXT,
    State.NOW: "#ffffff",
    State.OPEN: SOFT,
    State.SKIPPED: QUIET,
}
HEAT = ("#30364a", "#24523f", "#2f7a5a", "#44ab7c", "#7fe3b3")
"""From nothing to much."""

_AVATARS = (
    "#4f6bd8", "#7a56c2", "#b04a86", "#b8514b", "#a0602a",
    "#757322", "#3b7a3b", "#1f7a74", "#2a73a5", "#5d6a85",
)  # fmt: skip


def avatar_colour(name: str) -> str:
    """The colour of a name, the same wherever and whenever it is drawn."""
    return _AVATARS[crc32(name.encode()) % len(_AVATARS)]
