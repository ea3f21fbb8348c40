"""The weekly storm: every group due in the same minute, and a Discord that takes fifty requests a second."""

import asyncio
import random
import sqlite3
import time
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from tests.faults.count import Count, Counter
from tests.faults.kills import MONDAY
from tests.faults.script import Act, Asked, Work, limited
from tests.faults.world import World

MOST_PER_SECOND = 50
ROUND_TRIP = 0.1
"""Seconds that Discord takes for an answer."""
PROMPT, THREAD_AND_WORD = 1, 2
"""Requests for each of them."""
ASK_EVERY = 0.2
SLOWEST, LEAST_PER_SECOND, SLACK = 0.2, 45.0, 5.0


@dataclass
class Storm:
    """What was measured. Times in seconds."""

    count: Count
    groups: int
    seconds: float
    per_second: float
    most_in_a_second: int
    refused: int
    last_post: float
    asked: int
    next_p50: float
    next_p99: float

    def good(self) -> bool:
        """Whether the pace was kept, and nobody had to wait longer than everybody before them takes."""
        in_pace = self.refused == 0 and self.most_in_a_second <= MOST_PER_SECOND
        fair = self.last_post <= self.groups * PROMPT / LEAST_PER_SECOND + SLACK
        quick = self.next_p99 <= SLOWEST
        return self.count.good() and in_pace and fair and quick and self.per_second >= LEAST_PER_SECOND

    def text(self) -> str:
        """For a person to read."""
        return (
            f"{self.groups:,} groups due in the same minute: {self.per_second:.1f} requests a second for"
            f" {self.seconds:.0f} s, at most {self.most_in_a_second} in any one second, {self.refused} refused. The"
            f" last group had its post after {self.last_post:.0f} s (its fair share at 45 a second:"
            f" {self.groups * PROMPT / LEAST_PER_SECOND:.0f} s) and its thread after {self.seconds:.0f} s. `/next`,"
            f" asked {self.asked:,} times meanwhile, was answered in {self.next_p50 * 1000:.0f} ms"
            f" (99 of 100 within {self.next_p99 * 1000:.0f} ms)."
        )


class Limit:
    """Takes so many requests in any second, and refuses the others for the whole bot."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.refused = 0

    def act(self) -> Act:
        """What it does to every request."""
        refuse = limited(1.0, "global")

        async def act(request: object, work: Work) -> object:
            now = time.monotonic()
            if len(self.taken) - bisect_left(self.taken, now - 1) >= MOST_PER_SECOND:
                self.refused += 1
                return await refuse(request, work)  # type: ignore[arg-type]
            self.taken.append(now)
            await asyncio.sleep(ROUND_TRIP)
            return await work()

        return act  # type: ignore[return-value]

    def most(self) -> int:
        """The most that was taken in any second."""
        return max(place + 1 - bisect_left(self.taken, now - 1) for place, now in enumerate(self.taken))


async def storm(world: World, chance: random.Random, within: float = 60.0) -> Storm:
    """Let everybody be due at once, ask for /next all the while, and measure; `within` is for trouble."""
    await world.start()
    await _set_up_all(world)
    limit, counter = Limit(), Counter(world)
    world.discord.script.every = limit.act()
    world.move_to(world.next_time(MONDAY))
    asking = asyncio.create_task(_ask(world, chance))
    posts = asyncio.create_task(_all_posted(world))
    groups = len(world.channels)
    await world.settled(within + groups * (PROMPT + THREAD_AND_WORD) / LEAST_PER_SECOND)
    asking.cancel()
    answers, began = sorted(await asking), limit.taken[0]
    seconds = limit.taken[-1] - began
    return Storm(
        count=counter.occurrence(threads=True),
        groups=groups,
        seconds=seconds,
        per_second=len(limit.taken) / seconds,
        most_in_a_second=limit.most(),
        refused=limit.refused,
        last_post=await posts - began,
        asked=len(answers),
        next_p50=answers[len(answers) // 2],
        next_p99=answers[int(len(answers) * 0.99)],
    )


async def _set_up_all(world: World) -> None:
    """One group by /setup; the others are its copies, because ten thousand of them would take minutes."""
    first = world.channels[0]
    await world.say(first, "4001", "setup", pace="1 hour a week")
    await world.stop()
    with closing(sqlite3.connect(world.database)) as file, file:
        for number, (guild, channels) in enumerate(world.discord.guilds.items(), 1):
            _copy(file, "workspace", {"id": number, "external_id": guild})
            for channel in channels:
                _copy(file, "study_group", {"id": None, "workspace_id": number, "channel": channel})
    await world.start()


def _copy(file: sqlite3.Connection, table: str, changed: dict[str, object]) -> None:
    """Copy a table's first row with something changed, unless it is there."""
    names = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
    shown = ", ".join(f":{name}" if name in changed else name for name in names)
    file.execute(
        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) SELECT {shown} FROM {table} ORDER BY id LIMIT 1",  # noqa: S608
        changed,
    )


async def _ask(world: World, chance: random.Random) -> Sequence[float]:
    """Somebody asks every now and then; return how long each of them waited."""
    took: list[float] = []
    try:
        while True:
            began = time.monotonic()
            assert await world.say(chance.choice(world.channels), str(chance.randint(10**6, 10**9)), "next")
            took.append(time.monotonic() - began)
            await asyncio.sleep(ASK_EVERY)
    except asyncio.CancelledError:
        return took


async def _all_posted(world: World) -> float:
    """When the last group had its post."""
    groups, asked = len(world.channels), world.discord.asked
    while sum(what is Asked.MESSAGE for what, _ in asked) < groups:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    return time.monotonic()
