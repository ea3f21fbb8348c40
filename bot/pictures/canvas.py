"""A ground to draw on: shapes with smooth edges, and lines of text."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

from bot.pictures import palette
from bot.pictures.text import Line, Style, draw_line, fitted

_FINER = 4
"""Pillow draws hard edges; a mask is drawn so many times larger and made smaller once, and kept."""
_CORNER = 28

Box = tuple[float, float, float, float]


class Canvas:
    """A picture in the making; all lengths in pixels, y downwards."""

    def __init__(self, width: int, height: int, ground: str = palette.GROUND) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width, height), ground)
        self.pen = ImageDraw.Draw(self.image)

    def write(
        self, text: str, x: float, middle: float, style: Style, colour: str, room: float, anchor: str = "l"
    ) -> float:
        """Write on one line, cut where it has no room; anchor l, m or r says what x is. Returns the width."""
        return self.put(fitted(text, style, int(room)), x, middle, colour, anchor)

    def put(self, line: Line, x: float, middle: float, colour: str, anchor: str = "l") -> float:
        """Draw a line that is laid out already. Returns its width."""
        left = x - line.width * {"l": 0, "m": 0.5, "r": 1}[anchor]
        draw_line(self.image, line, left, middle, colour)
        return line.width

    def rounded(self, box: Box, radius: float, colour: str) -> None:
        """Fill a rectangle with round corners."""
        left, top, right, bottom = map(round, box)
        r = max(0, min(round(radius), (right - left) // 2, (bottom - top) // 2))
        for inner in ((left + r, top, right - r, bottom), (left, top + r, right, bottom - r)):
            self.image.paste(colour, inner)
        if r:
            for x, y, part in (
                (left, top, 0),
                (right - r, top, 1),
                (left, bottom - r, 2),
                (right - r, bottom - r, 3),
            ):
                self.image.paste(colour, (x, y), _corner(r, part))

    def outlined(self, box: Box, radius: float, colour: str, inside: str, thick: int) -> None:
        """Fill a rectangle with round corners and draw its edge."""
        left, top, right, bottom = box
        self.rounded(box, radius, colour)
        self.rounded((left + thick, top + thick, right - thick, bottom - thick), radius - thick, inside)

    def disc(self, x: float, y: float, radius: int, colour: str) -> None:
        """Fill a circle around a point."""
        self.stamp(_disc(radius), x, y, colour)

    def ring(self, x: float, y: float, radius: int, thick: int, colour: str, share: float = 1) -> None:
        """Draw a part of a circle's edge, from the top clockwise."""
        self.stamp(_ring(radius, thick, round(share, 2)), x, y, colour)

    def stamp(self, mask: Image.Image, x: float, y: float, colour: str) -> None:
        """Fill the shape of a mask whose middle is at a point."""
        self.image.paste(colour, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def bar(self, box: Box, share: float, colour: str, empty: str = palette.PANEL) -> None:
        """Draw a bar; what is not nothing can be seen, and only all is full."""
        left, top, right, bottom = box
        radius = (bottom - top) / 2
        self.rounded(box, radius, empty)
        if share > 0:
            whole = right - left
            length = whole if share >= 1 else min(max(share * whole, bottom - top), whole - radius)
            self.rounded((left, top, left + length, bottom), radius, colour)

    def png(self) -> bytes:
        """The picture as a file, its outer corners see-through."""
        self.image.putalpha(_card(self.width, self.height))
        # A palette makes the file a third as large in half the time; nobody sees the difference on flat colours.
        few = self.image.quantize(255, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        file = io.BytesIO()
        few.save(file, "PNG", compress_level=4)
        return file.getvalue()


def mask(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Begin a mask, in the finer pixels that `smooth` makes into whole ones."""
    image = Image.new("L", (width * _FINER, height * _FINER), 0)
    return image, ImageDraw.Draw(image)


def smooth(image: Image.Image) -> Image.Image:
    """Finish a mask."""
    return image.resize((image.width // _FINER, image.height // _FINER), Image.Resampling.BOX)


@lru_cache(maxsize=64)
def _disc(radius: int) -> Image.Image:
    image, pen = mask(radius * 2, radius * 2)
    pen.ellipse((0, 0, image.width - 1, image.height - 1), 255)
    return smooth(image)


@lru_cache(maxsize=256)
def _corner(radius: int, part: int) -> Image.Image:
    x, y = part % 2 * radius, part // 2 * radius
    return _disc(radius).crop((x, y, x + radius, y + radius))


@lru_cache(maxsize=128)
def _ring(radius: int, thick: int, share: float) -> Image.Image:
    image, pen = mask(radius * 2, radius * 2)
    pen.arc((0, 0, image.width - 1, image.height - 1), -90, -90 + 360 * share, 255, thick * _FINER)
    return smooth(image)


@lru_cache(maxsize=8)
def _card(width: int, height: int) -> Image.Image:
    image = Image.new("L", (width, height), 255)
    for x, y, part in ((0, 0, 0), (1, 0, 1), (0, 1, 2), (1, 1, 3)):
        image.paste(_corner(_CORNER, part), (x * (width - _CORNER), y * (height - _CORNER)))
    return image
