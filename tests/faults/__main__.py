"""`make faults`: every fault, hundreds of times, and the table of docs/reliability.md.

ARGS="kills slack outages gateways storm" chooses; ARGS="--full" makes the storm 10,000 groups (11 minutes more).
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
from tests.faults.gateways import FAULTS as GATEWAY_FAULTS
from tests.faults.gateways import FOR_GOOD, final_rounds, gateway_rounds
from tests.faults.kills import MARKS, POINTS_OF_DEATH, kill_rounds
from tests.faults.outages import FAULTS as API_FAULTS
from tests.faults.outages import LIMIT, outage, phases
from tests.faults.process import Nursery
from tests.faults.slack import slack_world
from tests.faults.storm import storm
from tests.faults.world import world

FULL = "--full"
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


async def slack_kills(folder: Path, nursery: Nursery) -> Counts:
    """Half as many on Slack."""
    order = [POINTS_OF_DEATH[number % len(POINTS_OF_DEATH)] for number in range(ROUNDS // 2)]

    async def some(number: int) -> Counts:
        async with slack_world(folder / str(number), nursery, GROUPS) as found:
            return await kill_rounds(found, order[number::WORLDS], random.Random(number))

    done = await asyncio.gather(*map(some, range(WORLDS)))
    names = (*POINTS_OF_DEATH, MARKS)
    return {f"{name}, on Slack": sum((found[name] for found in done), Count()) for name in names}


async def outages(folder: Path, nursery: Nursery) -> Counts:
    """Each fault of the API twenty times in each phase, two faults at the same time."""
    two_at_once = asyncio.Semaphore(2)

    async def one(number: int, fault: str) -> Counts:
        names = phases([fault])
        async with two_at_once, world(folder / str(number), nursery, 10 * len(names), limit=LIMIT) as found:
            counts = await outage(found, names, random.Random(number))
            return {f"{fault}, {when}": count for (fault, when), count in counts.items()}

    done = await asyncio.gather(*(one(*each) for each in enumerate(API_FAULTS)))
    return {name: count for counts in done for name, count in counts.items()}


async def gateways(folder: Path, nursery: Nursery) -> Counts:
    """Each fault of the gateway twenty times, all of them at the same time."""
    faults = [*GATEWAY_FAULTS, *FOR_GOOD]

    async def one(number: int, fault: str) -> Count:
        rounds = final_rounds if fault in FOR_GOOD else gateway_rounds
        async with world(folder / str(number), nursery, 3) as found:
            return await rounds(found, fault, 20, random.Random(number))

    done = await asyncio.gather(*(one(*each) for each in enumerate(faults)))
    return dict(zip(faults, done, strict=True))


async def storms(folder: Path, nursery: Nursery) -> Counts:
    """Everybody due at once."""
    groups = 10_000 if FULL in sys.argv else 1_000
    async with world(folder, nursery, groups) as found:
        measured = await storm(found, random.Random(1))
    measured.count.notes += [] if measured.good() else ["the storm was out of bounds"]
    measured.count.said.append(measured.text())
    return {f"{groups:,} groups in one minute": measured.count}


SECTIONS: dict[str, tuple[str, Callable[[Path, Nursery], Awaitable[Counts]]]] = {
    "kills": ("kill -9", kills),
    "slack": ("kill -9 on Slack", slack_kills),
    "outages": ("Discord's API", outages),
    "gateways": ("Discord's gateway", gateways),
    "storm": ("Weekly storm", storms),
}


async def main(chosen: list[str]) -> int:
    """Run what was asked for, print the table, and write it when it is whole."""
    began, sections = time.monotonic(), {}
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, Nursery() as nursery:
        for name, (title, run) in SECTIONS.items():
            if not chosen or name in chosen:
                sections[title] = await run(Path(folder, name), nursery)
                print("\n".join(report.table({title: sections[title]})), flush=True)
    together = sum((count for found in sections.values() for count in found.values()), Count())
    lines = [*report.table(sections), "", *together.said, "", report.machine(time.monotonic() - began)]
    if not chosen:
        report.write(lines)
    print("\n".join([*lines, *together.notes]))
    return 0 if together.good() and not together.notes else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main([name for name in sys.argv[1:] if name != FULL])))
