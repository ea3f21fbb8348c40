"""Posts, threads and direct messages, and what every refusal of Discord's means for a post."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp.client_reqrep import ConnectionKey

from bot.core.platform import Closed, Held, Message, TryLater, Unsure
from bot.core.reply import Reply
from bot.platforms.discord import faults, sending
from tests.platforms.discord.conftest import Bot
from tests.talk import read

MESSAGES = "/channels/*/messages"
UNREACHABLE = aiohttp.ClientConnectorError(
    ConnectionKey("discord.com", 443, True, True, None, None, None), OSError()
)


def _long_ago(bot: Bot) -> datetime:
    return bot.env.now() - timedelta(days=1)


async def _raising(bot: Bot, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(bot.platform.client.http, "request", fail)


async def test_a_post_carries_its_nonce_and_pings_nobody(bot: Bot) -> None:
    """Discord itself makes sure that a repeat within a few minutes is the same message."""
    message_id = await bot.platform.send(bot.post())
    sent = bot.sent("POST", "/messages")[0].json
    assert (sent["nonce"], sent["enforce_nonce"]) == ("n-m1", True)
    assert sent["allowed_mentions"] == {"parse": []}
    shown = bot.study.history()[0]
    assert str(shown.id) == message_id
    assert (read(shown).title, read(shown).buttons) == ("This week", ["Done"])


@pytest.mark.parametrize(
    "status, code, kind, words",
    [
        (404, 10003, Held, "gone"),
        (403, 50001, Held, "permissions"),
        (403, 50013, Held, "permissions"),
        (400, 200000, Held, "AutoMod"),
        (403, 0, Held, "refused"),
        (400, 50035, Held, "refused"),
        (500, 0, Unsure, "500"),
        (502, 0, Unsure, "502"),
        (503, 0, Unsure, "503"),
        (504, 0, Unsure, "504"),
        (429, 0, TryLater, "wait"),
        (401, 0, TryLater, "token"),
    ],
)
async def test_every_refusal_has_a_meaning(
    bot: Bot, status: int, code: int, kind: type[Exception], words: str
) -> None:
    """What a person can mend is held with the reason, what may have arrived is unsure, the rest is for later."""
    bot.env.inject_error("POST", MESSAGES, status=status, code=code, message="No")
    with pytest.raises(kind, match=words):
        await bot.platform.send(bot.post())


async def test_only_an_unknown_channel_is_gone_for_ever(bot: Bot) -> None:
    """A channel that can't be seen may come back; one that Discord does not know never does."""
    bot.env.inject_error("POST", MESSAGES, status=404, code=10003)
    with pytest.raises(Held) as gone:
        await bot.platform.send(bot.post())
    bot.env.inject_error("POST", MESSAGES, status=403, code=50001)
    with pytest.raises(Held) as hidden:
        await bot.platform.send(bot.post())
    assert (gone.value.gone, hidden.value.gone) == (True, False)


async def test_a_missing_permission_is_named(bot: Bot) -> None:
    """The organizer reads which permission to give."""
    deny = discord.PermissionOverwrite(embed_links=False, send_messages=False)
    bot.study = bot.guild.create_text_channel("quiet", overwrites={bot.guild.default_role: deny})
    await bot.env.settle()
    with pytest.raises(Held, match="Send Messages") as held:
        await bot.platform.send(bot.post())
    assert "Embed Links" in str(held.value)


