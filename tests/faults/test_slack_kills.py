"""kill -9 on Slack, shown by real processes over real sockets."""

import asyncio
import random
from pathlib import Path

from tests.faults.count import Count
from tests.faults.kills import AFTER_NONCE, DONE_NOT_ANSWERED, MARKS, POINTS_OF_DEATH, kill_rounds
from tests.faults.process import Nursery
from tests.faults.slack import slack_world

WORLDS, GROUPS = 7, 3


async def test_a_kill_at_any_point_doubles_and_loses_nothing_on_slack(
    tmp_path: Path, nursery: Nursery
) -> None:
    """Killed anywhere around claim, send, commit and thread: one post each, and every mark kept once (scenario 1)."""

    async def rounds(number: int) -> dict[str, Count]:
        points = POINTS_OF_DEATH[number::WORLDS]
        async with slack_world(tmp_path / str(number), nursery, GROUPS) as found:
            return await kill_rounds(found, points, random.Random(number))

    done = await asyncio.gather(*map(rounds, range(WORLDS)))
    marks = sum((counts.pop(MARKS) for counts in done), Count())
    counts = {point: count for counts in done for point, count in counts.items()}
    assert set(counts) == set(POINTS_OF_DEATH)
    assert {point: count for point, count in counts.items() if not count.good()} == {}
    assert [note for count in counts.values() for note in count.notes] == []
    assert 0 < marks.answered == marks.kept
    assert marks.marks_doubled == 0


async def test_the_rig_sees_a_missing_look_on_slack(tmp_path: Path, nursery: Nursery) -> None:
    """Without the look into the history a kill makes a second post on Slack, and it is counted."""
    async with slack_world(tmp_path, nursery, 1, without="history") as found:
        counts = await kill_rounds(found, [DONE_NOT_ANSWERED], random.Random(1), [AFTER_NONCE])
    assert counts[DONE_NOT_ANSWERED].doubled > 0
