"""Rounds of SIGKILL: at points that the server sees, at points that only the bot passes, and at any moment."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from tests.faults.child import POINTS
from tests.faults.count import Count, Counter
from tests.faults.script import Asked, When, kills
from tests.faults.world import World

MONDAY, THURSDAY = 0, 3
DONE_NOT_ANSWERED = "sending: done, not answered"
AT_SERVER = {
    "sending: it arrives": (Asked.MESSAGE, When.BEFORE),
    DONE_NOT_ANSWERED: (Asked.MESSAGE, When.DURING),
    "sending: just answered": (Asked.MESSAGE, When.AFTER),
    "thread: it arrives": (Asked.THREAD, When.BEFORE),
    "thread: done, not answered": (Asked.THREAD, When.DURING),
    "thread: just answered": (Asked.THREAD, When.AFTER),
    "first word: done, not answered": (Asked.WORD, When.DURING),
    "first word: just answered": (Asked.WORD, When.AFTER),
}
IN_BOT = {
    "planned, not claimed": "planned",
    "claimed, not committed": "claiming",
    "sent, not committed": "recording",
    "committed, thread not begun": "recorded",
    "thread open, not committed": "thread recording",
}
ANY_MOMENT, MARKS = "any moment", "marks"
OF_PROMPTS = ("thread", "first word", "committed, thread")
POINTS_OF_DEATH = (*AT_SERVER, *IN_BOT, ANY_MOMENT)
WITHIN_NONCE, AFTER_NONCE = timedelta(seconds=76), timedelta(minutes=4)
AWAY = (WITHIN_NONCE, AFTER_NONCE, timedelta(hours=3))
"""How long the bot is down: the same nonce still holds, the history has to be read, the post is late."""
DIES_WITHIN = 20.0
ITEMS = ("python", "docker", "git")
LAGGARD = "77"
"""Somebody in every group who never gets there."""


async def kill_rounds(
    world: World, points: Sequence[str], chance: random.Random, away: Sequence[timedelta] = AWAY
) -> dict[str, Count]:
    """A round for each point, one after the other in one world: each a Monday's posts or a Thursday's."""
    await world.start()
    await world.set_up()
    for channel in world.channels:
        # A reminder that nobody needs is left out; it would be counted as lost.
        answer = await world.say(channel, LAGGARD, "join")
        assert answer is not None
        assert answer["embeds"][0]["title"].startswith("You are in")
    counter, found = Counter(world), defaultdict[str, Count](Count)
    for number, point in enumerate(points):
        prompts = number % 4 != 3 or point.startswith(OF_PROMPTS)
        found[point] += await _round(world, counter, point, chance, chance.choice(away), prompts=prompts)
    found[MARKS] += counter.marks()
    return found


async def _round(
    world: World, counter: Counter, point: str, chance: random.Random, away: timedelta, *, prompts: bool
) -> Count:
    world.move_to(world.next_time(MONDAY if prompts else THURSDAY))
    _arm(world, point, chance)
    marking = asyncio.gather(*(_mark(world, counter, chance) for _ in range(3)))
    died = await dies_and_comes_back(world, away)
    await marking
    settled = await world.settled()
    found = counter.occurrence(threads=prompts)
    found.notes += [
        f"{point}: {what}" for what, so in (("did not die", died), ("not settled", settled)) if not so
    ]
    return found


async def dies_and_comes_back(world: World, away: timedelta) -> bool:
    """Wait for the bot's end, and start it again after such a time; whether it died by itself."""
    died = await world.buried(DIES_WITHIN)
    if not died:
        await world.stop()
    _disarm(world)
    world.clock.forward(seconds=away.total_seconds())
    await world.start()
    return died


def _arm(world: World, point: str, chance: random.Random) -> None:
    if point in AT_SERVER:
        asked, when = AT_SERVER[point]
        world.discord.script.plan(asked, chance.choice(world.channels), kills(world.kill, when))
    elif point in IN_BOT:
        most = 1 if IN_BOT[point] in ("planned", "claiming", "recorded") else len(world.channels)
        world.clock.order_death(1 + POINTS.index(IN_BOT[point]), chance.randint(1, most))
    else:
        asyncio.get_running_loop().call_later(chance.uniform(0, 1.5), world.kill)


def _disarm(world: World) -> None:
    world.clock.order_death(0, 0)
    world.discord.script.clear()


async def _mark(world: World, counter: Counter, chance: random.Random) -> None:
    """Somebody who says /done while the bot dies, and says it again where nothing came back."""
    person, item = str(chance.randint(10**6, 10**9)), chance.choice(ITEMS)
    channel = chance.choice(world.channels)
    await asyncio.sleep(chance.uniform(0, 1.2))
    for _ in range(4):
        answer = await world.say(channel, person, "done", item=item)
        title = answer["embeds"][0]["title"] if answer else ""
        if title.startswith("Recorded"):
            counter.said.append((person, item))
        if title.startswith(("Recorded", "Already")):
            return
