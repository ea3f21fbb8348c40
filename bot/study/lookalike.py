"""Names that look alike: nobody is to be taken for somebody else because a letter is of another script.

After the idea of Unicode's skeletons (UTS #39), for letters of Cyrillic and Greek that look like Latin ones, and for
what digits and strokes stand for. A skeleton is for comparing only, never for showing.
"""

import unicodedata
from collections.abc import Iterable, Iterator

_CAPITALS = {
    **dict(zip("АВЕКМНОРСТУХІЈЅԚԜҮЗ", "abekmhopctyxijsqwy3", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx", strict=True)),
}
"""Capitals come first, since they look like other letters than their small ones: Ν is N, and ν is v."""
_SMALL = {
    **dict(zip("асеорхуіјѕԁһԛԝгкмтѵүӏз", "aceopxyijsdhqwrkmtvyi3", strict=True)),
    **dict(zip("αοσρνυγικτϳ", "aoopvuyiktj", strict=True)),
    **dict(zip("ɑɡıl01|", "agiioii", strict=True)),
}
_LUNATE = str.maketrans("ϲϹ", "cC")
"""Normalising would make another letter of it."""
_ACCENTS = range(0x300, 0x370)
"""In other scripts a mark may be a vowel, and no ornament."""


def skeleton(name: str) -> str:
    """What a name looks like, without case, accents, blanks and punctuation; empty where nothing else is in it."""
    if not name.isascii():
        # Without accents first, so that one on a capital does not hide which letter it is.
        bare = (
            char
            for char in unicodedata.normalize("NFKD", name.translate(_LUNATE))
            if ord(char) not in _ACCENTS
        )
        name = unicodedata.normalize("NFKD", "".join(_CAPITALS.get(char, char) for char in bare).casefold())
    return "".join(_SMALL.get(char, char) for char in name.lower() if char in _SMALL or _is_seen(char))


def alike(name: str, others: Iterable[str]) -> Iterator[str]:
    """Those of the others for which a name could be taken, or which are the same in another case."""
    found, folded = skeleton(name), name.casefold()
    for other in others:
        if other.casefold() == folded or (found and skeleton(other) == found):
            yield other


def _is_seen(char: str) -> bool:
    if char.isascii():
        return char.isalnum()
    return ord(char) not in _ACCENTS and unicodedata.category(char)[0] in "LMNS"
