"""kill -9, shown by real processes over real sockets; `make faults` does the same two hundred times."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.count import Count
from tests.faults.kills import (
    AFTER_NONCE,
    DONE_NOT_ANSWERED,
    MARKS,
    POINTS_OF_DEATH,
    WITHIN_NONCE,
    kill_rounds,
)
from tests.faults.process import Nursery
from tests.faults.world import world

WORLDS, GROUPS = 7, 3


async def test_a_kill_at_any_point_doubles_and_loses_nothing(tmp_path: Path, nursery: Nursery) -> None:
    """Killed anywhere around claim, send, commit and thread: one post each, and every mark kept once (scenario 1)."""

    async def rounds(number: int) -> dict[str, Count]:
        points = POINTS_OF_DEATH[number::WORLDS]
        async with world(tmp_path / str(number), nursery, GROUPS) as found:
            return await kill_rounds(found, points, random.Random(number))

    done = await asyncio.gather(*map(rounds, range(WORLDS)))
    marks = sum((counts.pop(MARKS) for counts in done), Count())
    counts = {point: count for counts in done for point, count in counts.items()}
    assert set(counts) == set(POINTS_OF_DEATH)
    assert {point: count for point, count in counts.items() if not count.good()} == {}
    assert [note for count in counts.values() for note in count.notes] == []
    assert 0 < marks.answered == marks.kept
    assert marks.marks_doubled == 0


@pytest.mark.parametrize(
    "without, away", [("nonce", WITHIN_NONCE), ("history", AFTER_NONCE), ("claim", AFTER_NONCE)]
)
async def test_the_rig_sees_a_missing_defence(
    tmp_path: Path, nursery: Nursery, without: str, away: timedelta
) -> None:
    """Without the nonce, the look into the history or the claim, a kill makes a second post, and it is counted."""
    async with world(tmp_path, nursery, 1, without=without) as found:
        counts = await kill_rounds(found, [DONE_NOT_ANSWERED], random.Random(1), [away])
    assert counts[DONE_NOT_ANSWERED].doubled > 0
