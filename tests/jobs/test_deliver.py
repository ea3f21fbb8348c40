"""Delivering: whatever goes wrong, one visible post for each, or a reason that can be read."""

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.core.platform import Held, Message, TryLater, Unsure
from bot.jobs import again, deliver
from bot.jobs.against import NO_PROMPT, TOO_LATE
from bot.jobs.deliver import BROKEN, MOST_ATTEMPTS
from bot.jobs.looking import UNREADABLE
from bot.store import nudges, queue, workspaces
from bot.store.faults import Busy
from bot.store.queue import LEASE
from bot.store.tables import (
    AwayRow,
    Group,
    GroupState,
    MarkRow,
    Member,
    Nudge,
    Post,
    PostKind,
    PostState,
    PreferenceRow,
    ScoreCount,
    ScoreRow,
    Workspace,
)
from tests.conftest import DATABASES
from tests.makers import MONDAY, roadmap, topic
from tests.room import Lost, Room

pytestmark = pytest.mark.databases(*DATABASES)

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=7)
NO_ACCESS = "Roadmate is missing Send Messages in the channel."


async def test_a_week_goes_by(room: Room) -> None:
    """The prompt comes on Monday with its thread, the reminder on Thursday, both once and on time."""
    await room.days(7, hours=1)
    assert room.platform.titles() == ["Topic 1 of 4 · Python", "Python: 4 days left"]
    assert [at for *_, at in room.platform.visible] == [MONDAY + 59 * MINUTE, MONDAY + 3 * DAY + 59 * MINUTE]
    assert room.platform.threads == {"m1": "Topic 1: Python"}
    prompt, reminder = await room.posts()
    assert (prompt.state, prompt.message_id, prompt.thread_id) == (PostState.SENT, "m1", "tm1")
    assert (reminder.state, reminder.thread_id, reminder.attempts) == (PostState.SENT, "", 0)


async def test_two_senders_send_each_post_once(room: Room) -> None:
    """Two senders over one database at the same time: every post has one owner and one message."""
    for number in range(12):
        await room.group(channel=f"2{number:02}")
    room.clock.now = MONDAY
    await room.ticker.plan()
    counts = await asyncio.gather(room.delivery.run(), room.another().run())
    assert sum(counts) == 13
    assert room.platform.sends() == len(room.platform.visible) == 13


async def test_nothing_is_sent_before_the_platform_is_ready(room: Room) -> None:
    """A tick before ready delivers nothing, holds nothing and counts no attempt; the next one sends."""
    room.platform.is_ready = False
    await room.tick(minutes=1)
    (post,) = await room.posts()
    assert (post.state, post.attempts, post.reason) == (PostState.DUE, 0, "")
    assert room.platform.calls == []
    room.platform.is_ready = True
    await room.tick(minutes=1)
    assert (await room.posts())[0].state == PostState.SENT


async def test_who_stops_takes_nothing_more(room: Room) -> None:
    """Once told to stop, a sender finishes what is in flight and the rest waits for the next start."""
    for number in range(3):
        await room.group(channel=f"2{number:02}")
    room.clock.now = MONDAY
    await room.ticker.plan()
    room.delivery.stopping = True
    assert await room.delivery.run() == 0
    await room.ticker.guarded()
    assert room.platform.calls == []
    assert {post.state for post in await room.posts()} == {PostState.DUE}
    assert await room.another().run() == 4


async def test_who_stops_still_sends_what_somebody_waits_for(room: Room) -> None:
    """An organizer whose /prompt was accepted just before the bot was told to stop gets their post."""
    room.ticker.stop()
    assert (await room.say("prompt")).title == "Posted 📌"
    assert room.platform.threads == {"m1": "Topic 1: Python"}


