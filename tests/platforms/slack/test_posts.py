"""Posts on Slack: found again by their metadata, never sent twice, held with a reason that says what to do."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.app import App
from bot.core.ownership import FOREIGN
from bot.core.platform import Closed, Held, Message, TryLater, Unsure
from bot.core.reply import Button, Reply
from bot.platforms.slack import pacing
from bot.platforms.slack.pacing import Pace
from bot.store import owner
from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.fake import Fault
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, RANDOM, STUDY

FIRST = 4 + 9 / 24
"""Days from the beginning to the first Monday at 09:00."""


@pytest.fixture
async def prompted(grouped: SlackWorld) -> SlackWorld:
    """The group on its first Monday, with the first topic in the channel."""
    await grouped.days(FIRST)
    return grouped


def message(there: SlackWorld, mark: str = "m1", channel: str = STUDY) -> Message:
    """A post on its way."""
    return Message(
        channel, Reply("This week", "Docker", buttons=(Button("Done", "done"),)), "n", mark, workspace="T1"
    )


def test_an_address_is_the_workspaces_own(there: SlackWorld) -> None:
    """A message has its permalink; as long as the workspace's name is not known, its channel is led to."""
    slack = there.app.slack
    assert slack is not None
    assert slack.message_url("T1", "C1", "17.06") == "https://mlops.slack.com/archives/C1/p1706"
    assert slack.message_url("T7", "C1", "17.06") == "https://slack.com/app_redirect?team=T7&channel=C1"


async def status(there: SlackWorld) -> str:
    """What the organizer is shown."""
    return str(await there.slack.say(OLIVIA, "/study status"))


async def test_the_prompt_comes_with_its_discussion_and_its_buttons(prompted: SlackWorld) -> None:
    """Monday brings the topic, once, without previews of its links; the thread under it begins with the question."""
    (post,) = prompted.posts()
    assert post.title == "Topic 1 of 14 · Python"
    assert post.buttons == ["✅ Done", "➡️ Next", "🆘 Stuck?"]
    assert post.message["unfurl_links"] in (False, "0", "false", "False", 0)
    (reply,) = [m for m in prompted.fake.channels[STUDY].messages if m.get("thread_ts")]
    assert reply["thread_ts"] == post.message["ts"]
    assert "Topic 1: Python" in reply["blocks"][0]["text"]["text"]
    assert (await prompted.slack.click(ALICE, post, "Done")).title == "Recorded: Python"
    await prompted.slack.say(BOB, "/study join")
    await prompted.days(3)
    assert prompted.posts()[-1].title == "Python: 4 days left"
    assert f"https://mlops.slack.com/archives/{STUDY}/p" in await status(prompted)


@pytest.mark.parametrize(
    "fault",
    [Fault(drop=True, after=True), Fault(status=502, after=True), Fault("internal_error", after=True)],
    ids=["connection dropped", "502", "internal error"],
)
async def test_a_post_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    grouped: SlackWorld, fault: Fault
) -> None:
    """Slack knows no nonce: before anything in doubt is sent again the channel is read (scenarios 13 and 19)."""
    grouped.fake.fail("chat.postMessage", fault)
    await grouped.days(FIRST)
    assert len(grouped.posts()) == 1
    for _ in range(3):
        grouped.clock.now += timedelta(seconds=20)
        await grouped.app.tick()
    assert len(grouped.posts()) == 1
    assert "posted" in await status(grouped)
    assert any(method == "conversations.history" for method, _ in grouped.fake.calls)


@pytest.mark.parametrize(
    "fault", [Fault(drop=True), Fault(status=503), Fault("ratelimited", 429, {"Retry-After": "30"})]
)
async def test_a_post_that_was_not_taken_is_sent_later(grouped: SlackWorld, fault: Fault) -> None:
    """What Slack did not take comes with a later try, once, and a rate limit is waited out in the row."""
    grouped.fake.fail("chat.postMessage", fault)
    await grouped.days(FIRST)
    assert grouped.posts() == []
    for _ in range(3):
        grouped.clock.now += timedelta(seconds=20)
        await grouped.app.tick()
    assert len(grouped.posts()) == 1
    sends = [
        body for method, body in grouped.fake.calls if method == "chat.postMessage" and body.get("metadata")
    ]
    assert len([b for b in sends if b["metadata"]["event_type"] == "roadmate_post"]) == 2