@pytest.mark.parametrize(
    "error, kind",
    [
        (aiohttp.ServerDisconnectedError(), Unsure),
        (aiohttp.ClientOSError(), Unsure),
        (ConnectionResetError(), Unsure),
        (TimeoutError(), Unsure),
        (UNREACHABLE, TryLater),
        (RuntimeError("Session is closed"), TryLater),
        (discord.RateLimited(77.0), TryLater),
    ],
)
async def test_a_lost_answer_is_unsure_and_a_lost_question_is_not(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    """What never left this machine may simply be sent again."""
    await _raising(bot, monkeypatch, error)
    with pytest.raises(kind) as raised:
        await bot.platform.send(bot.post())
    if isinstance(error, discord.RateLimited):
        assert raised.value.seconds == 77.0


async def test_a_call_that_hangs_is_given_up(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for Discord for ever; whether the post arrived is not known then."""

    async def hang(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bot.platform.client.http, "request", hang)
    monkeypatch.setattr(faults, "LIMIT", 0.001)
    with pytest.raises(Unsure):
        await bot.platform.send(bot.post())


async def test_nothing_is_sent_before_discord_is_ready(bot: Bot) -> None:
    """A post before the connection stands waits, and holds nothing."""
    idle = bot.make()
    assert not idle.ready()
    assert bot.platform.ready()
    for attempt in (
        idle.send(bot.post()),
        idle.find(bot.post(), _long_ago(bot)),
        idle.open_thread("1", "1", "2", "a", "b"),
    ):
        with pytest.raises(TryLater):
            await attempt


async def test_a_post_is_found_by_the_mark_in_its_buttons(bot: Bot) -> None:
    """Among posts that look alike the one with the mark is found, and only if we sent it after that time."""
    await bot.platform.send(bot.post(mark="m1"))
    second = await bot.platform.send(bot.post(mark="m2"))
    await bot.alice.send(bot.study, "r1|done|post=m3")
    assert await bot.platform.find(bot.post(mark="m2"), _long_ago(bot)) == second
    assert await bot.platform.find(bot.post(mark="m3"), _long_ago(bot)) is None
    assert await bot.platform.find(bot.post(mark="m2"), bot.env.now() + timedelta(days=1)) is None


async def test_an_unreadable_history_is_not_an_empty_one(bot: Bot) -> None:
    """Without the permission to read, whether a post is there is not known, and it is held."""
    deny = discord.PermissionOverwrite(read_message_history=False)
    bot.study = bot.guild.create_text_channel("quiet", overwrites={bot.guild.default_role: deny})
    await bot.env.settle()
    with pytest.raises(Held, match="Read Message History"):
        await bot.platform.find(bot.post(), _long_ago(bot))


async def test_a_history_that_is_too_long_is_not_an_empty_one(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where more was said than we read, whether a post is there is not known, and it is held."""
    monkeypatch.setattr(sending, "LOOK_BACK", 3)
    for number in range(3):
        await bot.alice.send(bot.study, f"{number}")
    with pytest.raises(Held, match="So much was said"):
        await bot.platform.find(bot.post(), _long_ago(bot))


@pytest.mark.parametrize("make", ["create_text_channel", "create_news_channel"])
async def test_a_thread_is_opened_once_with_its_question(bot: Bot, make: str) -> None:
    """Asking for the same thread again, as after a crash, neither opens nor says anything twice."""
    bot.study = getattr(bot.guild, make)("posts")
    await bot.env.settle()
    message_id = await bot.platform.send(bot.post())
    opened = await bot.platform.open_thread(
        "1", str(bot.study.id), message_id, "Docker " + "x" * 200, "What is a layer?"
    )
    bot.env.inject_error("POST", "*/threads", status=400, code=160004)
    again = await bot.platform.open_thread("1", str(bot.study.id), message_id, "Docker", "What is a layer?")
    assert opened == again
    (thread,) = bot.study.threads
    assert str(thread.id) == opened
    assert len(thread.name or "") == 100
    assert [message.content for message in thread.history()] == ["What is a layer?"]
    asked = bot.sent("POST", f"/channels/{opened}/messages")[0].json
    assert (asked["nonce"], asked["allowed_mentions"]) == (f"t{message_id}", {"parse": []})
    assert bot.sent("POST", "/threads")[0].json["auto_archive_duration"] == 10080
    # Whether it is silent is looked at only in a thread that was there before.
    assert len(bot.sent("GET", f"/channels/{opened}/messages")) == 1


async def test_a_thread_that_stayed_silent_gets_its_question(bot: Bot) -> None:
    """A crash between opening and asking is made good on the next attempt."""
    message_id = await bot.platform.send(bot.post())
    bot.env.inject_error("POST", f"/channels/{message_id}/messages", status=503)
    with pytest.raises(Unsure):
        await bot.platform.open_thread("1", str(bot.study.id), message_id, "Docker", "What is a layer?")
    bot.env.inject_error("POST", "*/threads", status=400, code=160004)
    await bot.platform.open_thread("1", str(bot.study.id), message_id, "Docker", "What is a layer?")
    assert [message.content for message in bot.study.threads[0].history()] == ["What is a layer?"]


async def test_a_missing_thread_permission_is_named(bot: Bot) -> None:
    """A channel without threads gets its post, and the organizer reads why the thread is missing."""
    deny = discord.PermissionOverwrite(create_public_threads=False)
    bot.study = bot.guild.create_text_channel("flat", overwrites={bot.guild.default_role: deny})
    await bot.env.settle()
    message_id = await bot.platform.send(bot.post())
    with pytest.raises(Held, match="Create Public Threads"):
        await bot.platform.open_thread("1", str(bot.study.id), message_id, "Docker", "What is a layer?")


async def test_a_direct_message_reaches_a_person(bot: Bot) -> None:
    """An organizer is told in private."""
    assert await bot.platform.tell(
        "1", str(bot.olivia.id), Reply("The channel is gone", "Choose another one.")
    )
    (message,) = bot.olivia.user.dm_channel.history()
    assert read(message).title == "The channel is gone"


@pytest.mark.parametrize("status, code", [(403, 50007), (403, 50278), (404, 10013), (500, 0)])
async def test_closed_direct_messages_fail_nothing(bot: Bot, status: int, code: int) -> None:
    """Somebody who takes no direct messages is not told, and that is all."""
    bot.env.inject_error("POST", MESSAGES, status=status, code=code)
    assert not await bot.platform.tell("1", str(bot.olivia.id), Reply("The channel is gone"))
    assert not await bot.platform.tell("1", "nobody", Reply("The channel is gone"))


def test_a_message_has_an_address(bot: Bot) -> None:
    """A link leads to a message in its channel."""
    assert bot.platform.message_url("1", "2", "3") == "https://discord.com/channels/1/2/3"


@pytest.mark.parametrize("status, code", [(403, 50007), (403, 50278), (404, 10013)])
async def test_a_private_message_says_that_they_are_closed(bot: Bot, status: int, code: int) -> None:
    """A private message goes to the person's own channel, always the same; that they take none is told apart."""
    channel = await bot.platform.direct("1", str(bot.olivia.id))
    assert channel == await bot.platform.direct("1", str(bot.olivia.id))
    message = Message(channel, Reply("Python: 4 days left"), "n1", "n1r260108")
    assert await bot.platform.send(message)
    bot.env.inject_error("POST", MESSAGES, status=status, code=code)
    with pytest.raises(Closed):
        await bot.platform.send(message)