async def test_in_flight_posts_are_recorded_when_told_to_stop(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post whose send is under way when the bot is told to stop is sent and recorded as sent."""
    send = room.platform.send

    async def stop_while_sending(message: object) -> str:
        room.ticker.stop()
        return await send(message)  # type: ignore[arg-type]

    monkeypatch.setattr(room.platform, "send", stop_while_sending)
    await room.tick(minutes=1)
    await room.ticker.idle()
    (post,) = await room.posts()
    assert (post.state, post.message_id) == (PostState.SENT, "m1")
    assert room.platform.threads == {}


async def test_asleep_for_hours_posts_once_and_says_late(room: Room) -> None:
    """Asleep from before nine until three: one prompt, labelled late, and no second one afterwards."""
    await room.tick(hours=6)
    await room.days(1)
    ((_, _, message, _),) = room.platform.visible
    assert "This comes late: it was due Monday 5 January, 09:00." in message.reply.text


async def test_asleep_for_weeks_posts_one_and_records_the_others(room: Room) -> None:
    """Asleep for three weeks: one post with the first topic, and the missed weeks recorded with a reason."""
    await room.tick(days=14, hours=6)
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]
    assert [p.state for p in await room.prompts()] == [PostState.MISSED, PostState.MISSED, PostState.SENT]
    assert "was not running" in (await room.prompts())[0].reason
    assert (await room.the_group()).step == 1


async def test_three_weeks_without_the_platform_lose_no_topic(room: Room) -> None:
    """While the platform can't be reached the plan waits: the first topic comes first, and no lone reminder."""
    room.platform.is_ready = False
    await room.days(7 * 3 - 2)
    room.platform.is_ready = True
    await room.days(7)
    assert room.platform.titles() == ["Topic 1 of 4 · Python", "Python: 4 days left"]
    assert (await room.the_group()).step == 1
    missed = [post for post in await room.posts() if post.state == PostState.MISSED]
    assert all(post.reason for post in missed)


async def test_a_reminder_without_its_prompt_is_not_sent(room: Room) -> None:
    """The platform comes back on Thursday after nine: the prompt is missed and its reminder says nothing."""
    room.platform.is_ready = False
    await room.days(3.1)
    room.platform.is_ready = True
    await room.tick(minutes=1)
    prompt, reminder = await room.posts()
    assert (prompt.state, prompt.reason) == (PostState.MISSED, TOO_LATE)
    assert (reminder.state, reminder.reason) == (PostState.MISSED, NO_PROMPT)
    assert room.platform.calls == []
    assert (await room.the_group()).step == 0


async def test_a_reminder_at_the_prompts_own_time_is_sent(room: Room) -> None:
    """A group that has both at the same moment gets both."""
    await room.change(reminder_weekday=0)
    await room.tick(minutes=1)
    assert {post.state for post in await room.posts()} == {PostState.SENT}
    assert len(room.platform.visible) == 2


async def test_the_last_topic_comes_again_when_it_was_missed(room: Room) -> None:
    """A plan that ended while its last prompt could not be sent goes on and posts it."""
    await room.change(step=3)
    room.platform.is_ready = False
    await room.days(9)
    room.platform.is_ready = True
    await room.days(6)
    assert room.platform.titles()[0] == "Topic 4 of 4 · Terraform"
    assert len([title for title in room.platform.titles() if "Topic" in title]) == 1


async def test_a_gone_channel_holds_the_group_and_tells_the_organizer_once(room: Room) -> None:
    """Channel deleted: the group's schedule is held, its organizer is told once, and nothing loops."""
    await room.change(reminder_weekday=0)
    room.platform.fail(
        "send 100", Held("The channel is gone.", gone=True), Held("The channel is gone.", gone=True)
    )
    await room.tick(minutes=1)
    group = await room.the_group()
    assert (group.state, group.next_due_at, group.held_reason) == (
        GroupState.HELD,
        None,
        "The channel is gone.",
    )
    assert [person for person, _ in room.platform.told] == ["7"]
    tried = room.platform.sends()
    assert tried in (1, 2)  # the reminder of the same moment may have been on its way
    await room.days(14)
    assert room.platform.sends() == tried
    assert len(room.platform.told) == 1
    other = await room.group(channel="200")
    await room.days(7)
    assert (await room.prompts(other))[0].state == PostState.SENT


@pytest.mark.parametrize("again", ["came back", "set up"])
async def test_a_workspace_that_left_keeps_its_data_and_goes_on(room: Room, again: str) -> None:
    """Bot removed from a server: nothing is planned or tried there; when it comes back, all is as it was."""
    await room.days(1)
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    await room.days(14)
    assert len(room.platform.visible) == 1
    group = await room.the_group()
    assert (group.state, group.step, group.next_due_at) == (GroupState.ACTIVE, 1, None)
    if again == "set up":
        await room.say("setup")
    else:
        await room.database.write(lambda s: workspaces.come_back(s, "discord", {"1", "2"}))
    await room.days(7)
    assert room.platform.titles()[1] == "Topic 2 of 4 · Docker"


async def test_a_post_that_waits_is_not_tried_where_the_bot_was_removed(room: Room) -> None:
    """What was queued when the bot was removed is left alone, and given up when it is too late at the return."""
    room.platform.is_ready = False
    await room.tick(minutes=1)
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    room.platform.is_ready = True
    await room.days(10)
    assert room.platform.sends() == 0
    await room.database.write(lambda s: workspaces.come_back(s, "discord", {"1"}))
    await room.days(7)
    assert room.platform.titles()[0] == "Topic 1 of 4 · Python"


async def test_a_pause_outlasts_a_removal(room: Room) -> None:
    """A group that was paused, on hold or complete is so again after the bot was away."""
    await room.say("pause", until="2 weeks")
    before = await room.the_group()
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    await room.days(3)
    await room.database.write(lambda s: workspaces.come_back(s, "discord", {"1"}))
    after = await room.the_group()
    assert (after.state, after.paused_until, after.next_due_at) == (
        *(GroupState.PAUSED, before.paused_until),
        before.next_due_at,
    )
    await room.change(state=GroupState.HELD, next_due_at=None, paused_until=None)
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    await room.database.write(lambda s: workspaces.come_back(s, "discord", {"1"}))
    assert (await room.the_group()).next_due_at is None


async def test_a_workspace_is_purged_after_its_time(room: Room) -> None:
    """Thirty days after the bot was removed nothing of a server is left, and everything of another one is."""
    other = await room.group(workspace="2", channel="200")
    await room.days(1)
    await room.say("done", item="docker")
    await room.say("preferences", study="book")
    await room.say("away", until="1 week")
    occurrence = room.clock().date()
    row = {"member_id": 1, "kind": "reminder", "occurrence": occurrence, "item_id": None}
    times = {"due_at": room.clock(), "until": room.clock()}
    await room.database.write(lambda s: nudges.add(s, [row | times]))
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    await room.days(29)
    assert (await room.the_group()).step == 1
    await room.days(2)
    tables = (Workspace, Group, Member, MarkRow, ScoreRow, ScoreCount, PreferenceRow, AwayRow, Nudge, Post)
    left = await room.database.read(lambda s: {t.__name__: len(s.exec(select(t)).all()) for t in tables})
    posts = len(await room.posts(other))
    gone = dict.fromkeys(
        ("Member", "MarkRow", "ScoreRow", "ScoreCount", "PreferenceRow", "AwayRow", "Nudge"), 0
    )
    assert left == {"Workspace": 1, "Group": 1, "Post": posts, **gone}
    assert posts > 4


async def test_a_missing_permission_is_held_and_rechecked_once(room: Room) -> None:
    """Held after one failure with its reason, tried once more after ten minutes, then left alone; told once."""
    room.platform.fail("send", *[Held(NO_ACCESS)] * 9)
    await room.tick(minutes=1)
    (post,) = await room.posts()
    assert (post.state, post.reason, post.try_at) == (PostState.HELD, NO_ACCESS, MONDAY + 10 * MINUTE)
    for _ in range(20):
        await room.tick(minutes=1)
    assert room.platform.sends() == 2
    await room.days(2)
    assert room.platform.sends() == 2
    assert len(room.platform.told) == 1
    assert NO_ACCESS in room.platform.told[0][1].text
    assert (await room.the_group()).state == GroupState.ACTIVE


async def test_a_recheck_that_works_posts(room: Room) -> None:
    """Mended within ten minutes, the post comes by itself."""
    room.platform.fail("send", Held(NO_ACCESS))
    await room.tick(minutes=1)
    await room.tick(minutes=10)
    assert (await room.posts())[0].state == PostState.SENT


async def test_a_post_held_after_other_trouble_is_told_and_rechecked_too(room: Room) -> None:
    """An attempt that failed for another reason first does not keep the organizer in the dark."""
    room.platform.fail("send", TryLater("busy"), Held(NO_ACCESS), TryLater("busy"), Held(NO_ACCESS))
    await room.tick(minutes=1)
    for _ in range(60):
        await room.tick(minutes=1)
    assert len(room.platform.told) == 1
    assert room.platform.sends() == 4
    assert (await room.posts())[0].state == PostState.HELD


async def test_asking_again_writes_to_nobody_again(room: Room) -> None:
    """Who asks for a held post reads why it still waits; the organizer is written to anew only for another reason."""
    room.platform.fail("send", *[Held(NO_ACCESS)] * 3, Held("AutoMod"))
    await room.tick(minutes=1)
    for _ in range(2):
        assert NO_ACCESS in (await room.say("prompt")).text
    assert len(room.platform.told) == 1
    await room.say("prompt")
    assert "AutoMod" in room.platform.told[1][1].text


async def test_what_was_held_is_posted_when_the_organizer_asks(room: Room) -> None:
    """After mending, /prompt sends the held post at once, and it is there once."""
    room.platform.fail("send", Held(NO_ACCESS))
    await room.tick(minutes=1)
    assert (await room.say("prompt")).title == "Posted 📌"
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]


