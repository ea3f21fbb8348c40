"""How a plan ends: its last reminder says so, to everybody, and an organizer can begin it again."""

from datetime import timedelta

import pytest

from bot.commands.post_texts import CLOSING
from bot.store.tables import Group, GroupState, PostState
from tests.conftest import DATABASES
from tests.jobs.test_nudging import ALICE, say, until
from tests.makers import MONDAY
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)
WEEK, THURSDAY = timedelta(weeks=1), timedelta(days=3, hours=1)


async def last_week(room: Room) -> None:
    """Let four weeks pass, up to the day after the last prompt."""
    for week in range(4):
        for time in (timedelta(hours=1), THURSDAY if week < 3 else timedelta(days=1)):
            await until(room, MONDAY + week * WEEK + time)


def closings(room: Room) -> list[str]:
    """The titles of posts that say that the plan ends."""
    return [
        message.reply.title
        for _, _, message, _ in room.platform.visible
        if CLOSING in [field.title for field in message.reply.fields]
    ]


async def test_the_last_reminder_says_that_the_plan_ends_and_what_comes_next(room: Room) -> None:
    """One post says it, once, and it is the reminder of the last week, as /status showed it."""
    await say(room, ALICE, "join")
    await last_week(room)
    assert CLOSING in repr(await room.say("status"))
    assert closings(room) == []
    await until(room, MONDAY + 3 * WEEK + THURSDAY)
    assert closings(room) == ["Terraform: 4 days left"]
    await until(room, MONDAY + 6 * WEEK)
    assert len(room.platform.titles()) == 8


async def test_who_is_through_hears_it_too(room: Room) -> None:
    """Where nobody has anything left the other reminders are spared; the last one comes, and lists nothing to do."""
    await say(room, ALICE, "join")
    await last_week(room)
    await say(room, ALICE, "done", item="terraform")
    assert "left out" not in repr(await room.say("status"))
    await until(room, MONDAY + 3 * WEEK + THURSDAY)
    assert closings(room) == ["Terraform: nobody has anything left"]
    assert [field.title for field in room.platform.visible[-1][2].reply.fields] == [CLOSING]


async def test_a_plan_that_has_ended_begins_again_once(room: Room) -> None:
    """The first topic comes at the next time, records stay, and a second click changes nothing."""
    await say(room, ALICE, "join")
    await last_week(room)
    await say(room, ALICE, "done", item="terraform")
    assert (await room.say("resume", again=1)).title == "The group is running already"
    await until(room, MONDAY + 4 * WEEK + timedelta(hours=1))
    before = room.platform.titles()
    assert (await room.say("resume", again=1)).title == "The plan begins again"
    await until(room, MONDAY + 5 * WEEK + timedelta(hours=1))
    assert (await room.say("resume", again=1)).title == "The group is running already"
    await until(room, MONDAY + 5 * WEEK + timedelta(hours=2))
    assert room.platform.titles()[len(before) :] == ["Topic 1 of 4 · Python"]
    assert (await room.posts())[-1].state == PostState.SENT
    found = await room.database.read(lambda session: session.get(Group, room.group_id))
    assert found is not None
    assert found.step == 1


async def test_a_last_topic_that_came_after_its_reminder_is_closed_a_week_later(room: Room) -> None:
    """Asked for by /prompt once the week's reminder had gone by, it gets the words that close the plan all the same."""
    await room.say("schedule", reminder_day="tuesday")
    await until(room, MONDAY + 2 * WEEK + timedelta(days=2))
    await room.say("pause", until="2026-01-28")
    await until(room, MONDAY + 3 * WEEK + timedelta(days=2))
    await room.say("prompt")
    assert CLOSING in repr(await room.say("status"))
    await until(room, MONDAY + 4 * WEEK + timedelta(hours=1))
    assert closings(room) == []
    assert CLOSING in repr(await room.say("status"))
    await until(room, MONDAY + 8 * WEEK)
    assert closings(room) == ["Terraform: 6 days left"]
    assert (await room.the_group()).state == GroupState.FINISHED
    assert room.platform.titles()[-2:] == ["Topic 4 of 4 · Terraform", "Terraform: 6 days left"]


async def test_a_last_topic_that_is_asked_for_early_is_closed_once(room: Room) -> None:
    """A reminder that is due before the week of that topic has begun is none of its; the next one closes the plan."""
    await room.say("schedule", day="thursday", reminder_day="wednesday")
    await until(room, MONDAY + 2 * WEEK + timedelta(days=4))
    await room.say("pause", until="1 week")
    await until(room, MONDAY + 4 * WEEK)
    await room.say("prompt")
    assert [post.step for post in await room.prompts()] == [1, 2, 3, 4]
    await until(room, MONDAY + 8 * WEEK)
    assert closings(room) == ["Terraform: 1 day left"]


async def test_the_last_reminder_may_come_late(room: Room) -> None:
    """After a short outage it comes although the next topic's time has passed too: there is no next topic."""
    await room.say("schedule", reminder_day="sunday")
    await until(room, MONDAY + 4 * WEEK - timedelta(days=2))
    assert closings(room) == []
    room.clock.now = MONDAY + 4 * WEEK + timedelta(hours=1)
    await room.tick()
    assert closings(room) == ["Terraform: 7 days left"]
