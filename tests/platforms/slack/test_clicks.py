"""Buttons and forms on Slack: the same arguments, checked at the click, answered where only the clicker sees it."""

import json

import pytest

from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.fake import Fault
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, STUDY, read


async def test_a_button_is_a_command_with_its_arguments(grouped: SlackWorld) -> None:
    """Done under an answer records; clicked again it says already."""
    said = await grouped.slack.say(ALICE, "/next")
    assert (await grouped.slack.click(ALICE, said, "Done")).title == "Recorded: Python"
    again = await grouped.slack.click(ALICE, said, "Done")
    assert again.title == "Already recorded: Python"
    assert again.private


async def test_the_next_page_comes_in_place_of_the_clickers_own_message(grouped: SlackWorld) -> None:
    """A private answer is replaced by its next page; nobody's click replaces a message that others read."""
    slack = grouped.slack
    await slack.say(ALICE, "/done docker")
    board = await slack.say(ALICE, "/leaderboard")
    week = await slack.click(ALICE, board, "Week" if "Week" in board.buttons else "This week")
    assert week.message is board.message
    shown = await slack.click(ALICE, week, next(b for b in week.buttons if "everyone" in b).split(" ", 1)[-1])
    assert not shown.private
    assert shown.message in grouped.fake.channels[STUDY].messages
    if shown.buttons:
        other = await slack.press(BOB, shown.message["blocks"][-1]["elements"][0]["action_id"], shown.message)
        assert other.private
        assert other.message is not shown.message


async def test_a_private_answer_never_takes_the_place_of_what_others_read(grouped: SlackWorld) -> None:
    """Also in a message that the clicker had shown to all, only what all may read is put."""
    slack = grouped.slack
    await slack.say(ALICE, "/done docker")
    board = await slack.say(ALICE, "/leaderboard")
    shown = await slack.click(ALICE, board, "Show everyone")
    assert not shown.private
    row = {
        "type": "actions",
        "block_id": f"own.{ALICE}.0",
        "elements": board.message["blocks"][-1]["elements"],
    }
    shown.message["blocks"].append(row)
    paged = next(e["action_id"] for e in row["elements"] if e["action_id"].startswith("r2!"))
    said = await slack.press(ALICE, paged, shown.message)
    assert said.private
    assert said.message is not shown.message


async def test_a_form_asks_and_its_answer_comes_privately(grouped: SlackWorld) -> None:
    """Change opens a form filled with what is there; what is typed is understood as anywhere."""
    slack = grouped.slack
    status = await slack.say(OLIVIA, "/study status")
    form = await slack.click(OLIVIA, status, "Change")
    assert form.view is not None
    values = {b["block_id"]: b["element"].get("initial_value") for b in form.view["blocks"]}
    assert values["day"] == "Monday"
    assert json.loads(form.view["private_metadata"])["channel"] == STUDY
    said = await slack.fill_in(OLIVIA, form, day="fryday", time="18:30")
    assert said.title == "The schedule is changed"
    assert "Friday at 18:30" in said
    said = await slack.fill_in(OLIVIA, form, day="never")
    assert said.private


async def test_forms_and_organizers_buttons_are_closed_to_members(grouped: SlackWorld) -> None:
    """Rights are those of the moment: of the click and of the sending."""
    slack = grouped.slack
    status = await slack.say(OLIVIA, "/study status")
    assert (await slack.click(BOB, status, "Pause")).title == "That is for organizers"
    form = await slack.click(OLIVIA, status, "Change")
    assert form.view is not None
    await slack.send_click(slack.filled(BOB, form.view, day="friday"))
    answers = grouped.fake.private[STUDY, OLIVIA]
    assert (
        read(await grouped.fake.until(lambda: answers[2:] and answers[-1])).title == "That is for organizers"
    )
    grouped.fake.users[OLIVIA]["is_admin"] = False
    assert (await slack.fill_in(OLIVIA, form, day="friday")).title == "That is for organizers"


@pytest.mark.parametrize("rights", [{"is_restricted": True}, {"team_id": "T9"}, {"deleted": True}])
async def test_a_guest_or_a_stranger_in_a_shared_channel_organizes_nothing(
    grouped: SlackWorld, rights: dict[str, object]
) -> None:
    """An admin of another company, a guest and a deactivated account are no organizers here."""
    grouped.fake.users[BOB] |= {"is_admin": True, **rights}
    body = grouped.slack.command(BOB, "/study pause")
    body["team_id"] = "T1"
    await grouped.slack.send_command(body)
    answers = grouped.fake.private[STUDY, BOB]
    await grouped.fake.until(lambda: answers)
    assert read(answers[-1]).title == "That is for organizers"


async def test_an_old_or_forged_button_is_answered_kindly(grouped: SlackWorld) -> None:
    """Whatever an id says, nothing breaks."""
    for forged in (
        "x",
        "r2|nonsense",
        "r9|done",
        "r2|done|i" + "x" * 240,
        "r2|progress|kT9.U9",
        "r2|done|g1|gx",
    ):
        said = await grouped.slack.press(ALICE, forged)
        assert said.private
        assert "wrong on our side" not in said.title