async def test_try_later_waits_as_long_as_it_was_told(room: Room) -> None:
    """A rate limit of 1,337 s on one channel delays that channel alone, and its post comes once."""
    await room.group(channel="200")
    room.platform.fail("send 200", TryLater("rate limit", 1337.0))
    await room.tick(minutes=1)
    assert (room.platform.titles("100"), room.platform.titles("200")) == (["Topic 1 of 4 · Python"], [])
    await room.tick(minutes=22)
    assert room.platform.titles("200") == []
    await room.tick(minutes=1)
    assert room.platform.titles("200") == ["Topic 1 of 4 · Python"]


async def test_try_again_at_once_does_not_spin(room: Room) -> None:
    """A platform that says "again in 0 s" is asked once a tick."""
    room.platform.fail("send", *[TryLater("now", 0.0)] * 3)
    await room.tick(minutes=1)
    assert room.platform.sends() == 1


async def test_a_slow_failure_does_not_keep_the_tick(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A send that takes a minute to fail is tried again from its end, so that the tick comes to an end."""
    calls = 0

    async def slow(message: object) -> str:
        nonlocal calls
        calls += 1
        room.clock.forward(minutes=1)
        raise TryLater("slow", 15.0)

    monkeypatch.setattr(room.platform, "send", slow)
    async with asyncio.timeout(5):
        await room.tick(minutes=1)
    assert calls == 1


@pytest.mark.parametrize("taken", [True, False])
async def test_a_lost_answer_is_repeated_with_the_same_nonce(room: Room, taken: bool) -> None:
    """Within two minutes the same nonce is sent again, without reading: one visible post either way."""
    room.platform.fail("send", Lost(taken), Lost(taken))
    await room.tick(minutes=1)
    assert (await room.posts())[0].state == PostState.CLAIMED
    for _ in range(4):
        await room.tick(seconds=20)
    assert [call for call, _ in room.platform.calls] == ["send", "send", "send", "thread"]
    assert len({nonce for call, nonce in room.platform.calls if call == "send"}) == 1
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].message_id == "m1"


@pytest.mark.parametrize("taken", [True, False])
async def test_after_two_minutes_the_history_is_read_first(room: Room, taken: bool) -> None:
    """Later than the platform remembers a nonce, a post is looked for before it is sent again."""
    room.platform.fail("send", Lost(taken))
    await room.tick(minutes=1)
    await room.tick(minutes=5)
    calls = [call for call, _ in room.platform.calls]
    assert calls == ["send", "find", "thread"] if taken else calls == ["send", "find", "send", "thread"]
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_a_history_that_cannot_be_read_holds_the_post(room: Room) -> None:
    """Nobody knows and nobody can look: held, the organizer is told, and asking again looks first."""
    room.platform.fail("send", Lost(taken=True))
    room.platform.fail("find", Held("No Read Message History."))
    await room.tick(minutes=1)
    await room.tick(minutes=5)
    (post,) = await room.posts()
    assert (post.state, post.reason) == (PostState.HELD, "No Read Message History.")
    assert len(room.platform.told) == 1
    await room.say("prompt")
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_a_clock_that_was_set_back_is_no_reason_to_trust_the_nonce(room: Room) -> None:
    """After the clock stepped back an hour nobody knows how long ago the first try was: the history is read."""
    room.platform.fail("send", Lost(taken=True))
    await room.tick(minutes=1)
    await room.tick(hours=-1)
    await room.tick(hours=1, seconds=20)
    assert [call for call, _ in room.platform.calls] == ["send", "find", "thread"]
    assert len(room.platform.visible) == 1


async def test_a_repeat_is_asked_about_when_it_leaves(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is still right to send, for the first time or after a look, can be asked at the last moment.

    A machine may have slept since.
    """
    asked: list[tuple[bool, bool]] = []
    send = room.platform.send

    async def nap(message: Message) -> str:
        before = message.still()
        room.clock.forward(minutes=2)
        asked.append((before, message.still()))
        room.clock.forward(minutes=-2)
        return await send(message)

    monkeypatch.setattr(room.platform, "send", nap)
    room.platform.fail("send", Lost(taken=False), Lost(taken=False))
    await room.tick(minutes=1)
    await room.tick(seconds=20)
    await room.tick(minutes=5)
    # The clock was set back each time, so that the nonce was not trusted and a look came before each repeat.
    assert [call for call, _ in room.platform.calls] == ["send", *["find", "send"] * 2, "thread"]
    assert asked == [(True, False)] * 3


async def test_a_platform_whose_clock_is_behind_is_looked_into_far_enough(room: Room) -> None:
    """A message of before our first try, by the platform's clock, is still found."""
    room.platform.fail("send", Lost(taken=True))
    await room.tick(minutes=1)
    ((id_, channel, message, at),) = room.platform.visible
    room.platform.visible[0] = (id_, channel, message, at - timedelta(minutes=30))
    await room.tick(minutes=5)
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_a_history_that_fails_for_days_holds_the_post(room: Room) -> None:
    """When it is too late to post and the history still can't be read, the organizer hears of it, and it ends."""
    room.platform.fail("send", Lost(taken=True))
    room.platform.fail("find", *[Unsure("502")] * 500)
    await room.tick(minutes=1)
    await room.days(3)
    (post, *_) = await room.posts()
    assert (post.state, post.reason) == (PostState.HELD, UNREADABLE)
    assert len(room.platform.told) == 1
    assert len(room.platform.visible) == 1


async def test_an_outage_is_asked_less_and_less_often(room: Room) -> None:
    """Soon at first, while the nonce holds, then every ten minutes: an hour's outage costs a dozen tries."""
    room.platform.fail("send", *[Lost(taken=False)] * 100)
    for _ in range(240):
        await room.tick(seconds=15)
    assert 10 < room.platform.sends() <= 15


async def test_a_thread_waits_as_long_as_it_is_told(room: Room) -> None:
    """A limit of 1,337 s on opening threads is not asked every minute."""
    room.platform.fail("thread", TryLater("rate limit", 1337.0))
    for _ in range(20):
        await room.tick(minutes=1)
    assert [call for call, _ in room.platform.calls] == ["send", "thread"]
    await room.tick(minutes=5)
    assert (await room.posts())[0].thread_id == "tm1"


async def test_a_slow_channel_keeps_its_own_place_only(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one channel does not answer, what comes due for another group is planned and sent."""
    send, gate, arrived = room.platform.send, asyncio.Event(), asyncio.Event()

    async def slow(message: Message) -> str:
        if message.channel == "100":
            await gate.wait()
        sent = await send(message)
        arrived.set()
        return sent

    monkeypatch.setattr(room.platform, "send", slow)
    monkeypatch.setattr(deliver, "LOOK_AGAIN", 0.02)
    room.clock.now = MONDAY
    first = asyncio.create_task(room.ticker.guarded())
    other = await room.group(channel="200", planned_to=MONDAY - HOUR)
    await room.ticker.guarded()
    # Waited for without a poll, which would keep the database's threads from getting anywhere on a slow machine.
    async with asyncio.timeout(60):
        await arrived.wait()
    assert room.platform.titles("200")
    assert not first.done()
    gate.set()
    await first
    assert {post.state for post in [*await room.posts(), *await room.posts(other)]} == {PostState.SENT}


async def test_posts_come_before_threads(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few places, every group gets its post before anybody gets a thread."""
    monkeypatch.setattr(deliver, "AT_ONCE", 1)
    for number in range(3):
        await room.group(channel=f"2{number:02}")
    await room.tick(minutes=1)
    assert [call for call, _ in room.platform.calls] == ["send"] * 4 + ["thread"] * 4


async def test_the_doubt_outlives_other_faults(room: Room) -> None:
    """An unknown outcome followed by a certain refusal is still looked up before the next attempt."""
    room.platform.fail("send", Lost(taken=True), TryLater("rate limit", 600.0))
    await room.tick(minutes=1)
    await room.tick(seconds=30)
    await room.tick(minutes=15)
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].message_id == "m1"


async def test_asking_for_a_post_in_doubt_does_not_double_it(room: Room) -> None:
    """/prompt while the outcome of an attempt is unknown never makes a second message."""
    room.platform.fail("send", Lost(taken=True))
    await room.tick(minutes=1)
    room.clock.forward(minutes=5)
    await room.say("prompt")
    await room.tick(minutes=1)
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_asking_for_a_post_that_is_being_sent_leaves_it_to_its_sender(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claimed post has one owner, however often it is asked for meanwhile."""
    send, answers = room.platform.send, []

    async def ask_while_sending(message: object) -> str:
        monkeypatch.setattr(room.platform, "send", send)
        answers.append(await room.say("prompt"))
        return await send(message)  # type: ignore[arg-type]

    monkeypatch.setattr(room.platform, "send", ask_while_sending)
    await room.tick(minutes=1)
    assert room.platform.sends() == 1
    assert answers[0].title == "Not posted yet"
    assert (await room.posts())[0].state == PostState.SENT


async def test_asking_for_a_post_that_is_being_sent_uses_up_no_week(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its topic left the plan while it was being sent: asked for meanwhile, the next topic stays the next one."""
    send, steps = room.platform.send, []

    async def ask_while_sending(message: object) -> str:
        monkeypatch.setattr(room.platform, "send", send)
        await room.publish(roadmap(topic("docker", 6), "kubernetes"))
        steps.append((await room.the_group()).step)
        await room.say("prompt")
        steps.append((await room.the_group()).step)
        return await send(message)  # type: ignore[arg-type]

    monkeypatch.setattr(room.platform, "send", ask_while_sending)
    await room.tick(minutes=1)
    assert steps[0] == steps[1]
    assert [post.edition for post in await room.posts()] == [0]


@pytest.mark.parametrize("how", [Lost(taken=True), TryLater("busy"), Held(NO_ACCESS), KeyError("broken")])
async def test_who_slept_over_the_lease_says_nothing_about_the_post(
    room: Room, monkeypatch: pytest.MonkeyPatch, how: object
) -> None:
    """A machine sleeps in the middle of a send, and another sender finds the post: the late outcome changes nothing."""
    send = room.platform.send

    async def sleep_while_sending(message: Message) -> str:
        monkeypatch.setattr(room.platform, "send", send)
        await send(message)
        room.clock.forward(minutes=10)
        await room.another().run()
        room.platform.fail("send", how)  # type: ignore[arg-type]
        return await send(message)

    monkeypatch.setattr(room.platform, "send", sleep_while_sending)
    await room.tick(minutes=1)
    for _ in range(3):
        await room.tick(minutes=15)
    (post,) = await room.posts()
    assert (post.state, post.message_id, post.try_at) == (PostState.SENT, "m1", None)
    assert room.platform.told == []


async def test_a_crash_between_claim_and_send_delays_by_the_lease(room: Room) -> None:
    """A post whose sender died before sending is sent by another one once the lease is over, not before."""
    room.clock.now = MONDAY
    await room.ticker.plan()
    await room.database.write(lambda session: queue.claim(session, ["discord"], MONDAY, 10))
    await room.tick(seconds=LEASE.total_seconds() - 1)
    assert room.platform.sends() == 0
    await room.tick(seconds=1)
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


@pytest.mark.parametrize("away", [LEASE, HOUR])
async def test_a_crash_between_send_and_record_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, away: timedelta
) -> None:
    """Taken by the platform and never recorded: the nonce, or later the history, keeps it to one message."""

    def crash(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(deliver.queue, "record_sent", crash)
        await room.tick(minutes=1)
    assert len(room.platform.visible) == 1
    room.clock.now += away
    await room.another().run()
    assert len(room.platform.visible) == 1
    (post,) = await room.posts()
    assert (post.state, post.message_id) == (PostState.SENT, "m1")


async def test_a_post_found_too_late_counts_as_sent(room: Room) -> None:
    """Down for days right after sending: what the history shows is recorded as sent and not as missed."""
    room.platform.fail("send", Lost(taken=True))
    await room.tick(minutes=1)
    room.clock.forward(days=2)
    await room.delivery.run()
    assert (await room.posts())[0].state == PostState.SENT
    assert (await room.the_group()).step == 1


async def test_a_failing_row_stops_no_other_and_is_given_up(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """A post that raises is pushed back further each time, held with a reason at last; the others go out."""
    await room.group(channel="200")
    room.platform.fail("send 100", *[KeyError("broken")] * 20)
    await room.tick(minutes=1)
    assert room.platform.titles("200") == ["Topic 1 of 4 · Python"]
    for _ in range(60):
        await room.tick(minutes=1)
    tries = sum(nonce == "rm1.0" for call, nonce in room.platform.calls if call == "send")
    assert tries == MOST_ATTEMPTS + 1  # the last one is the recheck of what is held
    (post,) = await room.posts()
    assert (post.state, post.reason) == (PostState.HELD, BROKEN)
    assert len(room.platform.told) == 1
    assert any(record.exc_info for record in caplog.records)


async def test_only_our_own_faults_are_counted(room: Room) -> None:
    """An outage of an hour, refusals too, and a fault of ours after it: the row is pushed ahead, not given up."""
    room.platform.fail("send", *[Lost(taken=False), TryLater("busy")] * MOST_ATTEMPTS, KeyError("broken"))
    for _ in range(40):
        await room.tick(minutes=3)
        if (await room.posts())[0].reason == BROKEN:
            break
    (post,) = await room.posts()
    assert (post.state, post.attempts) == (PostState.CLAIMED, 1)
    assert post.try_at == room.clock() + again.after_trouble(1)
    await room.tick(minutes=3)
    assert (await room.posts())[0].state == PostState.SENT
    assert room.platform.told == []


async def test_a_thread_that_fails_is_asked_less_and_less_often(room: Room) -> None:
    """Every minute at first, then every ten minutes: an hour costs a dozen tries."""
    room.platform.fail("thread", *[KeyError("broken")] * 100)
    for _ in range(60):
        await room.tick(minutes=1)
    assert len(room.platform.calls) - 1 <= 12


async def test_the_thread_is_opened_without_a_second_message(room: Room) -> None:
    """A thread that fails at first is opened later under the same message, and its trouble is forgotten."""
    room.platform.fail("thread", TryLater("busy"), TryLater("busy"), KeyError("broken"))
    for _ in range(10):
        await room.tick(minutes=1)
    assert room.platform.sends() == 1
    (post,) = await room.posts()
    assert (post.thread_id, post.thread_try_at, post.reason) == ("tm1", None, "")


async def test_a_thread_that_is_refused_is_left_out(room: Room) -> None:
    """Without the permission the prompt stands without a thread, and the reason can be read."""
    room.platform.fail("thread", Held("No Create Public Threads."))
    await room.days(1)
    (post,) = await room.posts()
    assert (post.state, post.thread_id) == (PostState.SENT, "")
    assert "No Create Public Threads." in post.reason
    assert [call for call, _ in room.platform.calls] == ["send", "thread"]


async def test_a_thread_that_never_works_is_given_up(room: Room) -> None:
    """A thread that fails every time is not tried for ever."""
    room.platform.fail("thread", *[TryLater("busy")] * 500)
    await room.days(3)
    assert (await room.posts())[0].thread_try_at is None
    assert len(room.platform.calls) < 60


async def test_pause_drops_what_waits_and_keeps_its_topic(room: Room) -> None:
    """A held prompt is not posted during the pause, and its topic comes first afterwards."""
    room.platform.fail("send", Held(NO_ACCESS))
    await room.tick(minutes=1)
    await room.say("pause")
    await room.days(8)
    assert room.platform.visible == []
    assert (await room.posts())[0].state == PostState.MISSED
    await room.say("resume")
    await room.days(6)
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]


async def test_an_early_prompt_is_the_weeks_prompt(room: Room) -> None:
    """/prompt on Saturday takes the place of Monday's, and next Monday the plan goes on."""
    await room.change(planned_to=MONDAY - 2 * DAY)
    room.clock.now = MONDAY - 2 * DAY
    assert (await room.say("prompt")).title == "Posted 📌"
    await room.days(8)
    assert room.platform.titles() == ["Topic 1 of 4 · Python", "Python: 4 days left"]
    await room.days(1.5)
    assert room.platform.titles()[2] == "Topic 2 of 4 · Docker"
    assert (await room.say("prompt")).title == "This week's topic is there already"


async def test_posting_again_is_one_more_message_each_time_it_is_asked(room: Room) -> None:
    """Asked for again, a post is one more message under its own nonce, and the old button makes none."""
    await room.tick(minutes=1)
    await room.say("prompt", again=1)
    assert (await room.say("prompt", again=1)).title == "That was asked for already"
    assert len(room.platform.visible) == 2
    assert (await room.the_group()).step == 1
    assert len(room.platform.threads) == 2


async def test_a_topic_posted_again_too_late_is_not_taken_back(room: Room) -> None:
    """A prompt that people have seen keeps its week, whatever becomes of the second copy."""
    await room.tick(minutes=1)
    room.platform.is_ready = False
    await room.say("prompt", again=1)
    room.clock.forward(days=2)
    room.platform.is_ready = True
    await room.delivery.run()
    assert (await room.the_group()).step == 1


async def test_a_vanished_topic_does_not_break_its_post(room: Room) -> None:
    """A post that waits while its topic leaves the roadmap is sent with what the plan has in its place."""
    room.platform.is_ready = False
    await room.tick(minutes=1)
    await room.publish(roadmap(topic("docker", 6), "kubernetes"))
    room.platform.is_ready = True
    await room.tick(minutes=1)
    assert room.platform.titles() == ["Topic 1 of 2 · Docker"]


async def test_the_whole_plan_is_posted_in_order(room: Room) -> None:
    """Four topics: four prompts with their reminders a week apart, then silence and a finished group."""
    await room.days(7 * 6)
    prompts = [title for title in room.platform.titles() if title.startswith("Topic")]
    assert [title.split(" · ")[1] for title in prompts] == ["Python", "Docker", "Kubernetes", "Terraform"]
    assert len(room.platform.visible) == 8
    assert (await room.the_group()).state == GroupState.FINISHED


async def test_a_second_organizer_asking_makes_no_second_post(room: Room) -> None:
    """Two people asking for the topic at the same moment get one message."""
    answers = await asyncio.gather(room.say("prompt"), room.say("prompt"))
    assert len(room.platform.visible) == 1
    assert len(await room.prompts()) == 1
    assert {answer.tone for answer in answers}
    assert (await room.the_group()).step == 1


async def test_what_was_done_is_logged_without_words(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """Each outcome is one line with the post, the group and the lateness, and none of its text."""
    caplog.set_level(logging.INFO, "roadmate.posts")
    await room.tick(minutes=1)
    (line, thread) = [record for record in caplog.records if record.name == "roadmate.posts"]
    assert (line.outcome, line.kind, line.late_s) == ("sent", PostKind.PROMPT, 0.0)  # type: ignore[attr-defined]
    assert 0 < line.ms < 10_000  # type: ignore[attr-defined]
    assert thread.outcome == "thread"  # type: ignore[attr-defined]


async def test_a_write_lock_while_recording_doubles_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer came but the database was busy: the lease brings the row back, and there is one message."""
    write = room.database.write
    failed = []

    async def busy_once(work: object, **how: bool) -> object:
        if room.platform.visible and not failed:
            failed.append(work)
            raise TimeoutError
        return await write(work, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(room.database, "write", busy_once)
    await room.tick(minutes=1)
    await room.tick(seconds=LEASE.total_seconds())
    assert failed
    assert len(room.platform.visible) == 1
    assert (await room.posts())[0].state == PostState.SENT


async def test_claiming_is_for_the_platforms_that_are_ready(room: Room) -> None:
    """A platform that is not ready keeps its posts while others are served."""
    room.clock.now = MONDAY
    await room.ticker.plan()

    def claim(session: Session) -> int:
        return len(queue.claim(session, ["slack"], MONDAY, 10))

    assert await room.database.write(claim) == 0
    assert await room.delivery.run() == 1


async def test_a_database_that_is_busy_is_no_fault_of_the_post(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that fails while a post is composed neither holds it nor tells the organizer; it is sent later."""

    async def busy(*_: object) -> None:
        raise Busy("busy")

    with monkeypatch.context() as now:
        now.setattr(deliver.Delivery, "_message", busy)
        for _ in range(MOST_ATTEMPTS + 1):
            await room.tick(minutes=2)
    assert (room.platform.sends(), room.platform.told) == (0, [])
    await room.tick(minutes=2)
    assert room.platform.sends() == 1
