"""A group on its roadmap: how many members are at which topic."""

from bot.core.picture import Crowd, Halt, State
from bot.pictures import palette
from bot.pictures.canvas import Canvas
from bot.pictures.parts import BODY, EDGE, NUMBER, SMALL, TILE, WIDTH, avatar, heading, sign, tiles

TOP, ROW, BAR = 164, 56, 470
MOST, FACES = 12, 6
"""Rows that are shown, and avatars in a row."""


def draw_crowd(scene: Crowd) -> Canvas:
    """Draw where the members of a group are."""
    halts = _shown(scene.halts)
    rows = len(halts) + (1 if scene.finished else 0)
    foot = TOP + rows * ROW + 20
    canvas = Canvas(WIDTH, foot + (TILE if scene.facts else 0) + EDGE)
    heading(canvas, scene.title, scene.roadmap)
    most = max([scene.finished, *(halt.members for halt in halts)], default=0)
    for at, halt in enumerate(halts):
        _row(canvas, halt, TOP + at * ROW, most)
    if scene.finished:
        _row(canvas, Halt("Finished the roadmap", scene.finished), TOP + len(halts) * ROW, most, done=True)
    tiles(canvas, scene.facts, foot)
    return canvas


def _shown(halts: tuple[Halt, ...]) -> list[Halt]:
    """The topics where somebody is, and the group's; as many as are read at a glance, in study order."""
    found = [halt for halt in halts if halt.members or halt.now]
    kept = sorted(found, key=lambda halt: (not halt.now, -halt.members))[:MOST]
    return [halt for halt in found if halt in kept][:MOST]


def _row(canvas: Canvas, halt: Halt, top: int, most: int, *, done: bool = False) -> None:
    middle, right = top + ROW / 2, WIDTH - EDGE
    if halt.now:
        canvas.rounded((EDGE - 16, top + 2, right + 16, top + ROW - 2), 20, palette.NOW_GROUND)
    state = State.DONE if done else State.NOW if halt.now else State.OPEN
    canvas.stamp(sign(state, 30), EDGE + 15, middle, palette.SIGN[state])
    start = right - BAR
    canvas.write(halt.title, EDGE + 46, middle, BODY, palette.TEXT, start - EDGE - 46 - 24)
    faces = halt.names[:FACES]
    for at, name in reversed(list(enumerate(faces))):
        x = start + 22 + at * 32
        canvas.disc(x, middle, 24, palette.NOW_GROUND if halt.now else palette.GROUND)
        avatar(canvas, name, x, middle, 21)
    left = start + (len(faces) * 32 + 28 if faces else 0)
    colour = palette.GREEN if done else palette.BLUE
    if halt.members:
        canvas.bar((left, middle - 9, right - 76, middle + 9), halt.members / most, colour, palette.RAISED)
    canvas.write(str(halt.members) if halt.members else "–", right, middle, NUMBER, palette.TEXT, 70, "r")
    if halt.now and not halt.members:
        canvas.write("the group is here", start, middle, SMALL, palette.SOFT, BAR - 80)
