"""Faults of Discord's API, each before, during and after the work is done, on each kind of request."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.faults.count import Count, Counter
from tests.faults.kills import MONDAY
from tests.faults.script import Act, Asked, When, cloudflare, drops, exhausted, fails, limited, slow
from tests.faults.world import World

LIMIT = 3.0
"""Seconds that the bot waits for one answer where answers are slow, in place of thirty."""
LONG = 1337.0
SHORTLY, LATER = timedelta(seconds=20), timedelta(minutes=4)
"""How fast time goes by while the fault lasts: the nonce still holds at the next try, or it does not."""
MOST_STEPS = 40

Making = Callable[[When, random.Random], list[Act]]


def _server_error(status: int) -> Making:
    # Six in a row outlast discord.py's own patience.
    return lambda when, chance: [fails(status, when)] * chance.choice((1, 2, 6))


def _limit(refusal: Act, empty: Act) -> Making:
    """A 429 does no work; what it can hide is that an earlier try of the same call did."""

    def make(when: When, chance: random.Random) -> list[Act]:
        worked = fails(chance.choice((500, 502)), When.AFTER)
        return {When.BEFORE: [refusal], When.DURING: [worked, refusal], When.AFTER: [empty]}[when]

    return make


FAULTS: dict[str, Making] = {
    "500": _server_error(500),
    "502": _server_error(502),
    "503": _server_error(503),
    "connection dropped": lambda when, chance: [drops(when)] * chance.choice((1, 2)),
    "answer later than the limit": lambda when, chance: [slow(LIMIT * 1.5, when)] * chance.choice((1, 2)),
    "429 for a moment": _limit(limited(1.5), exhausted(1.5)),
    "429 for 1,337 s": _limit(limited(LONG), exhausted(LONG)),
    "429 shared": _limit(limited(1.5, "shared"), exhausted(1.5)),
    "429 global": _limit(limited(1.5, "global"), exhausted(1.5)),
    "429 by Cloudflare": _limit(cloudflare(60), exhausted(1.5)),
}
HIT = (Asked.MESSAGE, Asked.MESSAGE, Asked.THREAD, Asked.WORD)
Name = tuple[str, When]


def phases(faults: Sequence[str]) -> list[Name]:
    """Every fault with every phase."""
    return [(fault, when) for fault in faults for when in When]


async def outage(world: World, names: Sequence[Name], chance: random.Random) -> dict[Name, Count]:
    """Two Mondays on which each channel meets the fault that is its own; the channels are dealt out in turn."""
    await world.start()
    await world.set_up()
    counter = Counter(world)
    dealt = {name: world.channels[place :: len(names)] for place, name in enumerate(names)}
    found = dict.fromkeys(names, Count())
    for step in (SHORTLY, LATER):
        world.move_to(world.next_time(MONDAY) - timedelta(seconds=1))
        for (fault, when), channels in dealt.items():
            for channel in channels:
                asked = chance.choice(HIT)
                world.discord.script.plan(asked, channel, *FAULTS[fault](when, chance))
        settled = await _weathered(world, step)
        for name, channels in dealt.items():
            found[name] += counter.occurrence(threads=True, channels=channels, rounds=len(channels))
            found[name].notes.extend([] if settled else [f"{name}: not settled"])
        world.discord.script.clear()
    return found


async def _weathered(world: World, step: timedelta) -> bool:
    """Let time go by, as fast as is said, until nothing is left to be done."""
    await asyncio.sleep(1.0)
    for number in range(MOST_STEPS):
        if await world.settled(1.5 if number < 8 else 3.0):
            return True
        world.clock.forward(seconds=step.total_seconds() if number < 8 else LONG / 4)
    return False
