"""Faults of Discord's API, each before, during and after the work is done, on each kind of request."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.faults.count import Count, Counter
from tests.faults.kills import MONDAY
from tests.faults.script import Act, Asked, When, cloudflare, drops, exhausted, fails, limited, slow
from tests.faults.world import World

LIMIT = 1.5
"""Seconds that the bot waits for one answer where answers are slow, in place of thirty."""
LONG = 1337.0
SHORTLY, LATER = timedelta(seconds=10), timedelta(minutes=4)
"""How much later than it could the bot tries again: the nonce still holds then, or it does not."""
QUIET = 1.05
"""Seconds without a request after which nothing is under way and the clock moves on."""
MOST_STEPS = 40
Making = Callable[[When, random.Random], list[Act]]


def _server_error(status: int) -> Making:
    return lambda when, chance: [fails(status, when)] * chance.choice((1, 1, 2))


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
    "429 for a moment": _limit(limited(1), exhausted(0.5)),
    "429 for 1,337 s": _limit(limited(LONG), exhausted(LONG)),
    "429 shared": _limit(limited(1, "shared"), exhausted(0.5)),
    "429 global": _limit(limited(1, "global"), exhausted(0.5)),
    "429 by Cloudflare": _limit(cloudflare(1), exhausted(0.5)),
}
HIT = (Asked.MESSAGE, Asked.MESSAGE, Asked.THREAD, Asked.WORD)
Name = tuple[str, When]


def phases(faults: Sequence[str]) -> list[Name]:
    """Every fault with every phase."""
    return [(fault, when) for fault in faults for when in When]


async def outage(
    world: World, names: Sequence[Name], chance: random.Random, pauses: Sequence[timedelta] = (SHORTLY, LATER)
) -> dict[Name, Count]:
    """Mondays on which each channel meets the fault that is its own; the channels are dealt out in turn."""
    await world.start()
    await world.set_up()
    counter = Counter(world)
    dealt = {name: world.channels[place :: len(names)] for place, name in enumerate(names)}
    found = {name: Count() for name in names}
    for pause in pauses:
        for (fault, when), channels in dealt.items():
            for channel in channels:
                world.discord.script.plan(chance.choice(HIT), channel, *FAULTS[fault](when, chance))
        world.move_to(world.next_time(MONDAY))
        settled = await weathered(world, pause)
        for name, channels in dealt.items():
            found[name] += counter.occurrence(threads=True, channels=channels, rounds=len(channels))
            found[name].notes += [] if settled else [f"{name}: not settled"]
        world.discord.script.clear()
    return found


async def weathered(world: World, pause: timedelta) -> bool:
    """Let it be the time of the next try, and of the next one, until nothing is left to be done."""
    for _ in range(MOST_STEPS):
        if await world.settled(0.3):
            return True
        await world.quiet(QUIET)
        world.move_to(max(world.next_try(), world.clock()) + pause)
    return False
