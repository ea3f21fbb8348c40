"""Pictures: how long one takes cold and cached, and whether anybody notices that they are drawn."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from benchmarks.figures import Figure, median, percentile
from bot.core.picture import Picture, Scene
from bot.pictures.studio import Studio
from tests.pictures.scenes import SCENES, a_board, a_certificate, a_map

EACH, CACHED, AT_ONCE, ROUNDS = 100, 1000, 20, 5
TICK = 0.001
FLOOR = "an empty picture as large, as a PNG"
FIRST = """
import asyncio, time
import bot.app
from benchmarks.pictures import stall
from bot.core.picture import Picture
from bot.pictures.studio import Studio
from tests.pictures.scenes import SCENES

async def main():
    studio = Studio(patience=10)
    started = time.perf_counter()
    print(await stall(studio.draw(Picture(SCENES["map"], "", "map"))), (time.perf_counter() - started) * 1000)
    studio.close()

asyncio.run(main())
"""


def run() -> list[Figure]:
    """Measure and return the figures."""
    return [*_drawn(), *_first(), *asyncio.run(_studio())]


def _drawn() -> list[Figure]:
    """Each kind of picture with names that were never drawn before, beside an empty one of its size.

    Time of the processor: drawing waits for nothing, and another load on the machine is not its own.
    """
    from bot.pictures.canvas import Canvas
    from bot.pictures.drawing import draw

    found: list[Figure] = []
    for name, scene in SCENES.items():
        width, height = _size(draw(scene))
        times, walls, floor = [], [], []
        for number in range(EACH):
            other = _another(scene, number)
            times.append(_ms(partial(draw, other)))
            walls.append(_ms(partial(draw, _another(scene, number + EACH)), time.perf_counter))
            floor.append(_ms(Canvas(width, height).png))
        beside = f"{FLOOR}: {median(floor):.1f} ms"
        found.append(Figure(f"{name}, drawn: median", median(times), "ms", 60.0, beside))
        found.append(Figure(f"{name}, drawn: p99", percentile(times, 99), "ms"))
        found.append(Figure("    median by the clock", median(walls), "ms"))
    return found


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _another(scene: Scene, number: int) -> Scene:
    """A scene like this one about somebody else."""
    match name := f"Somebody {number}":
        case _ if scene == SCENES["map"]:
            return a_map(name)
        case _ if scene == SCENES["board"]:
            return a_board(tuple(f"{name} the {n}." for n in range(10)))
        case _ if scene == SCENES["certificate"]:
            return a_certificate(name)
    return scene


def _first() -> list[Figure]:
    """The very first picture of a process: loading Pillow and the fonts included."""
    command = [sys.executable, "-W", "ignore", "-c", FIRST]
    runs = [subprocess.run(command, check=True, capture_output=True).stdout.split() for _ in range(5)]  # noqa: S603
    stalled, took = (median(map(float, column)) for column in zip(*runs, strict=True))
    return [
        Figure("the first picture of a process", took, "ms"),
        Figure("    longest stall of the loop, once", stalled, "ms"),
    ]


async def _studio() -> list[Figure]:
    studio = Studio(patience=10)
    pictures = [Picture(a_map(f"Member {n}"), "", "map") for n in range(AT_ONCE * (ROUNDS + 1))]
    await studio.draw(pictures[0])
    cached = [await _wait(lambda: studio.draw(pictures[0])) for _ in range(CACHED)]
    stalls: list[float] = []
    idle = await stall(asyncio.sleep(0.5))
    for at in range(1, ROUNDS + 1):
        some = pictures[at * AT_ONCE : (at + 1) * AT_ONCE]
        # Ten and ten: the queue takes no more than sixteen at once.
        stalls.append(await stall(_in_turn(studio, some)))
    studio.close()
    beside = f"a sleep of 1 ms that woke up late; the same with nothing to do: {idle:.1f} ms"
    return [
        Figure("a picture, cached: median", median(cached), "ms", 1.0),
        Figure("a picture, cached: p99", percentile(cached, 99), "ms"),
        Figure(
            f"longest stall of the loop while {AT_ONCE} are drawn: median", median(stalls), "ms", 50.0, beside
        ),
        Figure("    worst round", max(stalls), "ms"),
    ]


async def _in_turn(studio: Studio, pictures: Sequence[Picture]) -> None:
    half = len(pictures) // 2
    await asyncio.gather(*map(studio.draw, pictures[:half]))
    await asyncio.gather(*map(studio.draw, pictures[half:]))


async def stall(work: Awaitable[object]) -> float:
    """How late a task woke up at worst while something was done, in milliseconds."""
    worst, task = 0.0, asyncio.ensure_future(work)
    while not task.done():
        before = time.perf_counter()
        await asyncio.sleep(TICK)
        worst = max(worst, time.perf_counter() - before - TICK)
    await task
    return worst * 1000


async def _wait(call: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await call()
    return (time.perf_counter() - started) * 1000


def _ms(call: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> float:
    started = clock()
    call()
    return (clock() - started) * 1000