async def test_a_rate_limit_is_waited_for_as_long_as_slack_says(grouped: SlackWorld) -> None:
    """Nothing is sent to a channel before its time is over, and other groups go on."""
    await grouped.slack.say(OLIVIA, "/study setup", RANDOM)
    grouped.fake.fail("chat.postMessage", Fault("ratelimited", 429, {"Retry-After": "1337"}))
    await grouped.days(FIRST)
    assert sorted([len(grouped.posts(STUDY)), len(grouped.posts(RANDOM))]) == [0, 1]
    grouped.clock.now += timedelta(seconds=1300)
    await grouped.app.tick()
    assert len(grouped.posts(STUDY)) + len(grouped.posts(RANDOM)) == 1
    grouped.clock.now += timedelta(seconds=60)
    await grouped.app.tick()
    assert len(grouped.posts(STUDY)) == len(grouped.posts(RANDOM)) == 1


def leave(there: SlackWorld) -> None:
    """Take the bot out of the channel."""
    there.fake.channels[STUDY].members.discard("U0BOT")


def close_off(there: SlackWorld) -> None:
    """Make the channel private, without the bot."""
    leave(there)
    there.fake.channels[STUDY].private = True


def archive(there: SlackWorld) -> None:
    """Archive the channel."""
    there.fake.channels[STUDY].archived = True


@pytest.mark.parametrize(
    "happens, words",
    [(leave, "/invite @roadmate"), (close_off, "/invite @roadmate"), (archive, "Unarchive it")],
    ids=["not in the channel", "private without the bot", "archived"],
)
async def test_a_post_is_held_with_a_reason_and_the_organizer_is_told_once(
    grouped: SlackWorld, happens: Callable[[SlackWorld], None], words: str
) -> None:
    """Nothing loops: the post is held, /status says why, and one direct message says what to do (scenarios 21, 23)."""
    happens(grouped)
    await grouped.days(FIRST)
    for _ in range(8):
        grouped.clock.now += timedelta(minutes=5)
        await grouped.app.tick()
    told = grouped.fake.channels[f"D{OLIVIA}"].messages
    assert len(told) == 1
    assert words in str(told[0]["blocks"])
    sends = [
        body
        for method, body in grouped.fake.calls
        if method == "chat.postMessage" and body["channel"] == STUDY
    ]
    assert len(sends) <= 2
    grouped.fake.channels[STUDY].private = False
    assert words in await status(grouped)


async def test_a_channel_that_the_bot_is_invited_to_again_gets_its_post(grouped: SlackWorld) -> None:
    """What was held for the want of an invitation is tried once more by itself."""
    leave(grouped)
    await grouped.days(FIRST)
    grouped.fake.channels[STUDY].members.add("U0BOT")
    grouped.clock.now += timedelta(minutes=11)
    await grouped.app.tick()
    assert len(grouped.posts()) == 1


async def test_setup_says_that_the_bot_has_to_be_invited(there: SlackWorld) -> None:
    """A plan for a channel without the bot says so at once."""
    leave(there)
    said = await there.slack.say(OLIVIA, "/study setup")
    assert "Roadmate is not in that channel" in said
    assert "/invite @roadmate" in said


