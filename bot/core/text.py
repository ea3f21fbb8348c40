"""Text that people wrote is hostile until checked: `clean` it on its way in, `escape` it on its way out."""

import math
import re
import unicodedata
from collections.abc import Sequence

from bot.core.markup import bold, code, escape, link

__all__ = ("bar", "bold", "clean", "code", "escape", "hours_text", "join_words", "link", "plural")

_HOUR = 60
_MOST_MARKS = 4
"""Combining marks that a character keeps: Vietnamese needs two, pointed Hebrew three, "zalgo" text dozens."""

_VISIBLE_FORMAT = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_JOINERS = "\u200c\u200d"
_PLANE_ENDS = "".join(chr(plane << 16 | end) for plane in range(1, 14) for end in (0xFFFE, 0xFFFF))
_TAIL = " \n" + _JOINERS
_UNSEEN = "\u034f\u17b4\u17b5"
_NEVER = re.compile(f"[\ufdd0-\ufdef\ufffe\uffff{_PLANE_ENDS}\U000e0000-\U0010ffff]")
_BLANK = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "))
"""Letters and symbols that draw nothing, and with which a name can look empty."""

_CURSIVE = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_EMOJI = "\u00a9\u00ae\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_JOINED = re.compile(
    f"((?<=[{_CURSIVE}])[{_JOINERS}](?=[{_CURSIVE}])|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}]))|[{_JOINERS}]"
)
_EXTENDS = re.compile("[\u1160-\u11ff\u200c\u200d\U0001f3fb-\U0001f3ff]")
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
"""Two of them make a flag."""


def clean(text: str, limit: int, *, lines: bool = False) -> str:
    """Make text readable and at most `limit` characters long, in NFC; cleaning it again changes nothing.

    Drops what cannot be seen (control, direction and zero-width characters, tags, private use, surrogates),
    keeps four combining marks to a character and one blank between words, and cuts with an ellipsis between
    two characters as people see them. Keeps line breaks only if `lines`, two in a row at most.
    """
    if not text.isascii() or not text.isprintable():
        text = _seen(text.translate(_BLANK))
        while (changed := _normal(text)) != text:  # what is dropped brings others together
            text = changed
    return _cut(_collapse(text) if lines else " ".join(text.split()), limit)


def _normal(text: str) -> str:
    # Marks are capped before NFC, which orders a long run of them in quadratic time, and again after it,
    # because a few characters become two marks.
    text = unicodedata.normalize("NFC", _JOINED.sub(lambda found: found[1] or "", text))
    return _seen(text)


def _seen(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        category = unicodedata.category(char)
        visible = _visible(char, category)
        if category[0] == "M":
            marks += 1
        elif visible and char not in _JOINERS:  # what is dropped between marks must not restart their count
            marks = 0
        if visible and marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _visible(char: str, category: str) -> bool:
    if category == "Cc":
        return char.isspace()
    if category == "Cf":
        return char in _JOINERS or char in _VISIBLE_FORMAT
    if category == "Cn":  # an emoji may be newer than this Python; only what never will be a character goes
        return not _NEVER.match(char)
    return category not in {"Cs", "Co"} and char not in _UNSEEN


def _collapse(text: str) -> str:
    kept = "\n".join(" ".join(line.split()) for line in text.splitlines())
    return re.sub("\n{3,}", "\n\n", kept).strip()


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    end = max(0, limit - 1)
    while end and _inside(text, end):
        end -= 1
    return (text[:end].rstrip(_TAIL) + "…")[:limit]


def _inside(text: str, at: int) -> bool:
    """Whether a cut before text[at] would tear a character as people see it."""
    before, after = text[at - 1], text[at]
    if _EXTENDS.match(after) or unicodedata.category(after)[0] == "M":
        return True
    if before == "\u200d":
        return re.match(f"[{_EMOJI}]", after) is not None
    flag = text[:at].rstrip(_FLAG_LETTERS)
    return after in _FLAG_LETTERS and (at - len(flag)) % 2 == 1


def plural(n: int, noun: str) -> str:
    """Count things: `1 topic`, `2 topics`."""
    return f"{n} {named(n, noun)}"


def named(n: int, noun: str) -> str:
    """Name things whose number stands elsewhere: `topic` for one, else `topics`."""
    return noun if n == 1 else f"{noun}s"


def join_words(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does: `a`, `a and b`, `a, b and c`."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def bar(done: int, total: int, width: int = 10) -> str:
    """Draw a bar of `width` characters, full only when all is done and empty only when nothing is."""
    share = min(1.0, max(0.0, done / total)) if total > 0 else 0.0
    filled = max(math.floor(share * width), 1 if share else 0)
    return "▰" * filled + "▱" * (width - filled)


def hours_text(hours: float) -> str:
    """Write a length of time, in minutes below an hour: `6 min`, `1.5 h`, `3 h`."""
    minutes = round(hours * _HOUR)
    if minutes < _HOUR:
        return f"{max(minutes, 1) if hours > 0 else 0} min"
    return f"{hours:.1f}".removesuffix(".0") + " h"
