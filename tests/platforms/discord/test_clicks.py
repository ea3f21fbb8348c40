"""Clicks and forms: the same road as typing, for every message that is still there."""

import asyncio
import gc
import weakref

import discord
import pytest

from bot.core import forms
from bot.core.reply import Button, Reply
from tests.platforms.discord.conftest import Bot
from tests.talk import click, fill_in, read, say

DONE = Button("Done", "done", {"item": "docker", "group": 7, "token": "t"})
NEXT_PAGE = Button("Next page", "board", {"page": 2}, replaces=True)
NOTE = Button("Note", "done", {"item": "docker"}, ask=("note", "hours", "token"))


async def test_a_click_is_the_command_with_its_arguments(bot: Bot) -> None:
    """Options that nobody types, and a group, are carried by buttons."""
    bot.reply = Reply("Docker", buttons=(DONE,))
    shown = await say(bot.alice, "/done")
    said = await click(bot.alice, shown, "Done")
    asked = bot.asked[-1]
    assert (asked.command, asked.args) == ("done", {"item": "docker", "group": "7", "token": "t"})
    assert asked.channel.id == str(bot.study.id)
    assert said.title == "Docker"


async def test_buttons_work_after_a_restart(bot: Bot) -> None:
    """A click is routed by its id alone; nothing has to be remembered."""
    await bot.platform.send(bot.post())
    await bot.env.settle()
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    await click(bot.bob, bot.study.history()[0], "Done")
    assert bot.asked[-1].args == {"item": "docker", "post": "m1"}
    assert bot.asked[-1].person.id == str(bot.bob.id)


@pytest.mark.parametrize(
    "custom_id", ["roadmate:done:docker", "r1|gone|item=x", "r1|done|item=%zz", "r0|done"]
)
async def test_an_unknown_button_is_answered_kindly(bot: Bot, custom_id: str) -> None:
    """A button of an older version, or one that was made up, says where to get a new one."""
    channel = bot.platform.client.get_partial_messageable(bot.study.id)
    view = discord.ui.View(timeout=None)
    view.stop()
    view.add_item(discord.ui.Button(label="Old", custom_id=custom_id))
    await channel.send("old", view=view)
    said = await click(bot.alice, bot.study.history()[0], "Old")
    assert "older version" in said
    assert said.private
    assert not bot.asked


async def test_a_page_turns_in_place_for_who_asked(bot: Bot) -> None:
    """The next page of one's own board replaces the page before."""
    bot.reply = Reply("Page 1", buttons=(NEXT_PAGE,), private=False)
    board = await say(bot.alice, "/board")
    bot.reply = Reply("Page 2", private=False)
    said = await click(bot.alice, board, "Next page")
    assert said.message is not None
    assert board.message is not None
    assert said.message.id == board.message.id
    assert [(read(m).title, read(m).buttons) for m in bot.study.history()] == [("Page 2", [])]


async def test_a_page_turns_privately_for_somebody_else(bot: Bot) -> None:
    """Nobody turns the pages of another person's board; they get their own to see."""
    bot.reply = Reply("Page 1", buttons=(NEXT_PAGE,), private=False)
    board = await say(bot.alice, "/board")
    bot.reply = Reply("Page 2", private=False)
    said = await click(bot.bob, board, "Next page")
    assert (said.title, said.private) == ("Page 2", True)
    assert read(bot.study.history(viewer=bot.alice)[0]).title == "Page 1"


async def test_a_page_of_a_post_turns_privately(bot: Bot) -> None:
    """What the bot posted by itself belongs to everybody and stays."""
    await bot.platform.send(bot.post(NEXT_PAGE))
    bot.reply = Reply("Page 2", private=False)
    said = await click(bot.alice, bot.study.history()[0], "Next page")
    assert said.private
    assert read(bot.study.history()[0]).title == "This week"


async def test_a_private_page_turns_in_place(bot: Bot) -> None:
    """A message that only one person sees is that person's."""
    bot.reply = Reply("Page 1", buttons=(NEXT_PAGE,))
    board = await say(bot.alice, "/board")
    bot.reply = Reply("Page 2", private=False)
    said = await click(bot.alice, board, "Next page")
    assert (said.title, said.private) == ("Page 2", True)
    assert board.message is not None
    assert said.message is not None
    assert said.message.id == board.message.id


async def test_a_private_reply_never_replaces_a_public_message(bot: Bot) -> None:
    """A refusal is for one person, even under a message that is theirs."""
    bot.reply = Reply("Page 1", buttons=(NEXT_PAGE,), private=False)
    board = await say(bot.alice, "/board")
    bot.reply = Reply("Refused", private=True)
    said = await click(bot.alice, board, "Next page")
    assert (said.title, said.private) == ("Refused", True)
    assert read(bot.study.history(viewer=bot.bob)[0]).title == "Page 1"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("private", [True, False])
