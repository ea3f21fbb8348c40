"""A line of text in whatever scripts it has: measured, shortened with an ellipsis, drawn."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw

from bot.core.text import clean
from bot.pictures import fonts
from bot.pictures.arabic import joined
from bot.pictures.bidi import levels, visual_order
from bot.pictures.clusters import clusters

LONGEST, _BOLD = 200, 600
"""Characters of a text that are looked at; no line of a picture has room for more."""
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_IDEOGRAPH}]\s*|[^\s{_IDEOGRAPH}]+\s*")
"""What stays on one line; Chinese and Japanese may break between any two characters."""
_KANA, _HANGUL = ("\u3040", "\u30ff"), ("\uac00", "\ud7ff")


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks: pixels of an em, weight from 100 to 900."""

    size: int
    weight: int = 400


@dataclass(frozen=True, slots=True)
class Run:
    """What is drawn at once: text in one face and one direction, or the picture of an emoji."""

    text: str
    face: str
    backwards: bool
    width: float
    emoji: Path | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A text laid out: its runs from left to right."""

    runs: tuple[Run, ...]
    style: Style

    @property
    def width(self) -> float:
        """Pixels."""
        return sum(run.width for run in self.runs)


@lru_cache(maxsize=2048)
def fitted(text: str, style: Style, room: int) -> Line:
    """A text laid out on one line, cut with an ellipsis between two characters where it has no room."""
    text = clean(text, LONGEST)
    line = laid_out(text, style)
    if line.width <= room:
        return line
    most, least = len(text), 1
    while least < most:  # the longest that fits, found by halves
        middle = (least + most + 1) // 2
        if laid_out(clean(text, middle), style).width <= room:
            least = middle
        else:
            most = middle - 1
    return laid_out(clean(text, least), style)


@lru_cache(maxsize=512)
def wrapped(text: str, style: Style, room: int, most: int) -> tuple[str, ...]:
    """A text on at most so many lines, broken between words; the last line may still need an ellipsis."""
    lines: list[str] = []
    for word in _WORD.findall(clean(text, LONGEST)):
        longer = lines[-1] + word if lines else word
        if lines and (len(lines) == most or laid_out(longer.rstrip(), style).width <= room):
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(line.rstrip() for line in lines) or ("",)


def forget() -> None:
    """Forget the texts that were laid out."""
    fitted.cache_clear()
    wrapped.cache_clear()


def shrunk(text: str, styles: Sequence[Style], room: float) -> Style:
    """The first style in which a text has room on one line, else the last."""
    text = clean(text, LONGEST)
    return next((style for style in styles if laid_out(text, style).width <= room), styles[-1])


def laid_out(text: str, style: Style) -> Line:
    """A text laid out on one line, however long that is."""
    pieces, han = clusters(text), _han(text)
    found = levels([piece for piece, _ in pieces])
    runs: list[Run] = []
    for index in visual_order(found):
        _add(runs, *pieces[index], han, backwards=bool(found[index] % 2))
    return Line(tuple(_measured(run, style) for run in runs), style)


def _add(runs: list[Run], piece: str, emoji: Path | None, han: str, *, backwards: bool) -> None:
    """Add what stands next to the right: into the last run where it is drawn with that."""
    if emoji is not None:
        runs.append(Run(piece, "", backwards, 0, emoji))
        return
    shown, face = fonts.drawable(piece)
    face = han if face == fonts.JAPANESE else face
    last = runs[-1] if runs else None
    if last and last.emoji is None and last.backwards == backwards and _joins(piece, face, last.face):
        runs[-1] = Run(shown + last.text if backwards else last.text + shown, last.face, backwards, 0)
    else:
        runs.append(Run(shown, face, backwards, 0))


def _joins(piece: str, face: str, before: str) -> bool:
    """Whether a character is drawn with what stands before it; marks and blanks always are."""
    return face == before or piece.isspace() or unicodedata.category(piece[0])[0] == "M"


def _han(text: str) -> str:
    """Whose forms Chinese characters have in a text: Japanese beside kana, Korean beside hangul."""
    if any(_KANA[0] <= char <= _KANA[1] for char in text):
        return fonts.JAPANESE
    return fonts.KOREAN if any(_HANGUL[0] <= char <= _HANGUL[1] for char in text) else fonts.CHINESE


def _measured(run: Run, style: Style) -> Run:
    if run.emoji is not None:
        return replace(run, width=style.size * 1.18)
    text = run.text
    if not fonts.shapes() and run.backwards:
        text = _mirrored(joined(text)[::-1])
    width = fonts.font(run.face, style.size, style.weight).getlength(text, direction=_direction(run))
    return Run(text, run.face, run.backwards, width)


def _direction(run: Run) -> str | None:
    if not fonts.shapes():
        return None
    return "rtl" if run.backwards else "ltr"


def _mirrored(text: str) -> str:
    return text.translate(str.maketrans("()[]{}<>«»", ")(][}{><»«"))


def draw_line(image: Image.Image, line: Line, x: float, middle: float, colour: str) -> None:
    """Draw a line with its left edge at x; `middle` is half-way up a capital letter."""
    pen = ImageDraw.Draw(image)
    size, weight = line.style.size, line.style.weight
    baseline = round(middle + size * 0.357)
    for run in line.runs:
        if run.emoji is not None:
            side = round(size * 1.1)
            drawn = _emoji(run.emoji, side)
            image.paste(drawn, (round(x + size * 0.04), round(middle - side / 2)), drawn)
        else:
            face = fonts.font(run.face, size, weight)
            # The one weight that Chinese, Japanese and Korean come in is made bold by its outline.
            bold = size / 55 if weight >= _BOLD and run.face in fonts.ONE_WEIGHT else 0
            pen.text(
                (x, baseline), run.text, colour, face, "ls", direction=_direction(run), stroke_width=bold
            )
        x += run.width


@lru_cache(maxsize=256)
def _emoji(path: Path, side: int) -> Image.Image:
    with Image.open(path) as found:
        return found.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
