"""A board in a channel: edited in place, at most once a minute, and posted again by nobody but an organizer."""

import re
from datetime import timedelta

import pytest

from bot.core.platform import Held, TryLater, Unsure
from bot.store.tables import PostKind, PostState
from tests.conftest import DATABASES
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)


def shown(room: Room) -> str:
    """What people read on the board."""
    boards = [
        message.reply for _, _, message, _ in room.platform.visible if message.reply.title.startswith("🏆")
    ]
    return "\n".join([boards[-1].text, *(field.text for field in boards[-1].fields)])


def edits(room: Room) -> int:
    """Count the attempts to edit."""
    return sum(call == "edit" for call, _ in room.platform.calls)


async def posted(room: Room) -> None:
    """Post the board, and let the minute go by in which it is first looked at."""
    assert (await room.say("board here")).title == "Posted 📌"
    await room.tick(minutes=2)


async def minute(room: Room) -> None:
    """Let a minute pass: a tick takes in what has changed, and one soon after it edits."""
    await room.tick(minutes=1)
    await room.tick(seconds=5)


async def record(room: Room, item: str) -> None:
    """Let olivia record something."""
    assert (await room.say("done", item=item)).title.startswith("Recorded")


async def total(room: Room) -> str:
    """What olivia has in all, as her own board says it."""
    found = re.search(r"\d+ points", (await room.say("leaderboard")).text)
    assert found is not None
    return found[0]


async def test_a_board_follows_what_is_recorded(room: Room) -> None:
    """After a mark and after its undoing the same message says what the board does."""
    await posted(room)
    assert "Nobody has points yet" in shown(room)
    await record(room, "docker")
    await minute(room)
    assert "🥇 olivia · 6 points" in shown(room)
    await room.say("undo")
    await minute(room)
    assert "Nobody has points yet" in shown(room)
    assert [title for title in room.platform.titles() if title.startswith("🏆")] == ["🏆 MLOPS"]


async def test_it_is_edited_at_most_once_a_minute(room: Room) -> None:
    """However much is recorded, a minute sees one edit, and the last one says everything."""
    await posted(room)
    before = edits(room)
    for item in ("docker-a", "docker-b", "python-a", "python-b"):
        await record(room, item)
        for _ in range(3):
            await room.tick(seconds=5)
    assert edits(room) - before == 1
    assert await total(room) in shown(room)
    await record(room, "kubernetes")
    await room.tick(seconds=30)
    assert edits(room) - before == 1
    await minute(room)
    assert edits(room) - before == 2
    assert await total(room) in shown(room)


async def test_nothing_is_edited_where_nothing_changed(room: Room) -> None:
    """Days without a mark cost no request, but the new week shows itself."""
    await posted(room)
    await record(room, "docker")
    await minute(room)
    before = edits(room)
    await room.days(1)
    assert edits(room) == before
    await room.days(6)
    assert edits(room) == before + 1
    assert "The first `/done` of the week stands here" in shown(room)


async def test_a_restart_finds_it_again(room: Room) -> None:
    """What was recorded while no tick came is shown after the next start, in the same message."""
    await posted(room)
    await record(room, "docker")
    room.memory.news.take()
    room.restart_ticker()
    await minute(room)
    assert "6 points" in shown(room)


async def test_a_deleted_board_stays_deleted(room: Room) -> None:
    """Whoever deletes the message has it gone: /status says so, and only /board here posts it anew."""
    await posted(room)
    room.platform.visible = [v for v in room.platform.visible if not v[2].reply.title.startswith("🏆")]
    await record(room, "docker")
    await minute(room)
    before = edits(room)
    await room.days(8)
    assert edits(room) == before
    assert not any(title.startswith("🏆") for title in room.platform.titles())
    status = await room.say("status")
    assert "was deleted, and stays so" in next(f.text for f in status.fields if f.title == "The board")
    assert (await room.say("board here")).title == "Posted 📌"
    await room.tick(minutes=2)
    assert "6 points" in shown(room)
    await record(room, "python")
    await minute(room)
    assert await total(room) in shown(room)


