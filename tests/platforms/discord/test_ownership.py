"""A database belongs to one application."""

import pytest

from bot.core.platform import OWNER, STRANGER
from tests.platforms.discord.conftest import Bot


async def restart(bot: Bot) -> None:
    """Log in anew, as another process does."""
    bot.platform = bot.make()
    await bot.env.restart_bot(bot.platform.client)


async def test_a_new_database_belongs_to_its_first_bot(bot: Bot) -> None:
    """The first login binds it, and further ones of the same bot change nothing."""
    assert bot.kept[OWNER] == str(bot.platform.client.application_id)
    await restart(bot)
    assert bot.platform.ready()
    assert bot.kept.get(STRANGER, "") == ""


async def test_a_copy_under_another_bot_posts_nothing_and_says_why(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """It is connected and answers people, takes no posts, and says so in the log and to its operator (scenario 48)."""
    bot.kept[OWNER] = "42"
    await restart(bot)
    assert (bot.platform.connected(), bot.platform.ready()) == (True, False)
    assert bot.kept[STRANGER] == str(bot.platform.client.application_id)
    assert bot.kept[OWNER] == "42"
    assert "belongs to another bot" in bot.platform.troubles()[0]
    assert "roadmate adopt" in caplog.text


async def test_a_copy_keeps_every_server_whatever_the_other_bot_is_in(bot: Bot) -> None:
    """Servers that the other bot is not in, joins or leaves are no reason to delete or wake anything."""
    bot.kept[OWNER], bot.missing = "42", ["43"]
    bot.came.clear()
    await restart(bot)
    guild = bot.platform.client.get_guild(bot.guild.id)
    bot.platform.client.dispatch("guild_join", guild)
    bot.platform.client.dispatch("guild_remove", guild)
    await bot.env.settle()
    assert (bot.left, bot.came) == ([], set())


async def test_a_copy_brought_home_posts_again(bot: Bot) -> None:
    """Back under its own bot, the stranger is forgotten."""
    bot.kept[STRANGER] = "42"
    await restart(bot)
    assert bot.platform.ready()
    assert bot.kept[STRANGER] == ""
