"""Parts that several pictures share: signs of states, avatars, headings and rows of facts."""

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image

from bot.core.picture import Fact, State
from bot.core.text import clean
from bot.pictures import palette
from bot.pictures.canvas import Canvas, mask, smooth
from bot.pictures.clusters import clusters
from bot.pictures.text import Style, laid_out

WIDTH, EDGE, TILE = 1000, 44, 104
"""A phone shows a picture about 370 points wide. Discord fits it into a box that is wider than high, so height
costs legibility: pictures are wide."""
HEADING, TITLE, BODY, SMALL = Style(42, 700), Style(30, 600), Style(28, 500), Style(26, 500)
NUMBER = Style(34, 700)


@lru_cache(maxsize=32)
def sign(state: State, side: int) -> Image.Image:
    """The mask of a state's sign: a tick, half a disc, a point in a ring, a ring, two arrows."""
    image, pen = mask(side, side)
    full, thick = image.width, max(1, image.width // 9)
    edge = (0, 0, full - 1, full - 1)
    match state:
        case State.DONE:
            pen.ellipse(edge, 255)
            tick = [(full * x, full * y) for x, y in ((0.28, 0.52), (0.44, 0.68), (0.73, 0.35))]
            pen.line(tick, 0, thick, joint="curve")
        case State.BEGUN:
            pen.ellipse(edge, outline=255, width=thick)
            pen.pieslice((thick, thick, full - thick, full - thick), 90, 270, 255)
        case State.NOW:
            pen.ellipse(edge, outline=255, width=thick)
            pen.ellipse((full * 0.3, full * 0.3, full * 0.7, full * 0.7), 255)
        case State.OPEN:
            pen.ellipse(edge, outline=255, width=max(1, thick * 2 // 3))
        case State.SKIPPED:
            for x in (0.12, 0.5):
                arrow = [(full * (x + dx), full * y) for dx, y in ((0, 0.22), (0.36, 0.5), (0, 0.78))]
                pen.line(arrow, 255, thick, joint="curve")
    return smooth(image)


def initials(name: str) -> str:
    """What an avatar shows of a name: two first letters, one where the script has no capitals, or an emoji."""
    words = [word for word in name.split() if any(c.isalnum() for c in word)]
    if not words:
        found = clusters(clean(name, 40))
        return found[0][0] if found else "?"
    firsts = [next(char for char in word if char.isalnum()) for word in (words[0], words[-1])]
    if len(words) > 1 and all(char.upper() != char.lower() or char.isdigit() for char in firsts):
        return "".join(firsts).upper()
    return firsts[0].upper()


def avatar(canvas: Canvas, name: str, x: float, y: float, radius: int) -> None:
    """A disc with the initials of a name, always in the same colour."""
    canvas.disc(x, y, radius, palette.avatar_colour(name))
    line = laid_out(initials(name), Style(round(radius * 0.82), 600))
    canvas.put(line, x, y, "#ffffff", "m")


def heading(
    canvas: Canvas, title: str, subtitle: str, name: str = "", room: float = WIDTH - 2 * EDGE
) -> None:
    """The first lines of a picture, with an avatar where it is about one person."""
    left: float = EDGE
    if name:
        avatar(canvas, name, EDGE + 42, 90, 42)
        left, room = EDGE + 104, room - 104
    canvas.write(title, left, 70, HEADING, palette.TEXT, room)
    canvas.write(subtitle, left, 118, SMALL, palette.QUIET, room)


def fact_line(shown: Sequence[Fact]) -> str:
    """Numbers in a line of text."""
    return " · ".join(f"{fact.value} {fact.label}" for fact in shown)


def tiles(canvas: Canvas, shown: Sequence[Fact], top: float) -> None:
    """Numbers side by side, each with what it counts."""
    gap = 16
    wide = (WIDTH - 2 * EDGE - gap * (len(shown) - 1)) / max(1, len(shown))
    for at, fact in enumerate(shown):
        left = EDGE + at * (wide + gap)
        canvas.rounded((left, top, left + wide, top + TILE), 18, palette.PANEL)
        canvas.write(fact.value, left + wide / 2, top + 36, NUMBER, palette.TEXT, wide - 24, "m")
        canvas.write(fact.label, left + wide / 2, top + 74, SMALL, palette.QUIET, wide - 24, "m")
