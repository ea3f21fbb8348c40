"""Faults of the gateway while posts are due: what is sent by REST goes on, and what is asked is answered again.

Two close codes are for good: the bot ends by itself, and posts when it is started again with what was wrong mended.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.faults import payloads
from tests.faults.count import Count, Counter
from tests.faults.gateway import Gateway
from tests.faults.kills import MONDAY
from tests.faults.outages import weathered
from tests.faults.world import World

ASKED_AGAIN = 12
FORGOTTEN, ZOMBIE = "session forgotten when resuming", "zombie: heartbeats unanswered"


async def _forgotten(gateway: Gateway) -> None:
    gateway.forgets = True
    await gateway.drop()


async def _zombie(gateway: Gateway) -> None:
    sockets = len(gateway.sockets)
    gateway.acks = False
    async with asyncio.timeout(30):
        while len(gateway.sockets) == sockets:  # noqa: ASYNC110 - it is the bot that has to notice
            await asyncio.sleep(0.05)
    gateway.acks = True


async def _outage(gateway: Gateway) -> None:
    for guild in gateway.discord.guilds:
        await gateway.lose_guild(guild, outage=True)
    await asyncio.sleep(1.5)
    for guild, channels in gateway.discord.guilds.items():
        await gateway.dispatch("GUILD_CREATE", payloads.guild(guild, channels))


FAULTS: dict[str, Callable[[Gateway], Awaitable[None]]] = {
    "closed with 4000": lambda gateway: gateway.drop(4000),
    "asked to reconnect": lambda gateway: gateway.ask_to_reconnect(),
    "session invalid, may resume": lambda gateway: gateway.invalidate(resumable=True),
    "session invalid": lambda gateway: gateway.invalidate(resumable=False),
    FORGOTTEN: _forgotten,
    ZOMBIE: _zombie,
    "servers unavailable": _outage,
}


async def gateway_rounds(world: World, fault: str, rounds: int, chance: random.Random) -> Count:
    """So many Mondays, each with the fault at some moment around nine."""
    if fault == ZOMBIE:
        world.gateway.heartbeat, world.heartbeat_timeout = 0.3, 1.5
    await world.start()
    await world.set_up()
    counter, found = Counter(world), Count()
    for number in range(rounds):
        world.move_to(world.next_time(MONDAY))
        await asyncio.sleep(chance.uniform(0, 1.2))
        await FAULTS[fault](world.gateway)
        settled = await world.settled()
        found += counter.occurrence(threads=True)
        if not (settled and await _answers(world, str(number + 1))):
            found.notes.append(f"{fault}: not settled, or no answer")
    return found


FOR_GOOD = {
    "closed with 4004, token refused": (4004, "DISCORD_TOKEN"),
    "closed with 4014, intent refused": (4014, "privileged intent"),
}
ENDS_WITHIN = 30.0


async def final_rounds(world: World, fault: str, rounds: int, chance: random.Random) -> Count:
    """So many Mondays on which Discord closes for good: in the middle, or at the login of a bot that was started."""
    await world.start()
    await world.set_up()
    counter, found = Counter(world), Count()
    for number in range(rounds):
        world.gateway.refuses, words = FOR_GOOD[fault]
        logins = world.gateway.identifies
        if number % 2:
            await world.stop()
            world.fork()
        world.move_to(world.next_time(MONDAY))
        if not number % 2:
            await asyncio.sleep(chance.uniform(0, 1.2))
            await world.gateway.drop(world.gateway.refuses)
        ended = await world.buried(ENDS_WITHIN)
        told = ended and world.gateway.identifies - logins <= 1 and _said_last(world, words)
        await world.stop()
        world.gateway.refuses = 0
        await world.start()
        # A thread that was being opened when the bot ended is tried again a minute later.
        settled = await weathered(world, timedelta())
        found += counter.occurrence(threads=True)
        if not (told and settled):
            found.notes.append(f"{fault}: ended {ended}, told {told}, settled {settled}")
    return found


def _said_last(world: World, words: str) -> bool:
    """Whether the bot's last words name what to mend."""
    *_, last = (world.folder / "bot.log").read_text().strip().splitlines()
    return words in last


async def _answers(world: World, person: str) -> bool:
    """Whether somebody who asks, and asks again, is answered."""
    for _ in range(ASKED_AGAIN):
        if await world.say(world.channels[0], person, "next", within=1.0):
            return True
    return False
