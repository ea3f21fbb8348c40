"""What people type on Slack, over signed HTTP, with the real Bolt app and the real bot behind it."""

import asyncio
from functools import partial
from typing import Any

import pytest

from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.rows import rows
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, STUDY


async def test_a_command_is_acknowledged_and_answered_privately(grouped: SlackWorld) -> None:
    """`/next` exists by its own name, and only who asked sees the answer."""
    said = await grouped.slack.say(ALICE, "/next")
    assert said.private
    assert said.title == "Python"
    assert "Done" in " ".join(said.buttons)


async def test_study_takes_every_command_with_its_options(grouped: SlackWorld) -> None:
    """`/study done docker 3h great course` is the command with its options."""
    said = await grouped.slack.say(ALICE, "/study done docker 3h great course")
    assert said.title == "Recorded: Docker"
    assert "3 h" in said
    assert "your note is kept" in said
    said = await grouped.slack.say(ALICE, "/done leetcode hours:1.5")
    assert said.title.startswith("Recorded: LeetCode")
    assert "alice" in await grouped.slack.say(BOB, "/leaderboard all 1")


async def test_text_arrives_as_it_was_typed(grouped: SlackWorld, url: str) -> None:
    """Slack escapes three signs and wraps addresses; a note is kept as its writer typed it."""
    await grouped.slack.say(ALICE, "/done docker note:a < b && c > d, see https://x.org/?a=1&b=2")
    assert rows(url, "SELECT note FROM mark") == [("a < b && c > d, see https://x.org/?a=1&b=2",)]
    await grouped.slack.call(ALICE, 'done leetcode note:"<b> & co"')
    assert rows(url, "SELECT note FROM mark")[1] == ("<b> & co",)


async def test_study_alone_is_help(grouped: SlackWorld) -> None:
    """`/study` shows everything that can be said, spelled as it is said here."""
    said = await grouped.slack.say(ALICE, "/study")
    assert said.title == "How Roadmate works"
    assert "`/study undo`" in said
    assert "`/next`" in said
    assert "`/study organizers`" in said


async def test_what_is_not_understood_is_answered_with_what_was(grouped: SlackWorld) -> None:
    """A wrong option is answered with what was understood, what was not, and an example; nothing is done."""
    said = await grouped.slack.say(ALICE, "/study done docker hours:900")
    assert said.private
    assert "Understood: `/done` with item *docker*." in said
    assert "between 0 and 500" in said
    assert "/done item:docker on:yesterday hours:2.5" in said
    said = await grouped.slack.say(ALICE, "/study leaderboard week <!channel>")
    assert "Not understood: “&lt;" in said
    said = await grouped.slack.say(ALICE, "/study don docker")
    assert said.title == "No command called “don”"
    assert (await grouped.slack.click(ALICE, said, "/done")).title == "Recorded: Docker"


async def test_organizers_are_admins_and_whom_they_named(grouped: SlackWorld) -> None:
    """A member is refused at run time; named with /study organizers they may, until that is taken back."""
    slack = grouped.slack
    assert (await slack.say(BOB, "/study pause")).title == "That is for organizers"
    assert "<@U3BOB> organizes from now on" in await slack.say(OLIVIA, f"/study organizers <@{BOB}|bob>")
    assert (await slack.say(BOB, "/study pause")).title == "The group is paused"
    assert "does not organize" in await slack.say(OLIVIA, f"/study organizers remove:<@{BOB}|bob>")
    assert (await slack.say(BOB, "/study resume")).title == "That is for organizers"
    grouped.fake.users[OLIVIA]["is_admin"] = False
    assert (await slack.say(OLIVIA, "/study resume")).title == "That is for organizers"


async def test_the_zone_of_a_new_group_is_that_of_the_organizer(there: SlackWorld) -> None:
    """Slack knows a person's time zone, and a new group begins with it."""
    there.fake.users[OLIVIA]["tz"] = "Asia/Tokyo"
    said = await there.slack.say(OLIVIA, "/study setup")
    assert "Asia/Tokyo" in said
    assert f"<#{STUDY}>" in said


@pytest.mark.parametrize("zone", ["Mars/Phobos", "<!channel>", "", None])
async def test_a_zone_that_nobody_knows_is_none(there: SlackWorld, zone: str | None) -> None:
    """Where the profile has no zone, or one that is none, a new group begins with UTC and offers another."""
    there.fake.users[OLIVIA]["tz"] = zone
    said = await there.slack.say(OLIVIA, "/study setup")
    assert "UTC" in said
    assert any("zone" in label for label in said.buttons)


async def test_the_acknowledgement_waits_for_nothing(
    grouped: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands, clicks and forms are acknowledged before their work is done; the answers follow."""
    slack, fake, answered = grouped.slack, grouped.fake, asyncio.Event()
    status = await slack.say(OLIVIA, "/study status")
    form = await slack.click(OLIVIA, status, "Change")
    assert form.view is not None
    board = next(e for b in status.message["blocks"] if b["type"] == "actions" for e in b["elements"])
    write, read = grouped.app.database.write, grouped.app.database.read

    async def slowly(work: Any, *more: Any, wanted: Any = write, **named: Any) -> Any:
        await answered.wait()
        return await wanted(work, *more, **named)

    monkeypatch.setattr(grouped.app.database, "write", slowly)
    monkeypatch.setattr(grouped.app.database, "read", partial(slowly, wanted=read))
    before = len(fake.private[STUDY, OLIVIA])
    assert await slack.send_command(slack.command(OLIVIA, "/done docker")) == 200
    assert await slack.send_click(slack.pressed(OLIVIA, board["action_id"], None)) == 200
    assert await slack.send_click(slack.filled(OLIVIA, form.view)) == 200
    assert len(fake.private[STUDY, OLIVIA]) == before
    answered.set()
    await fake.until(lambda: len(fake.private[STUDY, OLIVIA]) >= before + 2)
