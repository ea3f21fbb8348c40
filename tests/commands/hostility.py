"""Texts that nobody should send, and a check that nothing of them is alive in what the bot has sent."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.core.reply import Reply
from bot.core.troubles import FAULT
from bot.platforms.discord.rendering import render
from tests.conftest import World

EVIL = "https://evil.example"
HOSTILE = (
    "@everyone",
    "@here look",
    "<@&1>",
    "<@1> <@!1>",
    "<#1>",
    "<!channel> <!here>",
    f"[x]({EVIL})",
    f"[x](<{EVIL}>)",
    f"see {EVIL}/a?b=c and discord.gg/evil",
    "```py\ncode",
    "`code` ||spoiler|| ~~gone~~",
    "# big\n-# small\n> quote\n- list\n1. one",
    "**bold** __under__ *it*",
    "</next:1> <t:1:R> <:e:1> <id:customize>",
    "x" * 2001,
    "👩‍👩‍👧‍👦" * 300,
    "\u202eevil\u202c \u2066x\u2069",
    "a\u200bb\u2060c\ufeffd\u00ad",
    "Z" + "\u0301" * 90,
    "{guild._state.http.token} {0.__class__} %s %(x)s {}",
    "\\",
    "\\@everyone \\\\<@&1> \\",
    "nul\x00 bell\x07 esc\x1b[31m",
    "r1|done|item=docker|group=1",
    "'; DROP TABLE mark; --",
    "\ud83d lone",
    " ",
    "…",
)
SENDABLE = tuple(text for text in HOSTILE if "\ud83d" not in text)
"""What JSON in UTF-8 can carry; a lone surrogate never comes over the wire."""
WRITTEN = tuple(text for text in SENDABLE if text[0] not in "aZ")
"""What a roadmap file is tried with; zero-width characters and piled marks in it are its author's own taste."""

_ALIVE = {
    "a mention of all": re.compile("@(everyone|here)"),
    "a mention": re.compile(r"<@[!&]?1>|<#1>|<!\w+>"),
    "a command, time, emoji or guide": re.compile(r"<(/next|t:|:e:|id:)"),
    "a link": re.compile(r"\]\(<?https://evil|https?://evil|discord\.gg/"),
    "code": re.compile(r"(?<!\\)```py|(?<!\\)`code"),
    "markup": re.compile(r"(?<![\\*])\*\*bold|(?<!\\)__under|(?<!\\)\|\|spoiler|(?<!\\)~~gone"),
    "a heading, quote or list": re.compile(r"^(# big|-# small|> quote|- list|1\. one)", re.MULTILINE),
    "what turns or hides text": re.compile("[\u202a-\u202e\u2066-\u2069\u2060\ufeff\x00-\x09\x0b-\x1f\x7f]"),
}
_PROSE = ("title", "description", "content", "text", "value", "name")
_MARKS = 5
"""Combining marks in a row that still read as one letter."""


def alive(text: str) -> list[str]:
    """What of a hostile text is still alive in a text that Discord reads as markdown."""
    found = [name for name, pattern in _ALIVE.items() if pattern.search(text)]
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MARKS:
            return [*found, "a pile of marks"]
    return found


def prose(payload: Any) -> Iterator[str]:
    """Every text of a message that is read as markdown: its content and its embeds."""
    if not isinstance(payload, dict):
        return
    message = payload.get("data") if isinstance(payload.get("data"), dict) else payload
    yield from _texts({"content": message.get("content"), "embeds": message.get("embeds")})


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and key in _PROSE:
        yield value


def check_sent(world: World, since: int = 0) -> int:
    """Check every message that was sent: nothing is alive in it, and it may mention nobody. Returns how many."""
    messages = 0
    for entry in world.env.http_requests[since:]:
        texts = [text for text in prose(entry.json) if text]
        bad = [(found, text) for text in texts if (found := alive(text))]
        assert not bad, bad
        assert FAULT not in texts
        if texts:
            messages += 1
            payload: Any = entry.json
            message = payload.get("data", payload)
            assert message.get("allowed_mentions") == {"parse": []}, message
    return messages


def check_reply(reply: Reply) -> None:
    """Check a reply that was not sent, as it would have been."""
    embed = render(reply).embed.to_dict()
    assert reply.title != FAULT
    assert not [found for text in prose({"embeds": [embed]}) if (found := alive(text))], embed
