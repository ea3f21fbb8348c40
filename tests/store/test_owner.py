"""A database under another bot posts nothing until it is taken over, and then nothing of what was before."""

from datetime import timedelta

import pytest

from bot.commands.posting import FOREIGN
from bot.core.errors import StartupError
from bot.core.platform import OWNER, STRANGER
from bot.core.shards import ALL, Shards
from bot.store import engines, owner
from bot.store.alone import alone
from bot.store.notes import Notes
from bot.store.owner import TAKEN_OVER
from bot.store.tables import PostState
from tests.conftest import DATABASES
from tests.makers import MONDAY
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)


@pytest.fixture
async def room(room: Room) -> Room:
    """A bot with one group, on the data of application 1."""
    await Notes(room.database).put(OWNER, "1")
    return room


async def foreign(room: Room) -> None:
    """Application 2 was started on it."""
    await Notes(room.database).put(STRANGER, "2")
    room.platform.is_ready = False


async def test_a_group_under_a_stranger_says_why_nothing_comes(room: Room) -> None:
    """/status and /prompt say what is wrong and who can mend it (scenario 48)."""
    await foreign(room)
    assert FOREIGN in (await room.say("status")).text
    assert (await room.say("prompt")).text == FOREIGN
    await Notes(room.database).put(STRANGER, "")
    assert FOREIGN not in (await room.say("status")).text


async def test_taking_over_posts_nothing_of_before(room: Room) -> None:
    """What waited is given up and its topic comes at the next time; nothing is posted for the time of the pause."""
    await foreign(room)
    room.clock.now = MONDAY
    await room.ticker.tick()
    room.clock.forward(hours=80)
    now = room.clock()
    assert await room.database.write(lambda session: owner.adopt(session, now)) == "2"
    room.platform.is_ready = True
    await room.ticker.tick()
    assert (room.platform.calls, [post.state for post in await room.posts()]) == ([], [PostState.MISSED])
    assert (await room.posts())[0].reason == TAKEN_OVER
    await room.days(4)
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]
    assert await room.database.read(owner.owner) == ("2", "")
    assert (room.clock() - MONDAY) < timedelta(days=8)


async def test_there_is_nothing_to_take_over_without_a_stranger(room: Room) -> None:
    """A database that nobody else was started on stays whose it is, with everything that waits."""
    room.platform.is_ready = False
    room.clock.now = MONDAY
    await room.ticker.tick()
    assert await room.database.write(lambda session: owner.adopt(session, MONDAY)) == ""
    assert [post.state for post in await room.posts()] == [PostState.DUE]


@pytest.mark.parametrize("shards", [ALL, Shards(4, 7, 16)], ids=str)
async def test_nothing_is_taken_over_under_a_running_bot(
    room: Room, shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a bot has the database, or a part of it, taking it over is refused by that bot's number."""
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", 0.05)
    await foreign(room)
    if room.url.startswith("sqlite"):
        shards = ALL
    with alone(room.url, shards), pytest.raises(StartupError, match=r"already: process \d+"):
        owner.take_over(room.url, MONDAY)
    assert await room.database.read(owner.owner) == ("1", "2")


async def test_a_database_is_taken_over_from_outside(room: Room) -> None:
    """The command line opens it by its address, and commits."""
    await foreign(room)
    assert owner.take_over(room.url, MONDAY) == "2"
    assert await room.database.read(owner.owner) == ("2", "")


async def test_a_group_that_is_not_due_keeps_its_time(room: Room) -> None:
    """Taking over moves no schedule that lies ahead."""
    await foreign(room)
    before = (await room.the_group()).next_due_at
    now = room.clock()
    await room.database.write(lambda session: owner.adopt(session, now))
    assert (await room.the_group()).next_due_at == before == MONDAY


async def test_a_board_of_the_bot_before_is_left_alone(room: Room) -> None:
    """No bot can edit another's message: after the take-over the board rests until an organizer asks for a new one."""
    await room.say("board here")
    await room.tick(minutes=2)
    await foreign(room)
    now, before = room.clock(), len(room.platform.calls)
    await room.database.write(lambda session: owner.adopt(session, now))
    room.platform.is_ready = True
    await room.say("done", item="docker")
    await room.days(8)
    assert not any(call == "edit" for call, _ in room.platform.calls[before:])
    status = await room.say("status")
    assert "the bot before" in next(field.text for field in status.fields if field.title == "The board")
    assert (await room.say("board here")).title == "Posted 📌"
