"""A group on its roadmap: how many members are at which topic."""

from bot.core.picture import Crowd, Halt, State
from bot.pictures import palette
from bot.pictures.canvas import Canvas
from bot.pictures.parts import BODY, EDGE, NUMBER, SMALL, TILE, WIDTH, avatar, heading, sign, tiles

TOP, ROW, BAR, NUMBERS, FACE = 164, 56, 200, 84, 32
MOST, FACES = 12, 6
"""Rows that are shown, and avatars in a row."""


def draw_crowd(scene: Crowd) -> Canvas:
    """Draw where the members of a group are."""
    rows = [(halt, False) for halt in _shown(scene.halts)]
    if scene.finished:
        rows.append((Halt("Finished the roadmap", scene.finished), True))
    foot = TOP + len(rows) * ROW + 20
    canvas = Canvas(WIDTH, foot + (TILE if scene.facts else 0) + EDGE)
    heading(canvas, scene.title, scene.roadmap)
    most = max((halt.members for halt, _ in rows), default=0)
    # The bars of all rows begin at one place, or their lengths would say nothing.
    faces = max((min(len(halt.names), FACES) for halt, _ in rows), default=0)
    for at, (halt, done) in enumerate(rows):
        _row(canvas, halt, TOP + at * ROW, most, faces, done=done)
    tiles(canvas, scene.facts, foot)
    return canvas


def _shown(halts: tuple[Halt, ...]) -> list[Halt]:
    """The topics where somebody is, and the group's; as many as are read at a glance, in study order."""
    found = [halt for halt in halts if halt.members or halt.now]
    kept = sorted(found, key=lambda halt: (not halt.now, -halt.members))[:MOST]
    return [halt for halt in found if halt in kept][:MOST]


def _row(canvas: Canvas, halt: Halt, top: int, most: int, faces: int, *, done: bool) -> None:
    middle, right = top + ROW / 2, WIDTH - EDGE
    bar = right - NUMBERS - BAR
    start = bar - (faces * FACE + 24 if faces else 0)
    if halt.now:
        canvas.rounded((EDGE - 16, top + 2, right + 16, top + ROW - 2), 20, palette.NOW_GROUND)
    state = State.DONE if done else State.NOW if halt.now else State.OPEN
    canvas.stamp(sign(state, 30), EDGE + 15, middle, palette.SIGN[state])
    canvas.write(halt.title, EDGE + 46, middle, BODY, palette.TEXT, start - EDGE - 46 - 20)
    _faces(canvas, halt, start, middle)
    if halt.members:
        colour = palette.GREEN if done else palette.BLUE
        canvas.bar((bar, middle - 9, bar + BAR, middle + 9), halt.members / most, colour, palette.RAISED)
        canvas.write(f"{halt.members:,}", right, middle, NUMBER, palette.TEXT, NUMBERS - 10, "r")
    else:
        canvas.write("the group is here", right, middle, SMALL, palette.SOFT, right - start, "r")


def _faces(canvas: Canvas, halt: Halt, left: float, middle: float) -> None:
    for at, name in reversed(list(enumerate(halt.names[:FACES]))):
        x = left + 22 + at * FACE
        canvas.disc(x, middle, 24, palette.NOW_GROUND if halt.now else palette.GROUND)
        avatar(canvas, name, x, middle, 21)
