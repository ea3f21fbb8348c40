"""`make faults`: every fault, hundreds of times, and the table of docs/reliability.md.

ARGS="kills outages gateway storm" chooses, ARGS="--full" makes the storm 10,000 groups.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.faults import report
from tests.faults.count import Count
from tests.faults.kills import MARKS, POINTS_OF_DEATH, kill_rounds
from tests.faults.process import Nursery
from tests.faults.world import world

ROUNDS, WORLDS, GROUPS = 200, 4, 6
Counts = dict[str, Count]


async def kills(folder: Path, nursery: Nursery) -> Counts:
    """200 rounds of kill -9, in a few worlds at the same time."""
    order = [POINTS_OF_DEATH[number % len(POINTS_OF_DEATH)] for number in range(ROUNDS)]

    async def some(number: int) -> Counts:
        async with world(folder / str(number), nursery, GROUPS) as found:
            return await kill_rounds(found, order[number::WORLDS], random.Random(number))

    done = await asyncio.gather(*map(some, range(WORLDS)))
    return {point: sum((counts[point] for counts in done), Count()) for point in (*POINTS_OF_DEATH, MARKS)}


SECTIONS: dict[str, tuple[str, Callable[[Path, Nursery], Awaitable[Counts]]]] = {
    "kills": ("kill -9", kills),
}


async def main(chosen: list[str]) -> int:
    """Run what was asked for, print the table, and write it when it is whole."""
    began, sections = time.monotonic(), {}
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, Nursery() as nursery:
        for name, (title, run) in SECTIONS.items():
            if not chosen or name in chosen:
                sections[title] = await run(Path(folder, name), nursery)
                print("\n".join(report.table({title: sections[title]})), flush=True)
    lines = [*report.table(sections), "", report.machine(time.monotonic() - began)]
    if not chosen:
        report.write(lines)
    counts = [count for found in sections.values() for count in found.values()]
    for note in (note for count in counts for note in count.notes):
        print(note)
    return 0 if sum(counts, Count()).good() else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
