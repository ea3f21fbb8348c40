"""Which way text runs, and in which order its pieces stand.

It is the part of Unicode's bidirectional algorithm (UAX 9) that is left once `clean` has dropped every direction
mark, but for pairs of brackets (N0). It is done here because a line is drawn in several fonts, and who draws with one
font orders only what is in it.
"""

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_STRONG_RIGHT = frozenset({"R", "AL"})
_STRONG = _STRONG_RIGHT | {"L"}
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


def _weak(kinds: Sequence[str], base: int) -> list[str]:
    """Rules W1 to W7: marks follow their letter, numbers what they stand with, and signs their number."""
    strong = "R" if base else "L"
    found: list[str] = []
    for kind in _with_signs(_with_separators(_numbers(kinds, strong))):
        strong = kind if kind in _STRONG else strong
        now = "L" if kind == "EN" and strong == "L" else kind
        found.append(now if now in _STRONG or now in _NUMBERS else _NEUTRAL)
    return found


def _numbers(kinds: Sequence[str], strong: str) -> list[str]:
    """Rules W1 and W2: a mark is of its letter's kind, and a number after an Arabic letter is an Arabic one."""
    found: list[str] = []
    before = strong
    for kind in kinds:
        now = before if kind == "NSM" else kind
        strong = now if now in _STRONG else strong
        found.append("AN" if now == "EN" and strong == "AL" else now)
        before = found[-1]
    return found


def _with_separators(kinds: Sequence[str]) -> list[str]:
    """Rule W4: one comma, colon or slash within a number is part of it, and one plus or minus within a European one."""
    found = list(kinds)
    for at in range(1, len(kinds) - 1):
        before, now, after = kinds[at - 1 : at + 2]
        if before == after and ((now == "CS" and before in _NUMBERS) or (now == "ES" and before == "EN")):
            found[at] = before
    return found


def _with_signs(kinds: Sequence[str]) -> list[str]:
    """Rule W5: signs such as # $ % before or after a European number are part of it."""
    found: list[str] = []
    for kind, group in groupby(kinds):
        run = list(group)
        after = kinds[len(found) + len(run)] if len(found) + len(run) < len(kinds) else ""
        beside = kind == "ET" and "EN" in (after, found[-1] if found else "")
        found += ["EN"] * len(run) if beside else run
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