async def test_a_slow_page_turns_in_place_too(bot: Bot, private: bool) -> None:
    """A page that had to be deferred replaces the one before, unless it is private and that is not."""
    bot.reply = Reply("Page 1", buttons=(NEXT_PAGE,), private=False)
    board = await say(bot.alice, "/board")
    assert board.message is not None
    bot.gate, bot.reply = asyncio.Event(), Reply("Page 2", private=private)
    result = await bot.alice.click(board.message, label="Next page")
    bot.gate.set()
    await bot.env.settle()
    assert [follow.ephemeral for follow in result.followups] == [True] * private
    assert read(bot.study.history(viewer=bot.bob)[0]).title == ("Page 1" if private else "Page 2")


async def test_a_button_can_ask_first(bot: Bot) -> None:
    """A form asks for the options that it names; what is filled in goes the way of typing, as text."""
    bot.reply = Reply("Docker", buttons=(NOTE,))
    shown = await click(bot.alice, await say(bot.alice, "/done"), "Note")
    assert len(bot.asked) == 1
    assert shown.form is not None
    assert shown.form.modal is not None
    assert [row["label"] for row in shown.form.modal["components"]] == ["Note", "Hours", "Token"]
    fields = [row["component"] for row in shown.form.modal["components"]]
    assert fields[0]["placeholder"] == "A note to yourself"
    assert not any(entry["required"] for entry in fields)
    assert [entry.get("value") for entry in fields] == [None, "2", None]
    said = await fill_in(bot.alice, shown, note="Layers are cached", hours="1,5")
    assert bot.asked[-1].args == {"item": "docker", "note": "Layers are cached", "hours": "1,5"}
    assert said.title == "Docker"


async def test_who_may_not_do_it_gets_no_form(bot: Bot) -> None:
    """A refusal comes before the form and not after somebody has filled it in."""
    bot.reply, bot.present = Reply("Docker", buttons=(NOTE,)), Reply("That is for organizers")
    said = await click(bot.alice, await say(bot.alice, "/done"), "Note")
    assert (said.title, said.form, said.private) == ("That is for organizers", None, True)


@pytest.mark.usefixtures("impatient")
async def test_a_form_comes_empty_rather_than_late(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the present values take too long, the form is shown without them: later Discord takes none."""
    monkeypatch.setattr(forms, "IN_TIME", 0)
    bot.reply = Reply("Docker", buttons=(NOTE,))
    shown = await say(bot.alice, "/done")
    bot.gate = asyncio.Event()
    assert shown.message is not None
    result = await bot.alice.click(shown.message, label="Note")
    await bot.env.settle()
    assert result.modal is not None
    assert not [row for row in result.modal["components"] if row["component"].get("value")]


async def test_a_form_survives_a_restart(bot: Bot) -> None:
    """A form that was open while the bot restarted is taken all the same."""
    bot.reply = Reply("Docker", buttons=(NOTE,))
    shown = await click(bot.alice, await say(bot.alice, "/done"), "Note")
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    await fill_in(bot.alice, shown, note="Layers")
    assert bot.asked[-1].args == {"item": "docker", "note": "Layers"}


async def test_a_button_that_asks_for_nothing_known_is_a_click(bot: Bot) -> None:
    """An option that is no more is not asked for, and the rest is done."""
    bot.reply = Reply("Docker", buttons=(Button("Note", "done", {"item": "docker"}, ask=("mood",)),))
    await click(bot.alice, await say(bot.alice, "/done"), "Note")
    assert bot.asked[-1].args == {"item": "docker"}


async def test_discord_py_keeps_no_view_and_no_form(bot: Bot) -> None:
    """After 100 posts, 100 private answers and 100 forms, nothing is stored and nothing is waiting."""
    bot.reply = Reply("Docker", buttons=(DONE, NOTE))
    for number in range(100):
        await bot.platform.send(bot.post(mark=f"m{number}"))
        await click(bot.alice, await say(bot.alice, "/done"), "Note")
    store = bot.platform.client._connection._view_store
    assert (store._views, store._synced_message_views, store._modals) == ({}, {}, {})
    # Up to 256 rows of buttons are kept by us, to be shown again.
    gc.collect()
    kinds = (discord.ui.View, discord.ui.Modal)
    kept = [weakref.ref(thing) for thing in gc.get_objects() if isinstance(thing, kinds)]
    assert len(kept) < 10
