"""Which font draws a character. The fonts are Noto's, from packages that bring them with their licence."""

import logging
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont, features

from bot.pictures.clusters import package_folder

log = logging.getLogger("roadmate.pictures")

NOTO, CJK = "manimgx_fonts", "noto_cjk_sans_otc"
SANS, SYMBOLS, EMOJI = "NotoSans", "NotoSansSymbols", "NotoEmoji"
JAPANESE, KOREAN, CHINESE = ONE_WEIGHT = "CJK 0", "CJK 1", "CJK 2"
MISSING = "\ufffd"
_NO_CHARACTER = "\U0010ffff"
_CHECKED_AT = 24

_RANGES = (
    (0x0530, 0x058F, "NotoSansArmenian"),
    (0x0590, 0x05FF, "NotoSansHebrew"),
    (0x0600, 0x08FF, "NotoSansArabic"),
    (0x0900, 0x097F, "NotoSansDevanagari"),
    (0x0980, 0x09FF, "NotoSansBengali"),
    (0x0A00, 0x0A7F, "NotoSansGurmukhi"),
    (0x0A80, 0x0AFF, "NotoSansGujarati"),
    (0x0B00, 0x0B7F, "NotoSansOriya"),
    (0x0B80, 0x0BFF, "NotoSansTamil"),
    (0x0C00, 0x0C7F, "NotoSansTelugu"),
    (0x0C80, 0x0CFF, "NotoSansKannada"),
    (0x0D00, 0x0D7F, "NotoSansMalayalam"),
    (0x0D80, 0x0DFF, "NotoSansSinhala"),
    (0x0E00, 0x0E7F, "NotoSansThai"),
    (0x0E80, 0x0EFF, "NotoSansLao"),
    (0x1000, 0x109F, "NotoSansMyanmar"),
    (0x10A0, 0x10FF, "NotoSansGeorgian"),
    (0x1100, 0x11FF, KOREAN),
    (0x1200, 0x139F, "NotoSansEthiopic"),
    (0x1780, 0x17FF, "NotoSansKhmer"),
    (0x2E80, 0x3130, JAPANESE),
    (0x3131, 0x318F, KOREAN),
    (0x3190, 0x4DBF, JAPANESE),
    (0x4E00, 0x9FFF, JAPANESE),
    (0xAC00, 0xD7FF, KOREAN),
    (0xF900, 0xFAFF, JAPANESE),
    (0xFB1D, 0xFB4F, "NotoSansHebrew"),
    (0xFB50, 0xFDFF, "NotoSansArabic"),
    (0xFE70, 0xFEFE, "NotoSansArabic"),
    (0xFF00, 0xFFEF, JAPANESE),
    (0x20000, 0x3FFFF, JAPANESE),
)
_ANYWHERE = (SANS, SYMBOLS, CHINESE, EMOJI)


@cache
def shapes() -> bool:
    """Whether Pillow joins and orders letters itself: it does where it finds FriBiDi on the machine."""
    found = bool(features.check("raqm"))
    if not found:
        log.warning("libfribidi is not on this machine: letters of Indian scripts are drawn unjoined")
    return found


def font(face: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """A face of ours at a size in pixels; the CJK ones have one weight only."""
    return _opened(face, size, 400 if face in ONE_WEIGHT else weight)


@lru_cache(maxsize=96)
def _opened(face: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    layout = ImageFont.Layout.RAQM if shapes() else ImageFont.Layout.BASIC
    if face in ONE_WEIGHT:
        path, index = package_folder(CJK) / "NotoSansCJK-Regular.ttc", int(face[-1])
        return ImageFont.truetype(path, size, index, layout_engine=layout)
    found = ImageFont.truetype(_path(face), size, layout_engine=layout)
    found.set_variation_by_axes([weight])
    return found


@cache
def _path(face: str) -> Path:
    return package_folder(NOTO) / f"{face}[wght].ttf"


@lru_cache(maxsize=4096)
def drawable(char: str) -> tuple[str, str]:
    """A character, or what it stands for where no font has it (½ is 1/2), and the face that has it."""
    for tried in (char, unicodedata.normalize("NFKC", char)):
        for face in _candidates(tried[0]):
            if all(_covers(face, one) for one in tried):
                return tried, face
    return MISSING, SANS


def _candidates(char: str) -> Iterator[str]:
    code = ord(char)
    for first, last, face in _RANGES:
        if first <= code <= last:
            yield face
    yield from _ANYWHERE


def _covers(face: str, char: str) -> bool:
    if char.isspace():
        return True
    drawn, missing = (font(face, _CHECKED_AT, 400).getmask(one) for one in (char, _NO_CHARACTER))
    if drawn.size != missing.size:
        return drawn.size != (0, 0) or unicodedata.category(char)[0] == "M"
    return bytes(drawn) != bytes(missing)
