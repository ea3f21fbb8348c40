"""Posts of a group in two channels: each channel gets its own, and none waits for or repeats what the other saw."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.platform import Held
from bot.store import workspaces
from bot.store.tables import Group, GroupState, PostState
from tests.conftest import DATABASES
from tests.sides import ALICE, CAROL, DISCORD, OLIVIA, SAM, SLACK, Sides

pytestmark = pytest.mark.databases(*DATABASES)

PYTHON, DOCKER, KUBERNETES = (
    f"Topic {n} of 4 · {title}" for n, title in enumerate(("Python", "Docker", "Kubernetes"), 1)
)
GONE = "The channel is gone. `/setup` moves the group."


@pytest.fixture
async def both(url: str) -> AsyncIterator[Sides]:
    """A group that lives on Discord and Slack, a minute before its first Monday at nine."""
    found = Sides(url)
    await found.room.open()
    await found.twin()
    yield found
    found.room.close()


async def states(both: Sides, row: int) -> list[tuple[int, str]]:
    """Read step and state of the prompts of a channel."""
    return [(post.step, post.state) for post in await both.room.prompts(row)]


async def twin_of(both: Sides) -> int:
    """Find the row of the second channel."""
    return max(await both.rows(Group.id))


async def test_each_channel_gets_its_own_prompt_and_reminder(both: Sides) -> None:
    """Each post is one row and one visible message a channel, with the counts and buttons of the one group."""
    await both.say(ALICE, "done", item="python")
    await both.say(CAROL, "done", item="python-a")
    await both.say(SAM, "join")
    await both.room.days(4)
    here, there = both.titles()
    assert here == there == [PYTHON, "Python: 4 days left"]
    reminders = [both.room.platform.visible[-1][2], both.slack.visible[-1][2]]
    counts = {m.reply.text.partition("\n")[0] for m in reminders}
    assert counts == {"2 have finished it, nobody is on the way."}
    assert {b.args["group"] for m in reminders for b in m.reply.buttons} == {both.room.group_id}
    assert len({m.mark for m in reminders}) == len({m.nonce for m in reminders}) == 2
    assert [m.workspace for m in reminders] == ["1", "T1"]
    assert len(both.room.platform.threads) == len(both.slack.threads) == 1


async def test_a_fault_of_one_channel_is_none_of_the_other(both: Sides) -> None:
    """What can't be posted in one channel waits there alone, and its organizer is told on their own platform."""
    both.slack.fail("send", Held("Roadmate is not in the channel."))
    await both.room.tick(minutes=2)
    assert both.titles() == ([PYTHON], [])
    assert [who for who, _ in both.slack.told] == ["T1.U7"]
    assert both.room.platform.told == []
    waiting = await both.say(SAM, "status")
    assert "on hold. Roadmate is not in the channel." in next(
        f.text for f in waiting.fields if f.title == "Latest posts"
    )
    await both.press(SAM, waiting, "Try again")
    assert both.titles() == ([PYTHON], [PYTHON])


@pytest.mark.parametrize("side", ["discord", "slack"])
async def test_a_channel_that_is_gone_stops_only_itself(both: Sides, side: str) -> None:
    """The group goes on in the other channel; where it is gone the organizer is told once, and it can come back."""
    platform, who, row = (
        (both.room.platform, OLIVIA, both.room.group_id)
        if side == "discord"
        else (both.slack, SAM, await twin_of(both))
    )
    platform.fail("send", Held(GONE, gone=True))
    await both.room.days(15)
    other = both.slack if side == "discord" else both.room.platform
    assert [t for t in (m.reply.title for _, _, m, _ in other.visible) if t.startswith("Topic")] == [
        *(PYTHON, DOCKER, KUBERNETES)
    ]
    assert platform.visible == []
    assert len(platform.told) == 1
    assert "The channel is gone." in next(
        f.text for f in (await both.say(who, "status")).fields if f.title == "This channel"
    )
    assert (await both.room.the_group()).state == GroupState.ACTIVE
    assert (await both.say(who, "resume")).title == "The group goes on"
    await both.say(who, "prompt")
    assert [m.reply.title for _, _, m, _ in platform.visible] == [KUBERNETES]
    assert (await states(both, row))[-1] == (3, PostState.SENT)


async def test_a_lost_channel_moves_to_another_one(both: Sides) -> None:
    """/setup in another channel of that side moves only this one of the group's channels."""
    both.slack.fail("send", Held(GONE, gone=True))
    await both.room.tick(minutes=2)
    moved = await both.press(SAM, await both.say(SAM, "setup", "C5"), "Move #study here", "C5")
    assert "Posts go to #study in **Server**, Discord and <#C5>" in moved.text
    await both.room.days(8)
    assert both.slack.titles("C5") == [t for t in both.room.platform.titles(DISCORD)[1:] if "Docker" in t]


@pytest.mark.parametrize("side", ["discord", "slack"])
async def test_a_topic_that_one_channel_saw_is_not_repeated(both: Sides, side: str) -> None:
    """A prompt that one channel never got is given up there; the plan goes on, because the other has seen it."""
    platform = both.room.platform if side == "discord" else both.slack
    platform.fail("send", *[Held("no permission")] * 2)
    await both.room.days(8)
    lists = [[t for t in titles if t.startswith("Topic")] for titles in both.titles()]
    assert sorted(lists) == [[PYTHON, DOCKER], [DOCKER]]
    assert (await both.room.the_group()).step == 2


async def test_a_topic_that_nobody_saw_comes_again(both: Sides) -> None:
    """When the prompt was posted in neither channel, the next week has the same topic in both."""
    for platform in (both.room.platform, both.slack):
        platform.fail("send", *[Held("no permission")] * 2)
    await both.room.days(8)
    assert [[t for t in titles if t.startswith("Topic")] for titles in both.titles()] == [[PYTHON], [PYTHON]]
    assert (await both.room.the_group()).step == 1


