"""That somebody finished a roadmap: made to be shown around."""

import math
from datetime import date
from functools import lru_cache

from PIL import Image

from bot.core.picture import Certificate, State
from bot.pictures import palette
from bot.pictures.canvas import Canvas, mask, smooth
from bot.pictures.parts import sign
from bot.pictures.text import Style, shrunk, wrapped

WIDE, HIGH, MIDDLE = 1200, 800, 600
SEAL_AT, EDGE, ROOM = 634, 96, 980
GROUND, GOLD, FINE, RINGS = "#1a2036", palette.GOLD, "#7d7350", "#20273f"
NAME = tuple(Style(size, 700) for size in (76, 66, 56, 46))
ROADMAP = tuple(Style(size, 600) for size in (44, 38, 34))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def draw_certificate(scene: Certificate) -> Canvas:
    """Draw a certificate: who, what, how much, when, with whom."""
    canvas = Canvas(WIDE, HIGH, GROUND)
    _frame(canvas)
    canvas.write(_spaced("CERTIFICATE"), MIDDLE, 104, Style(32, 700), GOLD, ROOM, "m")
    canvas.write("This is to say that", MIDDLE, 168, Style(28), palette.SOFT, ROOM, "m")
    style = shrunk(scene.name, NAME, ROOM)
    canvas.write(scene.name, MIDDLE, 252, style, palette.TEXT, ROOM, "m")
    canvas.rounded((MIDDLE - 150, 312, MIDDLE + 150, 315), 1, GOLD)
    canvas.write("has finished the whole roadmap", MIDDLE, 356, Style(28), palette.SOFT, ROOM, "m")
    _roadmap(canvas, scene.roadmap)
    topics = f"{scene.topics} topics" if scene.topics != 1 else "1 topic"
    hours = f" · about {scene.hours:,} hours of study" if scene.hours else ""
    canvas.write(topics + hours, MIDDLE, 512, Style(30, 600), palette.GOLD, ROOM, "m")
    _foot(canvas, scene)
    return canvas


def _roadmap(canvas: Canvas, title: str) -> None:
    style = shrunk(title, ROADMAP, ROOM)
    lines = wrapped(title, style, ROOM, 2)
    for at, line in enumerate(lines):
        y = 432 + (at - (len(lines) - 1) / 2) * 46
        canvas.write(line, MIDDLE, y, style, palette.TEXT, ROOM, "m")


def _foot(canvas: Canvas, scene: Certificate) -> None:
    """When and with whom, with the seal between them."""
    small, strong = Style(24), Style(30, 600)
    for x, anchor, label, day in (
        (EDGE, "l", "Begun", scene.began),
        (WIDE - EDGE, "r", "Finished", scene.finished),
    ):
        canvas.write(label, x, SEAL_AT - 26, small, palette.SOFT, 360, anchor)
        canvas.write(_day(day), x, SEAL_AT + 14, strong, palette.TEXT, 360, anchor)
    canvas.stamp(_seal(76), MIDDLE, SEAL_AT, GOLD)
    canvas.disc(MIDDLE, SEAL_AT, 57, GROUND)
    canvas.ring(MIDDLE, SEAL_AT, 53, 2, GOLD)
    canvas.stamp(sign(State.DONE, 76), MIDDLE, SEAL_AT, palette.GREEN)
    if scene.group:
        canvas.write(f"Studied with {scene.group}", MIDDLE, HIGH - 62, Style(25), palette.SOFT, ROOM, "m")


def _frame(canvas: Canvas) -> None:
    """Two fine lines around it, and rings that go out from the seal."""
    for radius in range(150, 1000, 64):
        box = (MIDDLE - radius, SEAL_AT - radius, MIDDLE + radius, SEAL_AT + radius)
        canvas.pen.ellipse(box, outline=RINGS, width=2)
    for inset, colour, thick in ((22, GOLD, 3), (32, FINE, 1)):
        box = (inset, inset, WIDE - inset - 1, HIGH - inset - 1)
        canvas.pen.rounded_rectangle(box, 18, outline=colour, width=thick)


def _spaced(text: str) -> str:
    return "\u2009\u2009".join(text)


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=2)
def _seal(radius: int) -> Image.Image:
    """A rosette."""
    image, pen = mask(radius * 2, radius * 2)
    middle, points = image.width / 2, []
    for step in range(720):
        angle = step * math.pi / 360
        length = middle * (0.94 + 0.055 * math.cos(24 * angle))
        points.append((middle + length * math.cos(angle), middle + length * math.sin(angle)))
    pen.polygon(points, 255)
    return smooth(image)
