"""How a pause begins and ends, and what it leaves alone."""

from datetime import timedelta

import pytest

from bot.core.platform import Held
from bot.store.tables import GroupState, PostKind
from tests.conftest import DATABASES
from tests.jobs.test_nudging import until
from tests.makers import MONDAY
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def paused_for_a_week(room: Room) -> None:
    """Let a pause end on a Monday, in a group whose next post comes on Friday; it is Tuesday."""
    await until(room, MONDAY + HOUR)
    await room.say("schedule", day="friday", reminder_day="sunday")
    await room.say("pause", until="2026-01-12")
    await until(room, MONDAY + 8 * DAY + HOUR)


async def test_a_pause_is_over_on_its_day_and_not_with_the_next_post(room: Room) -> None:
    """Days before the next post is due, nobody is told any more that the group is paused until a day that is past."""
    await paused_for_a_week(room)
    said = await room.say("status")
    assert said.title == "Status · ▶️ running"
    assert "Paused" not in repr(said)
    found = await room.the_group()
    assert (found.state, found.next_due_at) == (GroupState.ACTIVE, MONDAY + 11 * DAY)


async def test_after_a_pause_a_day_that_has_passed_waits_for_the_next_week(room: Room) -> None:
    """Moving the day to yesterday posts nothing by surprise, just as in a group that was never paused."""
    await paused_for_a_week(room)
    before = room.platform.titles()
    said = await room.say("schedule", day="monday")
    assert "• Monday 19 January, 09:00: **Docker**" in said.fields[0].text
    await room.tick(minutes=1)
    assert room.platform.titles() == before


async def test_a_pause_leaves_a_board_that_waits_alone(room: Room) -> None:
    """A board belongs to no week: on hold for a missing permission, it comes once that is mended, paused or not."""
    room.platform.fail("send", Held("Roadmate is missing Send Messages in the channel."))
    await room.say("board here")
    await room.say("pause")
    assert "missed" not in repr(await room.say("status"))
    await room.tick(minutes=11)
    assert room.platform.titles() == ["🏆 MLOPS"]
    assert [post.kind for post in await room.posts()] == [PostKind.BOARD]
