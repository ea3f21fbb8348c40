"""Figures about everything, the same on every database."""

from datetime import timedelta

import pytest

from bot.store.counting import Counts, counts
from tests.conftest import DATABASES
from tests.makers import MONDAY
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)


async def test_what_waits_what_is_and_what_was_made(room: Room) -> None:
    """Posts that are due and nobody has are counted with the oldest's time, groups by state, marks by their number."""
    now = room.clock()
    nothing = Counts(0, None, {"active": 1, "paused": 0, "held": 0, "finished": 0}, 0)
    assert await room.database.read(lambda session: counts(session, now)) == nothing
    await room.say("done", item="python-a")
    await room.say("done", item="python-b")
    room.platform.is_ready = False
    await room.tick(minutes=3)
    paused = await room.group(channel="200")
    await room.change(paused, state="paused")
    now = room.clock()
    found = await room.database.read(lambda session: counts(session, now))
    assert found == Counts(1, MONDAY, {"active": 1, "paused": 1, "held": 0, "finished": 0}, 2)
    assert now - MONDAY == timedelta(minutes=2)
