"""How a command looks on Discord."""

from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import discord
import pytest

from bot.commands import table
from bot.core.command import Choice, Command, Option, command
from bot.core.reply import Reply
from bot.platforms.discord.compiling import compile_all, compile_command
from tests.platforms.discord.conftest import COMMANDS, Bot
from tests.talk import say, suggestions


def _payload(bot: Bot, name: str) -> dict[str, Any]:
    sent = bot.sent("PUT", "/commands")[0].json
    return next(command for command in sent if command["name"] == name)


def _options(bot: Bot, name: str) -> dict[str, dict[str, Any]]:
    return {option["name"]: option for option in _payload(bot, name)["options"]}


async def test_only_what_people_can_type_is_shown(bot: Bot) -> None:
    """Commands and options that only buttons say are not offered."""
    assert [command["name"] for command in bot.sent("PUT", "/commands")[0].json] == [
        *("done", "board", "setup", "mydata"),
    ]
    assert list(_options(bot, "done")) == ["item", "hours", "note"]


async def test_a_name_of_two_words_is_a_subcommand(bot: Bot) -> None:
    """`/mydata export` is typed so, with its own options, and is the command of that name to the bot."""
    (export,) = _payload(bot, "mydata")["options"]
    assert (export["type"], export["name"], export["description"]) == (1, "export", "Take your data along.")
    assert _payload(bot, "mydata")["contexts"] == [0, 1]
    assert (await say(bot.alice, "/mydata export notes")).title == "Recorded"
    assert (bot.asked[-1].command, bot.asked[-1].args) == ("mydata export", {"item": "notes"})
    await suggestions(bot.alice, "mydata export", "item", "n")
    assert bot.typed[-1][0].command == "mydata export"


async def test_options_have_their_types_bounds_and_help(bot: Bot) -> None:
    """An option is text, a number, a channel, a person or a role, within its bounds."""
    done, board, setup = (_options(bot, name) for name in ("done", "board", "setup"))
    assert (done["item"]["type"], done["item"]["max_length"]) == (3, 80)
    assert (done["hours"]["type"], done["hours"]["min_value"], done["hours"]["max_value"]) == (10, 0, 99)
    assert (board["page"]["type"], board["page"]["min_value"]) == (4, 1)
    assert [setup[name]["type"] for name in ("channel", "helper", "badge")] == [7, 6, 8]
    assert done["note"]["description"] == "A note to yourself"
    assert setup["zone"]["required"]
    assert not setup["channel"]["required"]


async def test_choices_or_autocomplete(bot: Bot) -> None:
    """An option with choices shows them; one with suggestions asks while somebody types."""
    window, item = _options(bot, "board")["window"], _options(bot, "done")["item"]
    assert [choice["value"] for choice in window["choices"]] == ["week", "all"]
    assert not window.get("autocomplete")
    assert item["autocomplete"]
    assert not item.get("choices")


async def test_any_kind_of_channel_can_be_picked(bot: Bot) -> None:
    """That a forum does not fit is said kindly by the command, not by Discord hiding it."""
    assert not _options(bot, "setup")["channel"].get("channel_types")


async def test_organizers_commands_are_hidden_from_others(bot: Bot) -> None:
    """What needs Manage Server is shown to those who have it."""
    assert _payload(bot, "setup")["default_member_permissions"] == 32
    assert _payload(bot, "done")["default_member_permissions"] is None


def test_a_group_of_organizers_commands_is_hidden_too() -> None:
    """Discord knows rights of a group only, so /board has its commands' own and /mydata none."""
    unused = AsyncMock()
    rights = {c.name: c.default_permissions for c in compile_all(table.COMMANDS, unused, unused)}
    assert rights["board"] == discord.Permissions(manage_guild=True)
    assert rights["mydata"] is None


async def test_commands_work_in_servers_and_direct_messages_and_belong_to_servers(bot: Bot) -> None:
    """In a direct message a command is there, so that it can say where it works."""
    assert _payload(bot, "done")["contexts"] == [0, 1]
    assert _payload(bot, "done")["integration_types"] == [0]


async def _never(*_: Any) -> Any:
    raise NotImplementedError


@pytest.mark.parametrize(
    "broken",
    [
        replace(COMMANDS[0], help="x" * 101),
        replace(COMMANDS[0], options=(Option("x" * 101, name="item"),)),
        replace(
            COMMANDS[0],
            options=(Option("Which", choices=tuple(Choice(str(n), str(n)) for n in range(26)), name="item"),),
        ),
    ],
)
def test_what_discord_would_refuse_is_refused_at_start(broken: Command) -> None:
    """A description of more than 100 characters or more than 25 choices names the command."""
    with pytest.raises(ValueError, match="/done"):
        compile_command(broken, _never, _never)


def test_a_required_option_comes_first() -> None:
    """Discord wants required options before the others, whatever their order in the signature."""
    options = (Option("One", name="one"), Option("Two", name="two", required=True))
    compiled = compile_command(replace(command(_plain), options=options), _never, _never)
    assert [parameter.name for parameter in compiled.parameters] == ["two", "one"]


def _plain(ctx: Any) -> Reply:
    """Do something."""
    raise NotImplementedError
