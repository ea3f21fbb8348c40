"""A process with some of the shards plans and delivers for those, and leaves the others alone."""

import pytest

from bot.core.shards import Shards
from bot.jobs.deliver import Delivery
from bot.jobs.tick import Ticker
from bot.store import health
from bot.store.tables import PostState
from tests.conftest import DATABASES
from tests.makers import MONDAY
from tests.room import CATCH_UP, KEEP, Room

pytestmark = pytest.mark.databases(*DATABASES)
COUNT = 4


def server(shard: int) -> str:
    """Return the id of a server that Discord gives to a shard of four."""
    return str((1_000 * COUNT + shard) << 22)


def ticker(room: Room, shards: Shards) -> Ticker:
    """Make the ticker of a process that serves some shards."""
    delivery = Delivery(
        room.database, lambda: room.memory.catalog, [room.platform], room.clock, CATCH_UP, shards=shards
    )
    return Ticker(room.database, lambda: room.memory.catalog, delivery, room.clock, CATCH_UP, KEEP)


async def states(room: Room, groups: list[int]) -> list[str]:
    """Read what became of the first post of each group; "" where none is planned."""
    found = [await room.posts(group) for group in groups]
    return [posts[0].state if posts else "" for posts in found]


async def test_only_its_own_groups_are_planned_and_posted(room: Room) -> None:
    """One of two processes plans, posts and opens threads for its shards; the other finds the rest untouched."""
    groups = [await room.group(workspace=server(shard), channel=f"9{shard}") for shard in range(COUNT)]
    room.clock.now = MONDAY
    await ticker(room, Shards(1, 2, COUNT)).tick()
    assert await states(room, groups) == ["", PostState.SENT, PostState.SENT, ""]
    assert len(room.platform.threads) == 2
    await ticker(room, Shards(3, 3, COUNT)).tick()
    assert await states(room, groups) == ["", PostState.SENT, PostState.SENT, PostState.SENT]
    await room.ticker.tick()
    assert await states(room, groups) == [PostState.SENT] * COUNT
    assert room.platform.sends() == COUNT + 1  # and the group of the room itself


async def test_what_another_has_planned_is_not_taken(room: Room) -> None:
    """A post in the queue is claimed by the process of its shard only, one that is asked for as well."""
    group = await room.group(workspace=server(2), channel="92")
    room.clock.now = MONDAY
    await room.ticker.plan()
    (post,) = await room.posts(group)
    stranger = ticker(room, Shards(0, 1, COUNT)).delivery
    await stranger.run()
    assert await stranger.run(only=post.id) == 0
    assert await states(room, [group]) == [PostState.DUE]
    assert await ticker(room, Shards(2, 3, COUNT)).delivery.run(only=post.id) == 1


async def test_workspaces_without_shards_are_the_first_ones(room: Room) -> None:
    """Where ids are no numbers, as on other platforms, whoever has shard 0 serves the group."""
    group = await room.group(workspace="T012AB3C4", channel="9")
    room.clock.now = MONDAY
    await ticker(room, Shards(1, 3, COUNT)).tick()
    assert await states(room, [group]) == [""]
    await ticker(room, Shards(0, 0, COUNT)).tick()
    assert await states(room, [group]) == [PostState.SENT]


async def test_each_process_has_a_heart_of_its_own(room: Room) -> None:
    """One that ticks on does not hide that another one has stopped."""
    shards = Shards(1, 2, COUNT)
    await ticker(room, shards).tick()
    assert await room.database.read(lambda s: health.heartbeat(s, shards)) == room.clock()
    assert await room.database.read(lambda s: health.heartbeat(s, Shards(0, 0, COUNT))) is None
    assert await room.database.read(health.heartbeat) is None
    assert health.look(room.url, shards).heartbeat == room.clock()
