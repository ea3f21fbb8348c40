"""Where the bot is: told once, and on record in the end."""

import asyncio

import pytest

from bot.jobs import presence
from bot.jobs.presence import Presence
from bot.store import workspaces
from bot.store.faults import Busy
from tests.room import Room


@pytest.fixture
def busy(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next two writes find the database busy."""
    write, faults = room.database.write, [Busy("somebody writes"), Busy("somebody writes")]

    async def busy_at_first(*args: object, **kwargs: object) -> object:
        if faults:
            raise faults.pop()
        return await write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(room.database, "write", busy_at_first)
    monkeypatch.setattr(presence, "FIRST_PAUSE", 0.0)


async def left_at(room: Room) -> object:
    """When the bot was removed from the group's server."""
    found = await room.database.read(lambda s: workspaces.workspace(s, "discord", "1"))
    assert found is not None
    return found.left_at


@pytest.mark.usefixtures("busy")
async def test_a_removal_is_recorded_when_the_database_is_free_again(room: Room) -> None:
    """Discord says it once: what could not be saved is saved later, as of the moment it was said."""
    where, said_at = Presence(room.database, "discord", room.clock), room.clock()
    leaving = asyncio.create_task(where.left("1"))
    await asyncio.sleep(0)
    room.clock.forward(minutes=1)
    await leaving
    assert await left_at(room) == said_at


async def test_a_return_is_recorded_when_the_database_is_free_again(
    room: Room, request: pytest.FixtureRequest
) -> None:
    """The group's next time is there again, although the database was busy when the bot was invited back."""
    where = Presence(room.database, "discord", room.clock)
    await where.left("1")
    request.getfixturevalue("busy")
    assert await where.came({"1"}) == []
    assert await left_at(room) is None
    assert (await room.the_group()).next_due_at is not None


@pytest.mark.usefixtures("busy")
async def test_what_happened_last_counts(room: Room) -> None:
    """Removed and invited again while the database is busy: both are recorded in their order."""
    where = Presence(room.database, "discord", room.clock)
    await asyncio.gather(where.left("1"), where.came({"1"}))
    assert await left_at(room) is None
