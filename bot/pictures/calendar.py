"""A year by days: a square for each, the brighter the more was recorded."""

from datetime import date, timedelta

from bot.core.picture import Year
from bot.pictures import palette
from bot.pictures.canvas import Canvas
from bot.pictures.parts import EDGE, SMALL, TILE, WIDTH, heading, tiles
from bot.pictures.text import Style

TOP, DAY, GAP, WEEKS, DAYS = 164, 29, 4, 27, 7
STEP, ROOMY = DAY + GAP, 14
MONTHS, BETWEEN = 36, 26
MONTH = Style(24, 500)
FEW = 3
"""So many make a full day even where every day has less."""
NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def draw_year(scene: Year) -> Canvas:
    """Draw the last 53 weeks, in which 365 days lie, in two rows, so that a day can be seen on a phone."""
    half = MONTHS + DAYS * STEP
    foot = TOP + 2 * half + BETWEEN + 16
    canvas = Canvas(WIDTH, foot + (TILE if scene.facts else 0) + 78)
    heading(canvas, scene.title, scene.subtitle)
    monday = scene.until - timedelta(days=scene.until.weekday())
    middle = monday - timedelta(weeks=WEEKS - 1)
    _half(canvas, scene, middle - timedelta(weeks=WEEKS - 1), WEEKS - 1, TOP)
    _half(canvas, scene, middle, WEEKS, TOP + half + BETWEEN)
    tiles(canvas, scene.facts, foot)
    _legend(canvas, canvas.height - 46)
    return canvas


def _half(canvas: Canvas, scene: Year, begin: date, weeks: int, top: int) -> None:
    most = _most(scene.counts)
    for week in range(weeks):
        first, x = begin + timedelta(weeks=week), EDGE + 10 + week * STEP
        last = first + timedelta(days=DAYS - 1)
        # A month is named over the week in which it begins, and the first one where it has room.
        if (last.day <= DAYS and week < weeks - 1) or (week == 0 and last.day <= ROOMY):
            canvas.write(NAMES[last.month - 1], x, top + 14, MONTH, palette.QUIET, 80)
        for day in range(DAYS):
            at = first + timedelta(days=day)
            back = (scene.until - at).days
            if 0 <= back < len(scene.counts):
                y = top + MONTHS + day * STEP
                colour = palette.HEAT[_heat(scene.counts[-1 - back], most)]
                canvas.rounded((x, y, x + DAY, y + DAY), 7, colour)
                if back == 0:
                    canvas.ring(x + DAY / 2, y + DAY / 2, 6, 3, palette.TEXT)


def _most(counts: tuple[int, ...]) -> int:
    """What counts as a full day: one busy evening must not make all others look empty."""
    busy = sorted(count for count in counts if count > 0)
    return max(FEW, busy[len(busy) * 9 // 10]) if busy else FEW


def _heat(count: int, most: int) -> int:
    steps = len(palette.HEAT) - 1
    return 0 if count <= 0 else min(steps, max(1, -(-count * steps // most)))


def _legend(canvas: Canvas, middle: float) -> None:
    x = WIDTH - EDGE - canvas.write("more", WIDTH - EDGE, middle, SMALL, palette.QUIET, 100, "r") - 12
    for colour in reversed(palette.HEAT):
        x -= STEP
        canvas.rounded((x, middle - DAY / 2, x + DAY, middle + DAY / 2), 7, colour)
    canvas.write("less", x - 12, middle, SMALL, palette.QUIET, 100, "r")
    canvas.ring(EDGE + 16, middle, 6, 3, palette.TEXT)
    canvas.write("today", EDGE + 34, middle, SMALL, palette.QUIET, 100)
