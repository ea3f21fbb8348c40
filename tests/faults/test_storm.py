"""Many groups due at once, and a Discord that counts; `make faults` does the same with a thousand or ten thousand."""

import random
from pathlib import Path

from tests.faults.process import Nursery
from tests.faults.storm import LEAST_PER_SECOND, MOST_PER_SECOND, storm
from tests.faults.world import world


async def test_a_storm_is_spread_below_the_limit(tmp_path: Path, nursery: Nursery) -> None:
    """Posts and threads go out at 45 to 50 a second, nobody is refused, and /next does not wait (scenario 32)."""
    async with world(tmp_path, nursery, 80) as found:
        measured = await storm(found, random.Random(1))
    assert measured.count.good()
    assert measured.refused == 0
    assert measured.per_second >= LEAST_PER_SECOND
    assert measured.most_in_a_second <= MOST_PER_SECOND
    assert measured.next_p50 < 0.2
