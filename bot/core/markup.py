"""Markdown that is written on purpose, and text that must never become any.

Every reply is written in a markdown that Discord and CommonMark read alike. Where a platform shows text
without reading markdown (labels of buttons, choices, names of authors) use `clean` alone.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

BREAK = "\u200b"
"""Stands inside mentions and addresses to break them. It is the zero-width space that discord.py's
`escape_mentions` uses too, which clients are known to draw as nothing (the word joiner U+2060 is newer and
missing from more fonts). `clean` drops it when the text comes back."""

# An ampersand alone is plain text; only before a name or number and a semicolon does it stand for a character.
_SPECIAL = re.compile(r"[\\*_~`|\[\]<>]|&(?=#?\w+;)")
_LINE_START = re.compile(r"^[ \t]*(?:([#+=-])|(\d+)([.)]))?", re.MULTILINE)
_ADDRESS = re.compile(r"/(?=/)|discord(?:app)?(?=\.(?:gg|com|me|io|li)\b)|www(?=\.)", re.IGNORECASE)
_HOST = re.compile(r"[\w.-]+", re.ASCII)
_LONGEST_URL = 2000
_URL_MARKS = "%:/?#@!$&'*+,;=~-._"


@lru_cache(maxsize=4096)
def escape(text: str) -> str:
    """Make text inert: it reads the same, and is no markup, mention or link on Discord or in CommonMark.

    Expects text from `clean`; blanks at the start of a line are dropped, since four of them are a code block.
    Cached: the few hundred texts of a roadmap and the names of a group stand in one answer after another.
    """
    text = _SPECIAL.sub(r"\\\g<0>", text.replace("\r", "\n"))
    return _broken(_LINE_START.sub(_at_line_start, text))


def _at_line_start(found: re.Match[str]) -> str:
    mark, number, dot = found.groups()
    return f"\\{mark}" if mark else f"{number}\\{dot}" if number else ""


def _broken(text: str) -> str:
    text = text.replace("@", "@" + BREAK).replace("<", "<" + BREAK)
    return _ADDRESS.sub(rf"\g<0>{BREAK}", text)


def bold(text: str) -> str:
    """Set text in bold: escaped, on one line."""
    plain = escape(" ".join(text.split()))
    return f"**{plain}**" if plain else ""


def code(text: str) -> str:
    """Set text as code, on one line. Code knows no escapes, so a backtick becomes an apostrophe."""
    plain = _broken(" ".join(text.split()).replace("`", "'"))
    return f"`{plain}`" if plain else ""


@lru_cache(maxsize=4096)
def link(title: str, url: str) -> str:
    """Make a link. The title is escaped; without an http(s) address, or with a login, it stands alone."""
    plain = escape(" ".join(title.split()))
    target = _target(url)
    return f"[{plain}]({target})" if plain and target else plain


def _target(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        name = parts.hostname or ""
        host = name if name.isascii() else name.encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a bad port, bracket or host name
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    rest = parts._replace(scheme="", netloc="").geturl()
    target = f"{parts.scheme}://{host}{port}{quote(rest, safe=_URL_MARKS, errors='replace')}"
    return target if len(target) <= _LONGEST_URL else None


def cut(text: str, limit: int) -> str:
    """Shorten markdown to a limit: at the end of a line where one is near, else of a word."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return ""
    head = text[: limit - 1]
    for mark in ("\n", " "):
        at = head.rfind(mark)
        if at >= limit // 2:
            head = head[:at]
            break
    return head.rstrip("\\ \n") + "…"
