"""Which way text runs, and in which order its pieces stand.

It is the part of Unicode's bidirectional algorithm (UAX 9) that is left once `clean` has dropped every direction
mark. It is done here because a line is drawn in several fonts, and who draws with one font orders only what is in it.
"""

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_STRONG_RIGHT = frozenset({"R", "AL"})
_NUMBERS = frozenset({"EN", "AN"})
_NEUTRAL = "ON"


def levels(pieces: Sequence[str]) -> list[int]:
    """The embedding level of each piece (a character or an emoji): even runs to the right, odd to the left."""
    kinds = [unicodedata.bidirectional(piece[0]) or "L" if len(piece) == 1 else _NEUTRAL for piece in pieces]
    base = next((int(kind != "L") for kind in kinds if kind == "L" or kind in _STRONG_RIGHT), 0)
    return [_level(kind, base) for kind in _settled(_weak(kinds, base), base)]


def visual_order(levels_of: Sequence[int]) -> list[int]:
    """The indexes of pieces from left to right as they stand on the line (rule L2)."""
    order = list(range(len(levels_of)))
    for level in range(max(levels_of, default=0), 0, -1):
        turned: list[int] = []
        for high, group in groupby(order, key=lambda index: levels_of[index] >= level):
            run = list(group)
            turned += reversed(run) if high else run
        order = turned
    return order


def _weak(kinds: list[str], base: int) -> list[str]:
    """Rules W1 to W7: marks follow their letter, numbers what they stand with."""
    found: list[str] = []
    strong = "R" if base else "L"
    for at, kind in enumerate(kinds):
        now = kind
        if now == "NSM":
            now = found[-1] if found else strong
        elif now == "EN" and strong == "AL":
            now = "AN"
        elif now in {"ES", "CS", "ET"} and found and found[-1] in _NUMBERS:
            after = kinds[at + 1] if at + 1 < len(kinds) else ""
            now = found[-1] if now == "ET" or after == "EN" else _NEUTRAL
        elif now not in {"L", "R", "AL", "EN", "AN"}:
            now = _NEUTRAL
        if now in {"L", "R", "AL"}:
            strong = now
        found.append("L" if now == "EN" and strong == "L" else now)
    return found


def _settled(kinds: list[str], base: int) -> list[str]:
    """Rules N1 and N2: what has no direction takes that of both sides, else the line's."""
    found: list[str] = []
    before = edge = "R" if base else "L"
    for neutral, group in groupby(range(len(kinds)), key=lambda at: kinds[at] == _NEUTRAL):
        run = list(group)
        if not neutral:
            found += [kinds[at] for at in run]
            before = _side(kinds[run[-1]])
            continue
        after = _side(kinds[run[-1] + 1]) if run[-1] + 1 < len(kinds) else edge
        found += [before if before == after else edge] * len(run)
    return found


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _level(kind: str, base: int) -> int:
    if kind in _STRONG_RIGHT:
        return 1
    if kind in _NUMBERS:
        return 2
    return base * 2 if kind == "L" else base
