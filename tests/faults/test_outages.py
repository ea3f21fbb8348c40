"""Discord's API fails in every way it can, over real sockets; `make faults` does the same twenty times each."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.count import Count
from tests.faults.kills import MONDAY, THURSDAY
from tests.faults.outages import FAULTS, LATER, LIMIT, SHORTLY, Name, outage, phases
from tests.faults.process import Nursery
from tests.faults.script import Act, Asked, When, cloudflare, fails, limited, slow
from tests.faults.world import World, world


def sent(found: World, asked: Asked) -> int:
    """Count the requests of a kind."""
    return sum(what is asked for what, _ in found.discord.asked)


async def due(found: World, *acts: Act) -> None:
    """Set groups up and let it be Monday, with something wrong in the first channel."""
    await found.start()
    await found.set_up()
    found.discord.script.plan(Asked.MESSAGE, found.channels[0], *acts)
    found.move_to(found.next_time(MONDAY))


async def test_a_fault_before_during_or_after_the_work_doubles_and_loses_nothing(
    tmp_path: Path, nursery: Nursery
) -> None:
    """429s, server errors, broken connections and late answers, in each phase: one post each (scenario 13)."""
    names = phases(list(FAULTS))

    async def one(pause: timedelta) -> dict[Name, Count]:
        async with world(tmp_path / str(pause), nursery, len(names), limit=LIMIT) as found:
            counts = await outage(found, names, random.Random(1), [pause])
            assert found.discord.script.used >= len(names)
            return counts

    for counts in await asyncio.gather(one(SHORTLY), one(LATER)):
        assert {name: count for name, count in counts.items() if not count.good() or count.notes} == {}


async def test_the_rig_sees_a_repeat_behind_the_queues_back(tmp_path: Path, nursery: Nursery) -> None:
    """Where discord.py repeats a post by itself and the repeat is refused, a second post is made, and counted."""
    names = [("429 for 1,337 s", When.DURING)]
    async with world(tmp_path, nursery, 6, without="first answer") as found:
        counts = await outage(found, names, random.Random(1), [LATER])
    assert sum(count.doubled for count in counts.values()) > 0


async def test_a_long_limit_on_one_channel_delays_no_other(tmp_path: Path, nursery: Nursery) -> None:
    """1,337 s on one channel: the others get their posts at once, and that one is left alone so long (scenario 12)."""
    async with world(tmp_path, nursery, 20) as found:
        await due(found, limited(1337))
        assert await found.until(lambda: found.waiting() == 1, 10)
        assert found.discord.posts(found.channels[0]) == []
        found.clock.forward(seconds=1250)
        tried = sent(found, Asked.MESSAGE)
        found.clock.forward(seconds=100)
        assert await found.settled(10)
        assert sent(found, Asked.MESSAGE) == tried + 1


async def test_a_channel_that_does_not_answer_stops_neither_planning_nor_sending(
    tmp_path: Path, nursery: Nursery
) -> None:
    """While one post waits for its answer, what comes due for the other groups is planned and sent."""
    async with world(tmp_path, nursery, 5) as found:
        await due(found, slow(25, When.BEFORE))
        assert await found.until(lambda: found.waiting() == 1, 10)
        found.move_to(found.next_time(THURSDAY))
        others = found.channels[1:]
        assert await found.until(lambda: all(len(found.discord.posts(c)) == 2 for c in others), 10)
        assert found.discord.posts(found.channels[0]) == []


async def test_a_refusal_by_cloudflare_stops_all_posts(tmp_path: Path, nursery: Nursery) -> None:
    """Cloudflare's 429 is for the whole bot: nothing more is sent until its time is over (scenario 14)."""
    async with world(tmp_path, nursery, 60) as found:
        await due(found, cloudflare(60))
        assert await found.until(lambda: found.discord.script.used == 1)
        await asyncio.sleep(0.5)
        before = sent(found, Asked.MESSAGE)
        found.clock.forward(seconds=20)
        await asyncio.sleep(2)
        assert sent(found, Asked.MESSAGE) == before < len(found.channels)


async def test_an_unreadable_history_holds_the_post_and_says_so_once(
    tmp_path: Path, nursery: Nursery
) -> None:
    """Nobody knows and nobody can look: nothing is sent again, and the organizer gets one message."""
    async with world(tmp_path, nursery, 1) as found:
        channel = found.channels[0]
        found.discord.unreadable.add(channel)
        await due(found, fails(503, When.AFTER))
        assert await found.until(lambda: found.discord.script.used == 1)
        found.clock.forward(minutes=4)
        state = "SELECT state FROM post"
        assert await found.until(lambda: found.rows(state) == [("held",)])
        found.clock.forward(minutes=11)
        await found.quiet(1.1)
        assert found.rows(state) == [("held",)]
        assert len(found.discord.posts(channel)) == 1
        assert len(found.discord.told()) == 1


@pytest.mark.parametrize("phase", When)
async def test_a_recorded_mark_is_kept_when_its_answer_is_lost(
    tmp_path: Path, nursery: Nursery, phase: When
) -> None:
    """The answer does not get through: the mark is there, and /done again changes nothing (scenario 15)."""
    async with world(tmp_path, nursery, 1) as found:
        await found.start()
        await found.set_up()
        found.discord.script.plan(Asked.ANSWER, "", fails(503, phase))
        await found.say(found.channels[0], "5", "done", within=1.0, item="docker")
        again = await found.say(found.channels[0], "5", "done", item="docker")
        assert again is not None
        assert again["embeds"][0]["title"].startswith("Already recorded")
        assert found.rows("SELECT count(*) FROM mark") == [(1,)]


async def test_no_time_passes_while_a_request_is_in_discords_hands(tmp_path: Path, nursery: Nursery) -> None:
    """The rig moves its clock when all is done: else a repeat could come later than any nonce is known."""
    async with world(tmp_path, nursery, 1, limit=0.2) as found:
        await due(found, slow(1.5, When.AFTER))
        assert await found.until(lambda: found.discord.underway == 1)
        await found.quiet(0.1)
        assert found.discord.underway == 0
