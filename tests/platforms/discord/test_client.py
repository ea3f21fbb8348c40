"""The connection: what it asks for, what it tells Discord, and how it ends."""

import asyncio
from typing import Any

import discord
import pytest

from bot.app import App
from bot.core.errors import Passing, StartupError
from bot.platforms.discord.syncing import KEY
from bot.settings import Settings
from tests.platforms.discord.conftest import Bot
from tests.platforms.discord.test_sending import UNREACHABLE


def test_making_a_platform_needs_no_loop_and_contacts_nobody() -> None:
    """Everything can be put together before anything runs."""
    platform = Bot().platform
    assert platform.name == "discord"
    assert not platform.ready()
    assert {command.name for command in platform.client.tree.get_commands()} == {
        "done",
        "board",
        "setup",
        "mydata",
    }


def test_little_is_asked_for_and_kept() -> None:
    """No privileged intent, no members, no messages: memory stays small with many servers."""
    client = Bot().platform.client
    assert client.intents == discord.Intents(guilds=True)
    state = client._connection
    assert state.max_messages is None
    assert state.member_cache_flags == discord.MemberCacheFlags.none()
    assert state.allowed_mentions is not None
    assert state.allowed_mentions.to_dict() == {"parse": []}


async def test_commands_are_sent_once(bot: Bot) -> None:
    """A restart with the same commands sends none; Discord takes 200 new ones a day."""
    assert len(bot.sent("PUT", "/commands")) == 1
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    assert len(bot.sent("PUT", "/commands")) == 1


async def test_changed_commands_are_sent(bot: Bot) -> None:
    """A note that says something else means that the commands have changed since."""
    bot.kept[KEY] = "older"
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    assert len(bot.sent("PUT", "/commands")) == 2
    assert bot.kept[KEY] != "older"


async def test_commands_that_discord_does_not_have_are_sent(bot: Bot) -> None:
    """A kept database meets a new application: what the server really holds counts, not the note."""
    await bot.env.shutdown()
    await bot.start_again()
    assert len(bot.sent("PUT", "/commands")) == 1


async def test_a_refused_sync_stops_nothing(bot: Bot) -> None:
    """Posts go out and older commands work on, even where Discord takes no new ones today."""
    kept = bot.kept[KEY] = "older"
    bot.env.inject_error("PUT", "*/commands", status=429, code=30034)
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    assert bot.platform.ready()
    assert bot.kept[KEY] == kept


async def test_servers_are_told_when_they_come_and_at_every_start(bot: Bot) -> None:
    """The bot says that it was added to a server, and after a start in which servers it is."""
    client = bot.platform.client
    client.dispatch("guild_join", client.get_guild(bot.guild.id))
    await bot.env.settle()
    assert bot.came == {str(bot.guild.id)}
    bot.came.clear()
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    assert bot.came == {str(bot.guild.id)}


async def test_a_server_that_was_left_while_away_is_found_out(bot: Bot) -> None:
    """After a start, a server that should be there and is not is asked for; only Discord's answer says gone."""
    bot.missing = ["42", str(bot.guild.id)]
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)
    assert bot.left == ["42"]


async def test_another_shards_servers_are_not_asked_for(bot: Bot) -> None:
    """A connection asks only for the servers that it would see, and for few of them at a time."""
    bot.missing = [str(number << 22) for number in range(100)]
    client = bot.platform.client
    client.shard_ids, client.shard_count = [1], 2  # type: ignore[attr-defined]
    client.dispatch("ready")
    await bot.env.settle()
    assert bot.left == [str(number << 22) for number in range(1, 41, 2)]


