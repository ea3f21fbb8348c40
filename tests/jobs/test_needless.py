"""The channel's reminder is for those who have something left; where there are none it is left out, and not missed."""

from datetime import timedelta

import pytest

from bot.jobs.against import NOBODY_LEFT
from bot.store.tables import Post, PostState
from tests.conftest import DATABASES
from tests.jobs.test_nudging import ALICE, BOB, REMINDER, say, until
from tests.makers import MONDAY
from tests.room import Lost, Room

pytestmark = pytest.mark.databases(*DATABASES)
LEFT_OVER = "Python: 4 days left"


async def reminder(room: Room) -> Post:
    """What became of the first week's reminder, after a day in which it could come."""
    for moment in (REMINDER, REMINDER + timedelta(days=1)):
        await until(room, moment)
    return (await room.posts())[1]


async def joined(room: Room, *people: str) -> None:
    """Let people join, and the first prompt come."""
    for who in people:
        await say(room, who, "join")
    await until(room, MONDAY + timedelta(hours=1))


@pytest.mark.parametrize(
    "last", [("done", "item", "python"), ("skip", "item", "python"), ("away", "until", "2 weeks")]
)
async def test_nobody_is_reminded_where_nobody_has_anything_left(
    room: Room, last: tuple[str, str, str]
) -> None:
    """Everybody has done the topic, left it out or is away: no reminder, an outcome of its own, and no miss."""
    outcomes: list[tuple[str, str]] = []
    room.delivery.measure = lambda kind, outcome, _late: outcomes.append((kind, outcome))
    await joined(room, ALICE, BOB)
    await say(room, ALICE, "done", item="python")
    await say(room, BOB, last[0], **{last[1]: last[2]})
    preview = next(f for f in (await room.say("status")).fields if "Preview of the reminder" in f.title)
    assert preview.text.startswith("It would be left out as things are")
    found = await reminder(room)
    assert (found.state, found.reason, found.try_at) == (PostState.NEEDLESS, NOBODY_LEFT, None)
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]
    assert [outcome for kind, outcome in outcomes if kind == "reminder"] == ["needless"]
    said = repr(await room.say("status"))
    assert f"not needed. {NOBODY_LEFT}" in said
    assert "missed" not in said


async def test_one_who_has_something_left_is_enough(room: Room) -> None:
    """One member with something left of the topic, and the reminder comes, for everybody as always."""
    await joined(room, ALICE, BOB)
    await say(room, ALICE, "done", item="python")
    assert (await reminder(room)).state == PostState.SENT
    assert LEFT_OVER in room.platform.titles()


async def test_who_left_counts_no_more(room: Room) -> None:
    """Somebody who has left the group needs no reminder."""
    await joined(room, ALICE, BOB)
    await say(room, ALICE, "done", item="python")
    await say(room, BOB, "leave")
    assert (await reminder(room)).state == PostState.NEEDLESS


async def test_a_group_that_nobody_joined_keeps_its_reminder(room: Room) -> None:
    """Where nobody has joined yet it is an invitation."""
    await joined(room)
    assert (await reminder(room)).state == PostState.SENT
    assert LEFT_OVER in room.platform.titles()


@pytest.mark.parametrize(
    "zone, state", [("Asia/Tokyo", PostState.SENT), ("Pacific/Honolulu", PostState.NEEDLESS)]
)
async def test_away_goes_by_the_members_own_calendar(room: Room, zone: str, state: PostState) -> None:
    """Back on Thursday: in Tokyo that has begun when the group's reminder is due, in Honolulu it has not."""
    await joined(room, ALICE)
    await say(room, ALICE, "preferences", timezone=zone)
    await say(room, ALICE, "away", until="2026-01-08")
    assert (await reminder(room)).state == state


async def test_what_may_be_there_already_is_not_called_needless(room: Room) -> None:
    """The answer to the reminder is lost, and then everybody finishes: the message that stands there is on record."""
    await joined(room, ALICE)
    room.platform.fail("send", Lost(taken=True))
    await until(room, REMINDER)
    await say(room, ALICE, "done", item="python")
    await room.tick(minutes=1)
    await room.tick(minutes=1)
    assert (await room.posts())[1].state == PostState.SENT
    assert room.platform.titles().count(LEFT_OVER) == 1


async def test_what_never_arrived_may_be_needless(room: Room) -> None:
    """The reminder was lost on the way; after the nonce the channel is read, and what is not there is not needed."""
    await joined(room, ALICE)
    room.platform.fail("send", Lost(taken=False))
    await until(room, REMINDER)
    await say(room, ALICE, "done", item="python")
    await room.tick(hours=1)
    assert (await room.posts())[1].state == PostState.NEEDLESS
    assert LEFT_OVER not in room.platform.titles()
