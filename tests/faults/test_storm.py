"""Many groups due at once, and a Discord that counts; `make faults` measures it with a thousand or ten thousand."""

import random
from pathlib import Path

from tests.faults.process import Nursery
from tests.faults.storm import MOST_PER_SECOND, storm
from tests.faults.world import world

GROUPS = 80
HARDLY_ANY = 5
"""A machine that is busy with other tests lets requests arrive in bunches now and then."""


async def test_a_storm_is_spread_below_the_limit(tmp_path: Path, nursery: Nursery) -> None:
    """Posts and threads go out below 50 a second, each once, and /next does not wait for them (scenario 32)."""
    async with world(tmp_path, nursery, GROUPS) as found:
        measured = await storm(found, random.Random(1))
    assert measured.count.good()
    assert measured.refused <= HARDLY_ANY
    assert measured.per_second <= MOST_PER_SECOND
    assert measured.next_p50 < 0.2


async def test_the_rig_sees_a_storm_without_a_pace(tmp_path: Path, nursery: Nursery) -> None:
    """Without the even pace Discord has to refuse, and it is counted."""
    async with world(tmp_path, nursery, GROUPS, without="pace") as found:
        measured = await storm(found, random.Random(1), within=2.0)
    assert measured.refused > HARDLY_ANY