async def test_a_revoked_token_keeps_posts_waiting_and_all_data(
    grouped: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Posts stay in their rows until the bot has a token again; nothing is lost (scenario 20)."""
    grouped.fake.revoked.add("xoxb-1")
    await grouped.days(FIRST)
    assert grouped.app.slack is not None
    assert not grouped.app.slack.ready()
    assert any("token" in trouble for trouble in grouped.app.slack.troubles())
    assert "a token was revoked" in caplog.text
    grouped.fake.revoked.clear()
    await grouped.restart()
    grouped.clock.now += timedelta(minutes=2)
    await grouped.app.tick()
    assert len(grouped.posts()) == 1
    assert "late" not in grouped.posts()[0]


async def test_what_was_posted_after_a_backup_is_not_posted_again(prompted: SlackWorld, url: str) -> None:
    """A post that came due before the process began is looked for by its mark first (scenario 9)."""
    from tests.platforms.slack.rows import change

    change(url, "UPDATE post SET state = 'due', message_id = '', try_at = due_at, tried_at = NULL")
    prompted.clock.now += timedelta(minutes=1)
    await prompted.restart()
    await prompted.app.tick()
    assert len(prompted.posts()) == 1


async def test_a_copy_under_another_app_posts_nothing_and_says_why(grouped: SlackWorld, url: str) -> None:
    """A database belongs to one app: another one answers, posts nothing, and `adopt` hands it over (scenario 48)."""
    grouped.fake.application = "A2"
    await grouped.restart()
    assert grouped.app.slack is not None
    assert (grouped.app.slack.connected(), grouped.app.slack.ready()) == (True, False)
    assert grouped.app.slack.troubles() == [FOREIGN]
    await grouped.days(FIRST)
    assert grouped.posts() == []
    assert "another bot" in await status(grouped)
    taken = await grouped.app.database.write(lambda session: owner.adopt(session, grouped.clock()))
    assert taken == "A2"
    await grouped.restart()
    await grouped.days(7)
    assert len(grouped.posts()) == 1


async def test_only_our_own_message_is_taken_for_a_post(there: SlackWorld) -> None:
    """Any app may write metadata like ours: the message has to be the bot's."""
    slack = there.app.slack
    assert slack is not None
    sent = message(there)
    there.fake.channels[STUDY].messages.append(
        {
            "ts": there.fake.ts(),
            "bot_id": "B9",
            "metadata": {"event_type": "roadmate_post", "event_payload": {"mark": "m1"}},
        }
    )
    since = there.clock() - timedelta(hours=1)
    assert await slack.find(sent, since) is None
    ts = await slack.send(sent)
    assert await slack.find(sent, since) == ts
    assert await slack.find(message(there, "m2"), since) is None


async def test_a_private_message_is_found_again_too(there: SlackWorld) -> None:
    """What is posted to one person is looked for where only they read, and its scope is asked for."""
    slack = there.app.slack
    assert slack is not None
    where = await slack.direct("T1", f"T1.{ALICE}")
    ts = await slack.send(message(there, "m7", where))
    assert await slack.find(message(there, "m7", where), there.clock() - timedelta(hours=1)) == ts


@pytest.mark.parametrize("word", ["user_disabled", "cannot_dm_bot", "user_not_found"])
async def test_who_takes_no_private_messages_is_told_apart(there: SlackWorld, word: str) -> None:
    """Somebody who can't be written to is not written to again; whatever else goes wrong is tried later."""
    slack = there.app.slack
    assert slack is not None
    there.fake.fail("conversations.open", Fault(word), Fault("ratelimited", 429, {"Retry-After": "5"}))
    with pytest.raises(Closed):
        await slack.direct("T1", f"T1.{ALICE}")
    with pytest.raises(TryLater):
        await slack.direct("T1", f"T1.{ALICE}")


async def test_so_much_was_said_that_nobody_can_tell(there: SlackWorld) -> None:
    """After a thousand messages the post is held for a person to look."""
    slack = there.app.slack
    assert slack is not None
    there.fake.channels[STUDY].messages += [{"ts": there.fake.ts(), "text": "x"} for _ in range(1200)]
    with pytest.raises(Held, match="Look there first"):
        await slack.find(message(there), there.clock() - timedelta(hours=1))


@pytest.mark.parametrize(
    "method, call",
    [
        ("chat.postMessage", "send"),
        ("conversations.history", "find"),
        ("conversations.replies", "open_thread"),
        ("chat.update", "edit"),
    ],
)
@pytest.mark.parametrize(
    "fault, expected",
    [
        (Fault("missing_scope", more={"needed": "channels:history"}), Held),
        (Fault("ratelimited", 429, {"Retry-After": "7"}), TryLater),
        (Fault(status=500), Unsure),
        (Fault("something_new"), Held),
        (Fault("token_revoked"), TryLater),
    ],
)
async def test_every_failure_means_held_later_or_unsure(
    there: SlackWorld, method: str, call: str, fault: Fault, expected: type[Exception]
) -> None:
    """Nothing else comes out of the platform."""
    slack: Any = there.app.slack
    there.fake.fail(method, fault)
    args = {
        "send": (message(there),),
        "find": (message(there), there.clock()),
        "edit": ("T1", STUDY, "1.1", message(there).reply),
        "open_thread": ("T1", STUDY, "1.1", "Docker", "What is a layer?"),
    }
    with pytest.raises(expected):
        await getattr(slack, call)(*args[call])


async def test_a_discussion_is_begun_once(prompted: SlackWorld) -> None:
    """Asked again, after an answer that was lost, the thread is not begun twice."""
    slack: Any = prompted.app.slack
    (post,) = prompted.posts()
    for _ in range(2):
        await slack.open_thread("T1", STUDY, post.message["ts"], "Topic 1: Python", "What?")
    replies = [m for m in prompted.fake.channels[STUDY].messages if m.get("thread_ts")]
    assert len(replies) == 1


async def test_a_shared_note_is_said_in_the_discussion(prompted: SlackWorld) -> None:
    """What somebody lets everyone read comes into the thread under the topic, and they are led there."""
    said = await prompted.slack.say(ALICE, "/done python note:Use a virtual environment share:true")
    assert f"shared in <https://mlops.slack.com/archives/{STUDY}/p" in said
    (post,) = prompted.posts()[:1]
    replies = [m for m in prompted.fake.channels[STUDY].messages if m.get("thread_ts") == post.message["ts"]]
    assert "Use a virtual environment" in str(replies[-1]["blocks"])


async def test_messages_in_a_channel_are_a_second_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack takes one a second in a channel; other channels do not wait, and a long queue waits in its rows."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds, 1))

    monkeypatch.setattr(pacing.asyncio, "sleep", sleep)
    pace = Pace()
    for channel in ("C1", "C1", "C2", "C1"):
        await pace.turn(channel)
    assert waits == [1.0, 2.0]
    for _ in range(3):
        await pace.turn("C1")
    with pytest.raises(TryLater):
        await pace.turn("C1")


async def test_discord_alone_needs_no_slack(url: str) -> None:
    """Without Slack's settings its SDK is not imported, and Discord's client is there as ever."""
    code = (
        "import sys; from bot.app import App; from bot.settings import Settings\n"
        f"app = App(Settings(database_url={url!r}, _env_file=None)); assert app.slack is None\n"
        "assert not {m for m in sys.modules if m.startswith('slack')}; assert app.discord"
    )
    import sys

    ran = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await ran.wait() == 0


def test_slack_alone_needs_no_discord_token(make_slack_app: Callable[[], App]) -> None:
    """What is set is served: here Slack alone."""
    app = make_slack_app()
    assert [one.platform.name for one in app.running().serving] == ["slack"]


async def test_a_board_in_the_channel_keeps_itself_up_to_date(grouped: SlackWorld) -> None:
    """On Slack too the board's message is edited in place, and one that somebody deletes stays deleted."""

    def boards() -> list[Any]:
        return [post for post in grouped.posts() if post.title.startswith("🏆")]

    async def later() -> None:
        for _ in range(3):
            await grouped.days(1 / 1440)

    await grouped.slack.say(OLIVIA, "/study board here")
    await later()
    await grouped.slack.say(ALICE, "/study done docker")
    await later()
    (board,) = boards()
    assert "12 points" in str(board)
    messages = grouped.fake.channels[STUDY].messages
    messages[:] = [m for m in messages if m["ts"] != board.message["ts"]]
    await grouped.slack.say(ALICE, "/study done python")
    await later()
    assert boards() == []
    assert "was deleted, and stays so" in await status(grouped)