async def test_posts_too_late_everywhere_give_their_topic_to_the_next(both: Sides) -> None:
    """A prompt that was too late in one channel was seen in the other; too late in both, its topic comes next."""
    both.room.platform.is_ready = False
    await both.room.days(3)
    both.room.platform.is_ready = True
    await both.room.tick(hours=1)
    row = await twin_of(both)
    assert await states(both, both.room.group_id) == [(1, PostState.MISSED)]
    assert await states(both, row) == [(1, PostState.SENT)]
    assert (await both.room.the_group()).step == 1
    both.room.platform.is_ready = both.slack.is_ready = False
    await both.room.days(6)
    both.room.platform.is_ready = both.slack.is_ready = True
    await both.room.tick(hours=1)
    assert (await states(both, row))[-1] == (2, PostState.MISSED)
    assert (await both.room.the_group()).step == 1


async def test_prompt_posts_in_both(both: Sides) -> None:
    """/prompt from either channel posts the week's topic in both; once more, only in the channel that asks."""
    assert (await both.say(SAM, "prompt")).title == "Posted 📌"
    await both.room.tick(seconds=30)
    assert both.titles() == ([PYTHON], [PYTHON])
    there = await both.say(SAM, "prompt")
    assert there.title == "This week's topic is there already"
    assert "https://chat.example/T1/C1/" in there.text
    assert (await both.press(SAM, there, "Post again")).title == "Posted 📌"
    assert (await both.press(SAM, there, "Post again")).title == "That was asked for already"
    await both.room.tick(minutes=2)
    assert both.titles() == ([PYTHON], [PYTHON, PYTHON])
    assert (await both.room.the_group()).step == 1


async def test_a_channel_that_joins_in_the_middle_of_a_week_gets_its_topic_when_asked(both: Sides) -> None:
    """What was posted before a channel joined comes there with /prompt, and only there."""
    await both.room.tick(minutes=2)
    await both.twin(SAM, "C2")
    assert (await both.say(SAM, "prompt", "C2")).title == "Posted 📌"
    assert both.slack.titles("C2") == [PYTHON]
    assert both.titles() == ([PYTHON], [PYTHON])
    await both.room.days(7)
    assert [t for t in both.slack.titles("C2") if t.startswith("Topic")] == [PYTHON, DOCKER]


async def test_a_pause_gives_up_what_waits_in_both(both: Sides) -> None:
    """A pause takes back a prompt that no channel has seen, in all of them, and its topic comes after the pause."""
    for platform in (both.room.platform, both.slack):
        platform.is_ready = False
    await both.room.tick(minutes=2)
    await both.say(SAM, "pause")
    for platform in (both.room.platform, both.slack):
        platform.is_ready = True
    await both.room.days(8)
    assert both.titles() == ([], [])
    await both.say(OLIVIA, "resume")
    await both.room.days(7)
    assert [titles[0] for titles in both.titles()] == [PYTHON, PYTHON]


async def test_a_pause_keeps_what_one_channel_saw(both: Sides) -> None:
    """A prompt that waits in one channel only is given up there, and the plan goes on after the pause."""
    both.slack.is_ready = False
    await both.room.tick(minutes=2)
    await both.say(OLIVIA, "pause")
    both.slack.is_ready = True
    await both.say(OLIVIA, "resume")
    await both.room.days(8)
    assert [[t for t in titles if t.startswith("Topic")] for titles in both.titles()] == [
        *([PYTHON, DOCKER], [DOCKER])
    ]


async def test_a_group_goes_on_where_the_bot_still_is(both: Sides) -> None:
    """When the first server removes the bot, the second channel goes on; when it comes back, both do."""
    now = both.room.clock()

    def leave(session: Any) -> None:
        workspaces.leave(session, "discord", "1", now)

    await both.room.database.write(leave)
    await both.room.days(8)
    assert both.titles()[0] == []
    assert [t for t in both.slack.titles(SLACK) if t.startswith("Topic")] == [PYTHON, DOCKER]
    await both.room.database.write(lambda s: list(workspaces.come_back(s, "discord", ["1"])))
    await both.room.days(7)
    assert [t for t in both.room.platform.titles(DISCORD) if t.startswith("Topic")][-1] == KUBERNETES
    assert [t for t in both.slack.titles(SLACK) if t.startswith("Topic")] == [PYTHON, DOCKER, KUBERNETES]


async def test_the_second_server_removes_the_bot(both: Sides) -> None:
    """When the second server removes the bot, the first goes on alone, and nothing waits for the other."""
    now = both.room.clock()
    await both.room.database.write(lambda s: workspaces.leave(s, "slack", "T1", now))
    await both.room.days(8)
    assert [t for t in both.room.platform.titles(DISCORD) if t.startswith("Topic")] == [PYTHON, DOCKER]
    assert both.slack.visible == []
    await both.room.database.write(lambda s: list(workspaces.come_back(s, "slack", ["T1"])))
    assert {g.next_due_at for g in await both.rows(Group) if g.twin_of} == {None}


async def test_one_resume_ends_a_pause_and_the_hold_of_its_channel(both: Sides) -> None:
    """Said where the channel was on hold while the group was paused, it mends both, as its answer says."""
    both.slack.fail("send", Held(GONE, gone=True))
    await both.room.tick(minutes=2)
    await both.say(OLIVIA, "pause")
    assert (await both.say(SAM, "resume")).title == "The group goes on"
    assert "On hold" not in repr(await both.say(SAM, "status"))
    await both.room.days(8)
    assert both.slack.titles(SLACK)[-1] == both.room.platform.titles()[-1]
