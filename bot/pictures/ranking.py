"""A board: places, names and points, with a bar as long as the points."""

from bot.core.picture import Board, Place
from bot.pictures import palette
from bot.pictures.canvas import Canvas
from bot.pictures.parts import EDGE, WIDTH, avatar, heading
from bot.pictures.text import Style

TOP, ROW, GAP, APART = 164, 70, 8, 40
NAME, POINTS, RANK = Style(30, 600), Style(30, 700), Style(26, 700)


def draw_board(scene: Board) -> Canvas:
    """Draw a page of a board, and the asker with the neighbours below it."""
    rows = len(scene.places) + len(scene.around)
    apart = APART if scene.around and scene.places else 0
    canvas = Canvas(WIDTH, TOP + rows * (ROW + GAP) + apart + EDGE - GAP)
    heading(canvas, scene.title, scene.roadmap)
    top = TOP
    for place in scene.places:
        _row(canvas, place, top, scene.best)
        top += ROW + GAP
    if apart:
        for step in (-1, 0, 1):
            canvas.disc(WIDTH / 2 + step * 22, top + APART / 2 - GAP / 2, 5, palette.LINE)
        top += apart
    for place in scene.around:
        _row(canvas, place, top, scene.best)
        top += ROW + GAP
    return canvas


def _row(canvas: Canvas, place: Place, top: int, best: int) -> None:
    left, right, middle = EDGE, WIDTH - EDGE, top + ROW / 2
    box = (left, top, right, top + ROW)
    canvas.rounded(box, 18, palette.NOW_GROUND if place.you else palette.PANEL)
    share = max(0.0, min(1.0, place.points / best)) if best else 0
    start, whole = left + 168, right - left - 168 - 24
    canvas.bar((start, top + ROW - 16, start + whole, top + ROW - 9), share, _colour(place), palette.RAISED)
    _rank(canvas, place.rank, left + 46, middle)
    avatar(canvas, place.name, left + 120, middle, 27)
    wide = canvas.write(f"{place.points:,}", right - 24, middle - 8, POINTS, palette.TEXT, 200, "r")
    name = f"{place.name} (you)" if place.you else place.name
    canvas.write(name, start, middle - 8, NAME, palette.TEXT, right - 24 - wide - start - 24)


def _colour(place: Place) -> str:
    return palette.MEDALS.get(place.rank, palette.BLUE if place.you else palette.GREEN)


def _rank(canvas: Canvas, rank: int, x: float, y: float) -> None:
    medal = palette.MEDALS.get(rank)
    if medal:
        canvas.disc(x, y, 25, medal)
        canvas.write(str(rank), x, y, RANK, palette.GROUND, 50, "m")
    else:
        canvas.write(f"{rank:,}", x, y, RANK, palette.SOFT, 90, "m")
