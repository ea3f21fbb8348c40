"""Four real processes on one database: every post once, whoever dies."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.core.shards import ALL, Shards
from bot.store.queue import LEASE
from tests.makers import MONDAY
from tests.sharding.crowd import QUARTERS, Crowd

pytestmark = pytest.mark.databases("postgresql")
GROUPS = 160
LATER = MONDAY + LEASE + timedelta(seconds=1)


@pytest.fixture
def crowd(url: str) -> Iterator[Crowd]:
    """Groups that are all due."""
    found = Crowd(url, GROUPS)
    found.gather()
    return found


async def test_four_processes_post_everything_once(crowd: Crowd) -> None:
    """All due at once, nothing is doubled, nothing lost, and each process serves its own shards only."""
    assert await crowd.serve(*QUARTERS) == [0, 0, 0, 0]
    assert crowd.one("SELECT count(*) FROM seen") == GROUPS
    assert crowd.one("SELECT max(sends) FROM seen") == 1
    assert crowd.one("SELECT count(*) FROM thread WHERE opened = 1") == GROUPS
    assert crowd.rows("SELECT DISTINCT state FROM post") == [("sent",)]
    assert crowd.strays() == []
    assert len(crowd.rows("SELECT DISTINCT by FROM seen")) == len(QUARTERS)


@pytest.mark.parametrize(
    "heir", [QUARTERS[0], Shards(0, 7, 16)], ids=["itself", "a neighbour with more shards"]
)
async def test_the_groups_of_a_killed_process_go_on(crowd: Crowd, heir: Shards) -> None:
    """One is killed after some sends: the others are not disturbed, and its groups go on with whoever takes them."""
    codes = await crowd.serve(*QUARTERS, life=10)
    assert codes == [-signal.SIGKILL, 0, 0, 0]
    seen = crowd.one("SELECT count(*) FROM seen")
    assert seen < GROUPS
    assert crowd.one("SELECT count(*) FROM seen WHERE by <> '0-3/16'") == crowd.one(
        "SELECT count(*) FROM workspace WHERE mod(shard_key, 16) > 3"
    )
    assert await crowd.serve(heir, now=LATER) == [0]
    assert crowd.one("SELECT count(*) FROM seen") == GROUPS
    assert crowd.one("SELECT count(*) FROM thread WHERE opened = 1") == GROUPS
    assert crowd.rows("SELECT DISTINCT state FROM post") == [("sent",)]
    assert crowd.strays() == []


async def test_two_with_the_same_shards_post_nothing_twice(crowd: Crowd) -> None:
    """Of two processes with the same shards the second is refused or comes after the first: all is posted once."""
    codes = await asyncio.gather(crowd.serve(ALL), crowd.serve(ALL, now=MONDAY))
    assert crowd.one("SELECT count(*) FROM seen WHERE sends = 1") == GROUPS
    assert [0] in codes
