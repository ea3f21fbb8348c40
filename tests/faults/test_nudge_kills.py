"""kill -9 around what is for one member alone, shown by real processes over real sockets."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.count import Count
from tests.faults.privately import NOT_ANSWERED, NUDGES, ROLES, nudge_rounds, role_rounds
from tests.faults.process import Nursery
from tests.faults.world import World, world

GROUPS = 2
Rounds = Callable[[World, Sequence[str], random.Random], Coroutine[Any, Any, dict[str, Count]]]


async def _counts(folder: Path, nursery: Nursery, rounds: Rounds, points: Sequence[str]) -> dict[str, Count]:
    async with world(folder, nursery, GROUPS) as found:
        return await rounds(found, points, random.Random(1))


@pytest.mark.parametrize("rounds, points", [(nudge_rounds, NUDGES), (role_rounds, ROLES)])
async def test_a_kill_doubles_and_loses_nothing_of_a_members_own(
    tmp_path: Path, nursery: Nursery, rounds: Rounds, points: dict[str, Any]
) -> None:
    """Killed around planning, claim, call and commit: one private reminder for each, and each role as the marks say."""
    half = list(points)[::2], list(points)[1::2]
    both = await asyncio.gather(
        *(_counts(tmp_path / str(n), nursery, rounds, part) for n, part in enumerate(half))
    )
    counts = both[0] | both[1]
    assert set(counts) == set(points)
    assert {point: count for point, count in counts.items() if not count.good()} == {}
    assert [note for count in counts.values() for note in count.notes] == []


async def test_the_rig_sees_a_missing_look(tmp_path: Path, nursery: Nursery) -> None:
    """Without the look into the history a kill makes a second private reminder, and it is counted."""
    async with world(tmp_path, nursery, 1, without="history") as found:
        counts = await nudge_rounds(found, [NOT_ANSWERED], random.Random(1))
    assert counts[NOT_ANSWERED].doubled > 0
