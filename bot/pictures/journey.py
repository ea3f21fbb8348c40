"""The roadmap as a map: lines with a stop for each topic, section after section, and how far each is."""

from collections.abc import Sequence

from bot.core.picture import RoadmapMap, State, Stop, Stretch
from bot.pictures import palette
from bot.pictures.canvas import Canvas
from bot.pictures.parts import BODY, EDGE, SMALL, TITLE, WIDTH, fact_line, heading, sign
from bot.pictures.text import Style, shrunk, wrapped

TOP, FOOT, COLUMN, GUTTER = 212, 74, 436, 40
HEAD, ROW, LINE, BETWEEN = 50, 48, 36, 24
SIGN, INDENT, LINES = 32, 54, 2
MOST, GRID = 30, 43
"""With more topics only their signs are drawn: Discord makes a high picture small, and a map is seen at once."""
NAMES = {
    State.DONE: "done",
    State.BEGUN: "begun",
    State.NOW: "on now",
    State.OPEN: "open",
    State.SKIPPED: "skipped",
}


def draw_map(scene: RoadmapMap) -> Canvas:
    """Draw where somebody stands."""
    stops = [stop for stretch in scene.stretches for stop in stretch.stops]
    titled = len(stops) <= MOST
    heights = [_height(stretch, titled=titled) for stretch in scene.stretches]
    cut = _halves(heights)
    tall = max(sum(heights[:cut]), sum(heights[cut:]), BETWEEN)
    canvas = Canvas(WIDTH, TOP + tall - BETWEEN + FOOT)
    _head(canvas, scene, stops)
    top = TOP
    for at, stretch in enumerate(scene.stretches):
        top = TOP if at == cut else top
        left = EDGE if at < cut else EDGE + COLUMN + GUTTER
        _stretch(canvas, stretch, left, top, titled=titled)
        top += heights[at]
    _foot(canvas, stops, fact_line(scene.facts))
    return canvas


def _halves(heights: Sequence[int]) -> int:
    """Where to go on in the second column, so that both are of heights as equal as can be."""
    return min(range(len(heights) + 1), key=lambda at: (max(sum(heights[:at]), sum(heights[at:])), -at))


def _height(stretch: Stretch, *, titled: bool) -> int:
    if titled:
        return HEAD + sum(_stop_height(stop) for stop in stretch.stops) + BETWEEN
    return HEAD + -(-len(stretch.stops) // (COLUMN // GRID)) * GRID + BETWEEN


def _stop_height(stop: Stop) -> int:
    return ROW + LINE * (len(_title(stop)) - 1)


def _title(stop: Stop) -> tuple[str, ...]:
    return wrapped(stop.title, BODY, COLUMN - INDENT - 16, LINES)


def _head(canvas: Canvas, scene: RoadmapMap, stops: Sequence[Stop]) -> None:
    done = sum(stop.state is State.DONE for stop in stops)
    share = done / len(stops) if stops else 0
    right = WIDTH - EDGE
    percent = f"{int(share * 100)}%"  # 99.9 is not yet 100
    wide = canvas.write(percent, right, 68, Style(60, 700), palette.GREEN, 200, "r")
    count = canvas.write(f"{done} of {len(stops)} topics", right, 118, SMALL, palette.QUIET, 300, "r")
    room = WIDTH - 2 * EDGE - max(wide, count) - 24
    if scene.name:
        heading(canvas, scene.name, scene.roadmap, scene.name, room)
    else:
        heading(canvas, scene.roadmap, "Nothing recorded yet", room=room)
    canvas.bar((EDGE, 156, right, 172), share, palette.GREEN, palette.RAISED)


def _stretch(canvas: Canvas, stretch: Stretch, left: int, top: int, *, titled: bool) -> None:
    style = shrunk(stretch.title, (TITLE, Style(27, 600), Style(25, 600)), COLUMN)
    canvas.write(stretch.title, left, top + HEAD // 2 - 4, style, palette.TEXT, COLUMN)
    top += HEAD
    if not titled:
        _signs(canvas, stretch.stops, left, top)
        return
    before: Stop | None = None
    for stop in stretch.stops:
        if before is not None:
            both = before.state is State.DONE and stop.state is State.DONE
            way = (
                left + SIGN // 2 - 2,
                top - _stop_height(before) + ROW // 2 + 20,
                left + SIGN // 2 + 2,
                top + 4,
            )
            canvas.image.paste(palette.GREEN if both else palette.LINE, way)
        _stop(canvas, stop, left, top)
        before, top = stop, top + _stop_height(stop)


def _stop(canvas: Canvas, stop: Stop, left: int, top: int) -> None:
    middle, lines = top + ROW / 2, _title(stop)
    if stop.state is State.NOW:
        bottom = top + _stop_height(stop) - 3
        canvas.rounded((left + INDENT - 14, top + 3, left + COLUMN, bottom), 21, palette.NOW_GROUND)
    canvas.stamp(sign(stop.state, SIGN), left + SIGN / 2, middle, palette.SIGN[stop.state])
    for at, line in enumerate(lines):
        colour = palette.STOP_TEXT[stop.state]
        canvas.write(line, left + INDENT, middle + at * LINE, BODY, colour, COLUMN - INDENT - 16)


def _signs(canvas: Canvas, stops: Sequence[Stop], left: int, top: int) -> None:
    for at, stop in enumerate(stops):
        down, along = divmod(at, COLUMN // GRID)
        x, y = left + along * GRID + SIGN / 2, top + down * GRID + GRID / 2
        canvas.stamp(sign(stop.state, SIGN), x, y, palette.SIGN[stop.state])


def _foot(canvas: Canvas, stops: Sequence[Stop], facts: str) -> None:
    """What the signs mean, and what else is worth knowing."""
    x, middle = float(EDGE), canvas.height - 40
    states = {stop.state for stop in stops}
    for state, name in NAMES.items():
        if state in states and len(states) > 1:
            canvas.stamp(sign(state, 24), x + 12, middle, palette.SIGN[state])
            x += 34 + canvas.write(name, x + 34, middle, SMALL, palette.QUIET, 200) + 24
    right = WIDTH - EDGE
    canvas.write(facts, right, middle, Style(26, 600), palette.SOFT, right - x, "r")
