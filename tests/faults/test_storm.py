"""Many groups due at once, and a Discord that counts; `make faults` measures it with a thousand or ten thousand."""

import asyncio
import random
import time
from pathlib import Path

from tests.faults.process import Nursery
from tests.faults.storm import MOST_PER_SECOND, storm
from tests.faults.world import world

GROUPS = 80


async def stalling(every: float, seconds: float) -> None:
    """Hold up the loop of the loopback server now and then: what is sent meanwhile arrives in one bunch."""
    while True:
        await asyncio.sleep(every)
        time.sleep(seconds)  # noqa: ASYNC251 - that is the stall


async def test_a_storm_is_spread_below_the_limit(tmp_path: Path, nursery: Nursery) -> None:
    """Posts and threads go out below 50 a second, each once, and /next does not wait for them (scenario 32).

    Also where the way stalls for a third of a second now and then: none is refused.
    """
    async with world(tmp_path, nursery, GROUPS) as found:
        stall = asyncio.create_task(stalling(1.2, 0.35))
        measured = await storm(found, random.Random(1))
        stall.cancel()
    assert measured.count.good()
    assert measured.refused == 0
    assert measured.most_in_a_second <= MOST_PER_SECOND
    assert measured.next_p50 < 0.2


async def test_the_rig_sees_a_storm_without_a_pace(tmp_path: Path, nursery: Nursery) -> None:
    """Without the even pace Discord has to refuse, and it is counted."""
    async with world(tmp_path, nursery, GROUPS, without="pace") as found:
        measured = await storm(found, random.Random(1), within=2.0)
    assert measured.refused > 0