async def test_an_unclear_answer_is_not_gone(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that Discord can't tell us about just now is left alone."""

    async def fails(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr(bot.platform.client.http, "get_guild", fails)
    bot.missing = ["42"]
    bot.platform.client.dispatch("ready")
    await bot.env.settle()
    assert bot.left == []


async def test_leaving_a_server_is_told_and_an_outage_is_not(bot: Bot) -> None:
    """Only a bot that was removed has left."""
    emit = bot.env.backend.emit
    emit("GUILD_DELETE", {"id": str(bot.guild.id), "unavailable": True})
    await bot.env.settle()
    assert bot.left == []
    emit("GUILD_DELETE", {"id": str(bot.guild.id)})
    await bot.env.settle()
    assert bot.left == [str(bot.guild.id)]


@pytest.mark.parametrize(
    "error, words",
    [
        (discord.LoginFailure("Improper token has been passed."), "DISCORD_TOKEN"),
        (ValueError("Newline or carriage return detected in headers."), "DISCORD_TOKEN"),
    ],
)
async def test_what_only_the_operator_can_mend_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """A wrong token is said in one clear line."""
    platform = Bot().platform

    async def fail(_: Any) -> None:
        raise error

    monkeypatch.setattr(platform.client, "login", fail)
    with pytest.raises(StartupError, match=words) as raised:
        await platform.run("wrong")
    assert "\n" not in str(raised.value)
    assert platform.client.is_closed()


def closed(code: int) -> discord.ConnectionClosed:
    """What discord.py raises when the gateway was closed for good."""
    socket: Any = type("Socket", (), {"close_code": code})()
    return discord.ConnectionClosed(socket, shard_id=None)


def refused(status: int) -> Exception:
    """What discord.py raises when Discord has a fault of its own."""
    response: Any = type("Response", (), {"status": status, "reason": "", "headers": {}})()
    return discord.DiscordServerError(response, "")


async def many_logins() -> tuple[int, str, dict[str, int]]:
    """Say what Discord says to a bot that was started a few times."""
    return 1, "", {"total": 1000, "remaining": 990, "reset_after": 1, "max_concurrency": 1}


@pytest.mark.parametrize(
    "error, kind, words",
    [
        (UNREACHABLE, Passing, "can't be reached"),
        (refused(503), Passing, r"refuses the login just now \(503\)"),
        (discord.RateLimited(60), Passing, "asks to wait"),
        (closed(4000), Passing, "close code 4000"),
        (closed(4004), StartupError, "does not accept DISCORD_TOKEN"),
        (closed(4011), StartupError, "more servers than one connection"),
    ],
)
async def test_the_end_of_a_connection_is_understood(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], words: str
) -> None:
    """What passes is tried again by whoever keeps the connection; what would only use up logins is not."""
    platform = Bot().platform

    async def log_in(_: Any) -> None:
        await asyncio.sleep(0)

    async def fail() -> None:
        raise error

    first = platform.client
    monkeypatch.setattr(first, "login", log_in)
    monkeypatch.setattr(first.http, "get_bot_gateway", many_logins)
    monkeypatch.setattr(first, "connect", fail)
    with pytest.raises(kind, match=words):
        await platform.run("token")
    assert first.is_closed()


async def test_a_connection_that_died_can_be_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second attempt has a client of its own, with every command, and nothing left over from the first."""
    platform, first = (bot := Bot()).platform, bot.platform.client
    logins: list[discord.Client] = []

    async def fail(client: discord.Client, _token: str) -> None:
        logins.append(client)
        raise UNREACHABLE

    monkeypatch.setattr(discord.Client, "login", fail)
    for _ in range(2):
        with pytest.raises(Passing):
            await platform.run("token")
    assert logins == [first, platform.client]
    assert first is not platform.client
    assert len(platform.client.tree.get_commands()) == len(first.tree.get_commands())


async def test_privileged_intents_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord closing the connection over intents is said in one line too."""
    platform = Bot().platform

    async def pass_(_: Any) -> None:
        await asyncio.sleep(0)

    async def fail() -> None:
        raise discord.PrivilegedIntentsRequired(None)

    monkeypatch.setattr(platform.client, "login", pass_)
    monkeypatch.setattr(platform.client.http, "get_bot_gateway", many_logins)
    monkeypatch.setattr(platform.client, "connect", fail)
    with pytest.raises(StartupError, match="intent"):
        await platform.run("token")


async def test_closing_twice_is_closing() -> None:
    """Stopping can be asked for from several sides."""
    platform = Bot().platform
    await platform.close()
    await platform.close()
    assert platform.client.is_closed()


def test_a_part_of_the_shards_has_its_connections() -> None:
    """With SHARDS the client opens a connection for each of its shards and tells Discord their number."""

    def shown(shards: str) -> tuple[bool, object, object]:
        client = App(Settings(shards=shards, _env_file=None)).discord  # type: ignore[arg-type]
        sharded = isinstance(client, discord.AutoShardedClient)
        return sharded, client.shard_ids if sharded else None, client.shard_count

    assert shown("4-7/16") == (True, [4, 5, 6, 7], 16)
    assert shown("0-1/2") == (True, [0, 1], 2)
    assert shown("0/1") == (False, None, None)