async def test_a_second_board_is_asked_for_twice(room: Room) -> None:
    """With one in the channel the answer links it; posted anew, the old one is left as it is."""
    await posted(room)
    answer = await room.say("board here")
    assert answer.title == "The board is there already"
    (again,) = answer.buttons
    assert (await room.say("board here", **again.args)).title == "Posted 📌"
    assert (await room.say("board here", **again.args)).title == "That was asked for already"
    assert len([title for title in room.platform.titles() if title.startswith("🏆")]) == 2
    await room.tick(minutes=2)
    await record(room, "docker")
    await minute(room)
    old, new = (m.reply for _, _, m, _ in room.platform.visible if m.reply.title.startswith("🏆"))
    assert "6 points" in str(new.fields)
    assert "6 points" not in str(old.fields)


@pytest.mark.parametrize(
    "fault", [TryLater("Wait.", 90), Unsure("Lost."), Held("No permission."), RuntimeError("a fault of ours")]
)
async def test_what_fails_is_tried_again(room: Room, fault: Exception) -> None:
    """A refusal, a lost answer and a fault of ours put the edit off and cost nothing else; /status tells a hold."""
    await posted(room)
    room.platform.fail("edit", fault)
    await record(room, "docker")
    await minute(room)
    assert "6 points" not in shown(room)
    (board,) = await room.posts(kind=PostKind.BOARD)
    held = isinstance(fault, Held)
    assert (board.state == PostState.HELD) == held
    status = await room.say("status")
    assert ("No permission" in str(status.fields)) == held
    await room.tick(minutes=61)
    assert "6 points" in shown(room)
    (board,) = await room.posts(kind=PostKind.BOARD)
    assert (board.state, board.reason) == (PostState.SENT, "")


async def test_a_channel_that_is_gone_is_left_alone(room: Room) -> None:
    """Where the channel itself is gone nothing is tried again."""
    await posted(room)
    room.platform.fail("edit", Held("The channel is gone.", gone=True))
    await record(room, "docker")
    await minute(room)
    before = edits(room)
    await room.tick(hours=2)
    assert edits(room) == before


async def test_a_board_that_can_not_be_posted_is_held(room: Room) -> None:
    """Like any post: held with its reason, said to the organizer, and tried again with a button."""
    room.platform.fail("send", Held("No permission."))
    answer = await room.say("board here")
    assert answer.title == "Not posted yet"
    assert "No permission" in answer.text
    (again,) = answer.buttons
    assert (await room.say(again.command, **again.args)).title == "Posted 📌"


async def test_a_mark_while_it_is_edited_is_not_lost(room: Room) -> None:
    """What changes between reading a board and having edited it is shown by the next edit."""
    await posted(room)
    await record(room, "docker")
    edit = room.platform.edit

    async def slow(*args: object) -> None:
        await edit(*args)  # type: ignore[arg-type]
        room.platform.edit = edit  # type: ignore[method-assign]
        await record(room, "python")
        await room.ticker._plan_all()

    room.platform.edit = slow  # type: ignore[method-assign, assignment]
    await minute(room)
    assert "6 points" in shown(room)
    await room.tick(minutes=1, seconds=5)
    assert await total(room) in shown(room)


async def test_who_is_erased_vanishes_from_it(room: Room) -> None:
    """After /mydata delete the board's message does not name the person any more."""
    await posted(room)
    await record(room, "docker")
    await minute(room)
    asked = int(room.clock().timestamp())
    assert (await room.say("mydata delete", asked=asked)).title.startswith("Everything about you")
    await minute(room)
    assert "olivia" not in shown(room)


async def test_its_next_look_is_known_beforehand(room: Room) -> None:
    """A board that follows what is recorded sleeps until the group's next week."""
    await posted(room)
    (board,) = await room.posts(kind=PostKind.BOARD)
    assert board.edit_at is not None
    assert board.edit_at - room.clock() > timedelta(days=6)
