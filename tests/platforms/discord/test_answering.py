"""When and how privately an answer arrives, and what happens where it can't."""

import asyncio
import logging
from dataclasses import replace

import aiohttp
import pytest

from bot.core.reply import Attachment, Reply
from bot.platforms.discord import answering
from tests.platforms.discord.conftest import Bot
from tests.talk import Said, read, say


async def _slowly(bot: Bot, text: str, reply: Reply) -> Said:
    """Let a command take until its answer was deferred, then answer."""
    bot.gate, bot.reply = asyncio.Event(), reply
    result = await bot.alice.slash(bot.study, text)
    assert result.deferred
    bot.gate.set()
    await bot.env.settle()
    shown = result.followups[-1] if result.followups else result.response
    assert shown is not None
    said = read(shown)
    said.result = result
    return said


@pytest.mark.parametrize("private", [True, False])
async def test_a_quick_answer_has_its_own_privacy(bot: Bot, private: bool) -> None:
    """A reply that is ready in time is one request, private or public as it says."""
    bot.reply = Reply("Recorded", "Well done.", private=private)
    said = await say(bot.alice, "/done docker")
    assert (said.title, said.text, said.private) == ("Recorded", "Well done.", private)
    assert len(bot.sent("POST", "/callback")) == 1
    assert not bot.sent("PATCH", "/webhooks/")


async def test_what_was_made_ready_is_shown_only_if_it_was_saved(bot: Bot) -> None:
    """An answer may be told while it is being saved; people read what came of it."""
    bot.foreseen, bot.reply = Reply("Recorded"), Reply("Not saved, please try again")
    said = await say(bot.alice, "/done docker")
    assert said.title == "Not saved, please try again"
    bot.foreseen = bot.reply = Reply("Recorded", "Well done.")
    assert (await say(bot.alice, "/done docker")).text == "Well done."


def test_deferring_leaves_half_of_discords_time() -> None:
    """Discord waits three seconds for a first answer, and half of them may go on the way."""
    assert answering.SLOW == 1.5


@pytest.mark.usefixtures("impatient")
async def test_a_slow_answer_is_deferred_with_the_commands_privacy(bot: Bot) -> None:
    """Where the privacy was foreseen, the deferred answer is filled in."""
    said = await _slowly(bot, "done", Reply("Recorded", private=True))
    assert (said.title, said.private) == ("Recorded", True)
    assert said.result is not None
    assert not said.result.followups


@pytest.mark.usefixtures("impatient")
async def test_a_slow_private_answer_never_shows_in_public(bot: Bot) -> None:
    """A private reply to a command that was deferred in public takes that away and follows up privately."""
    said = await _slowly(bot, "board", Reply("Refused", private=True))
    assert (said.title, said.private) == ("Refused", True)
    assert said.result is not None
    assert said.result.response is None
    assert bot.study.history(viewer=bot.bob) == []


@pytest.mark.usefixtures("impatient")
async def test_a_slow_public_answer_becomes_public(bot: Bot) -> None:
    """A public reply to a command that was deferred privately follows up for everybody."""
    said = await _slowly(bot, "done", Reply("Look", private=False))
    assert (said.title, said.private) == ("Look", False)
    assert [m.embeds[0].title for m in bot.study.history(viewer=bot.bob)] == ["Look"]


@pytest.mark.parametrize("command", ["done", "board"])
@pytest.mark.usefixtures("impatient")
async def test_a_file_comes_with_a_slow_answer_too(bot: Bot, command: str) -> None:
    """A file goes into the deferred answer, or with the follow-up where the privacy was another one."""
    reply = Reply("Your data", attachment=Attachment("data.json", b"{}"))
    said = await _slowly(bot, command, reply)
    assert (said.title, said.private) == ("Your data", True)
    assert said.message is not None
    assert [file.filename for file in said.message.attachments] == ["data.json"]  # type: ignore[union-attr]


PICTURE = Reply("Your progress", "2 of 14 topics", attachment=Attachment("progress.png", b"png", "Two done"))


@pytest.mark.parametrize("private", [True, False])
async def test_a_picture_is_shown_in_the_answer_with_its_words(bot: Bot, private: bool) -> None:
    """The picture stands beside the text, has words for who can't see it, and is as private as the answer."""
    bot.reply = replace(PICTURE, private=private)
    said = await say(bot.alice, "/done docker")
    assert said.message is not None
    (file,) = said.message.attachments
    sent = file if isinstance(file, dict) else {"filename": file.filename, "description": file.description}
    assert (sent["filename"], sent["description"]) == ("progress.png", "Two done")
    assert said.private is private


async def test_a_picture_that_discord_refuses_costs_nothing_but_itself(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a message with a picture is refused, its text is sent alone, and the log says why."""
    bot.reply = PICTURE
    bot.env.inject_error("POST", "/interactions/*/callback", status=413, code=40005)
    said = await say(bot.alice, "/done docker")
    assert (said.title, said.text) == ("Your progress", "2 of 14 topics")
    assert "a picture was refused" in caplog.text
    assert said.message is not None
    assert not said.message.attachments


@pytest.mark.parametrize("command, path", [("done", "/webhooks/*/@original"), ("board", "/webhooks/*")])
@pytest.mark.usefixtures("impatient")
async def test_a_slow_answer_does_without_a_refused_picture_too(bot: Bot, command: str, path: str) -> None:
    """After deferring the text comes alone as well, where it was private from the start and where it was not."""
    method = "PATCH" if command == "done" else "POST"
    bot.env.inject_error(method, path, status=413, code=40005)
    said = await _slowly(bot, command, PICTURE)
    assert (said.title, said.private) == ("Your progress", True)
    assert said.message is not None
    assert not said.message.attachments


async def test_a_fault_is_answered_kindly(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong behind the platform, the person hears that nothing was lost, and the log why."""
    bot.fault = ZeroDivisionError("oh no")
    said = await say(bot.alice, "/done docker")
    assert "Nothing was lost" in said
    assert said.private
    assert "ZeroDivisionError" in caplog.text
    assert "oh no" not in str(said)


@pytest.mark.parametrize("code, status", [(10062, 404), (40060, 400), (0, 500)])
async def test_an_answer_that_comes_too_late_is_only_logged(
    bot: Bot, caplog: pytest.LogCaptureFixture, code: int, status: int
) -> None:
    """An expired interaction fails nothing: what was recorded stays, and the token stays out of the log."""
    bot.env.inject_error("POST", "/interactions/*/callback", status=status, code=code)
    with caplog.at_level(logging.INFO):
        result = await bot.alice.slash(bot.study, "done")
    assert not result.acknowledged
    assert len(bot.asked) == 1
    assert "an answer was lost" in caplog.text
    assert result._interaction.token not in caplog.text
    assert not bot.env.errors


async def test_a_dropped_connection_is_only_logged(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The network's own errors, which discord.py passes on, fail nothing either."""

    async def drop(*_: object, **__: object) -> None:
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(bot.env._webhook_adapter, "request", drop)
    await bot.alice.slash(bot.study, "done")
    assert "an answer was lost" in caplog.text
    assert not bot.env.errors


async def test_a_command_that_is_no_more_is_answered_kindly(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord may show an older command for a while; it says how to get the newer one."""
    bot.platform.client.tree.remove_command("done")
    said = await say(bot.alice, "/done docker")
    assert "changed" in said
    assert said.private
    assert len(bot.env.errors) == 1, "SimCord counts what the tree has handled as well"