async def test_a_form_that_can_not_be_shown_changes_nothing(
    grouped: SlackWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A trigger that has expired is a line in the log; the person clicks again."""
    slack = grouped.slack
    status = await slack.say(OLIVIA, "/study status")
    grouped.fake.fail("views.open", Fault("expired_trigger_id"))
    button = next(e for e in status.message["blocks"][-1]["elements"] if "Change" in e["text"]["text"])
    await slack.send_click(slack.pressed(OLIVIA, button["action_id"], status.message))
    assert grouped.app.slack is not None
    await grouped.app.slack.idle()
    assert "a form was lost" in caplog.text


async def test_what_is_delivered_again_acts_once(grouped: SlackWorld) -> None:
    """A command, a click, a form and an event that Slack delivers again are done once (scenario 18)."""
    slack, fake = grouped.slack, grouped.fake
    said = await slack.say(ALICE, "/done docker")
    body = slack.command(ALICE, "/study undo")
    for retry in ("0", "1", "2"):
        assert await slack.send_command(body, **{"X-Slack-Retry-Num": retry}) == 200
    await fake.until(lambda: len(fake.private[STUDY, ALICE]) == 2)
    click = slack.pressed(ALICE, said.message["blocks"][-1]["elements"][0]["action_id"], said.message)
    for retry in ("0", "1"):
        assert await slack.send_click(click, **{"X-Slack-Retry-Num": retry}) == 200
    await fake.until(lambda: len(fake.private[STUDY, ALICE]) == 3)
    event = {
        "type": "app_mention",
        "user": ALICE,
        "text": "<@U0BOT> done kubernetes",
        "ts": fake.ts(),
        "channel": STUDY,
    }
    # Slack gives a repeat a new event id now and then; the message is the same.
    for name in ("Ev1", "Ev1", "Ev2"):
        assert await slack.event("T1", event, name, **{"X-Slack-Retry-Num": "1"}) == 200
    await fake.until(lambda: len(fake.private[STUDY, ALICE]) == 4)
    form = await slack.click(OLIVIA, await slack.say(OLIVIA, "/study status"), "Change")
    assert form.view is not None
    filled = slack.filled(OLIVIA, form.view, day="friday")
    before = len(fake.private[STUDY, OLIVIA])
    for retry in ("0", "1"):
        assert await slack.send_click(filled, **{"X-Slack-Retry-Num": retry}) == 200
    await fake.until(lambda: len(fake.private[STUDY, OLIVIA]) == before + 1)
    await slack.say(OLIVIA, "/study status")
    assert len(fake.private[STUDY, OLIVIA]) == before + 2
    undone = await slack.say(ALICE, "/study undo")
    assert undone.title == "Taken back: Kubernetes"
    assert (await slack.say(ALICE, "/study undo")).title == "Nothing to take back"
    assert len(fake.private[STUDY, ALICE]) == 6


async def test_in_a_thread_people_call_the_bot_by_its_name(grouped: SlackWorld) -> None:
    """Slack has no commands in threads: there a mention is one, and the answer stays in the thread."""
    said = await grouped.slack.call(ALICE, "done docker 2h", thread="1.1")
    assert said.title == "Recorded: Docker"
    assert said.private
    assert said.message["thread_ts"] == "1.1"
    assert (await grouped.slack.call(ALICE, "")).title == "How Roadmate works"


async def test_a_picture_comes_with_words_for_who_can_not_see_it(
    grouped: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private picture is in the person's direct messages, with its alternative text; turning pages sends no other."""

    async def drawn(_picture: object) -> bytes:
        return b"PNG"

    monkeypatch.setattr(grouped.app.dispatcher, "draw", drawn)
    slack, fake = grouped.slack, grouped.fake
    await slack.say(ALICE, "/done docker")
    board = await slack.say(ALICE, "/leaderboard")
    assert "The picture is in your direct messages" in board
    (message,) = fake.channels[f"D{ALICE}"].messages
    assert message["file"]["content"] == b"PNG"
    assert "alice" in message["file"]["alt"]
    await slack.click(ALICE, board, next(b for b in board.buttons if "week" in b.lower()))
    assert len(fake.channels[f"D{ALICE}"].messages) == 1
    fake.fail("files.completeUploadExternal", Fault("internal_error"))
    assert "direct messages" not in await slack.say(ALICE, "/leaderboard")


async def test_my_data_comes_in_a_direct_message(grouped: SlackWorld) -> None:
    """A file can't be shown to one person in a channel, so it comes where only they read."""
    slack, fake = grouped.slack, grouped.fake
    await slack.say(ALICE, "/done docker")
    said = await slack.say(ALICE, "/study mydata export")
    assert "direct messages" in said
    (message,) = fake.channels[f"D{ALICE}"].messages
    assert json.loads(message["file"]["content"])["groups"][0]["records"]
    fake.fail("files.getUploadURLExternal", Fault("internal_error"))
    assert "could not be sent" in await slack.say(ALICE, "/study mydata export")


async def test_a_command_in_a_direct_message_is_answered_kindly(there: SlackWorld) -> None:
    """There is no group in a direct message, and the answer says where one is."""
    there.fake.channel("D1", "", "U0BOT", ALICE)
    assert (await there.slack.say(ALICE, "/next", "D1")).title == "Study groups live in workspaces"


async def test_slack_that_does_not_say_who_asks_is_told(grouped: SlackWorld) -> None:
    """Without knowing their rights nothing is done for an organizer; a member needs none."""
    grouped.fake.fail("users.info", Fault("internal_error"))
    said = await grouped.slack.say(OLIVIA, "/study pause")
    assert said.title == "Slack could not be asked just now"
    grouped.fake.fail("users.info", Fault("internal_error"), Fault(drop=True))
    for item in ("docker", "leetcode"):
        assert (await grouped.slack.say(BOB, f"/done {item}")).title.startswith("Recorded")
    assert "bob" in await grouped.slack.say(OLIVIA, "/leaderboard")
