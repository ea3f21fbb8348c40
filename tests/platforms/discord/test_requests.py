"""What the core is told about who asked for what, where."""

import discord
import pytest

from bot.core.command import Choice
from bot.core.request import ChannelKind, Person
from tests.platforms.discord.conftest import Bot
from tests.talk import say, suggestions

NEEDED = (
    "View Channel",
    "Send Messages",
    "Embed Links",
    "Attach Files",
    "Read Message History",
    "Create Public Threads",
    "Send Messages in Threads",
)


async def test_a_typed_command_becomes_a_request(bot: Bot) -> None:
    """Server, channel, person, rights, options and language arrive in the core's words."""
    await say(bot.alice, "/done docker hours:1.5")
    asked = bot.asked[-1]
    assert (asked.platform, asked.workspace, asked.workspace_name) == (
        "discord",
        str(bot.guild.id),
        "MLOps study",
    )
    assert (asked.channel.id, asked.channel.name) == (str(bot.study.id), "study")
    assert asked.channel.kind is ChannelKind.TEXT
    assert asked.person == Person(str(bot.alice.id), "Alice A.")
    assert (asked.command, asked.args) == ("done", {"item": "docker", "hours": 1.5})
    assert asked.locale == "en-US"
    assert asked.channel.missing == ()


async def test_what_was_left_out_is_left_out(bot: Bot) -> None:
    """The command's own defaults count, not ours."""
    await say(bot.alice, "/done")
    assert bot.asked[-1].args == {}


async def test_an_organizer_is_who_may_manage_the_server_now(bot: Bot) -> None:
    """The right is read from each interaction, and ends when it is taken away."""
    await say(bot.olivia, "/done")
    assert bot.asked[-1].organizer
    await say(bot.alice, "/done")
    assert not bot.asked[-1].organizer
    bot.guild._guild.members[bot.olivia.id].role_ids.clear()
    await say(bot.olivia, "/done")
    assert not bot.asked[-1].organizer


async def test_nobody_organizes_with_an_app_of_their_own(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights in a server that did not install the bot are none in it."""
    monkeypatch.setattr(discord.Interaction, "is_user_integration", lambda _: True)
    await say(bot.olivia, "/done")
    assert not bot.asked[-1].organizer


async def test_a_direct_message_has_no_workspace(bot: Bot) -> None:
    """In a direct message there is no server, no organizer and no permission to miss."""
    await say(bot.olivia.user, "/done docker")
    asked = bot.asked[-1]
    assert (asked.workspace, asked.organizer, asked.channel.missing) == (None, False, None)
    assert asked.channel.kind is ChannelKind.DIRECT


async def test_a_thread_names_its_parent(bot: Bot) -> None:
    """A command in a thread belongs to the channel above it."""
    message_id = await bot.platform.send(bot.post())
    await bot.platform.open_thread("1", str(bot.study.id), message_id, "Docker", "What is a layer?")
    await bot.env.settle()
    await say(bot.alice, "/done docker", bot.study.threads[0])
    channel = bot.asked[-1].channel
    assert (channel.kind, channel.parent, channel.home) == (
        ChannelKind.THREAD,
        str(bot.study.id),
        str(bot.study.id),
    )


@pytest.mark.parametrize(
    "make, kind",
    [
        ("create_text_channel", ChannelKind.TEXT),
        ("create_news_channel", ChannelKind.ANNOUNCEMENT),
        ("create_forum_channel", ChannelKind.FORUM),
        ("create_voice_channel", ChannelKind.OTHER),
        ("create_category", ChannelKind.OTHER),
    ],
)
async def test_a_picked_channel_says_its_kind(bot: Bot, make: str, kind: ChannelKind) -> None:
    """A channel of any kind arrives with it, so that a command can refuse it."""
    picked = getattr(bot.guild, make)("picked")
    await bot.env.settle()
    await say(bot.olivia, "/setup UTC", channel=picked, helper=bot.alice)
    args = bot.asked[-1].args
    assert args["channel"].id == str(picked.id)
    assert args["channel"].kind is kind
    assert args["helper"] == Person(str(bot.alice.id), "Alice A.")


async def test_a_post_in_a_forum_is_the_forum(bot: Bot) -> None:
    """A thread in a forum can't hold a group, and says so by its kind."""
    forum = bot.guild.create_forum_channel("questions")
    await bot.env.settle()
    made = bot.platform.client.get_channel(forum.id)
    assert isinstance(made, discord.ForumChannel)
    await made.create_thread(name="How?", content="How?")
    await bot.env.settle()
    await say(bot.alice, "/done", forum.threads[0])
    assert bot.asked[-1].channel.kind is ChannelKind.FORUM


async def test_missing_permissions_are_named_for_the_channel_picked(bot: Bot) -> None:
    """What the bot lacks is counted in the target channel, not in the one where the command was said."""
    deny = discord.PermissionOverwrite(send_messages=False, create_public_threads=False)
    quiet = bot.guild.create_text_channel("quiet", overwrites={bot.guild.default_role: deny})
    await bot.env.settle()
    await say(bot.olivia, "/setup UTC", channel=quiet)
    asked = bot.asked[-1]
    assert asked.channel.missing == ()
    assert {"Send Messages", "Create Public Threads"} <= set(asked.args["channel"].missing)


async def test_missing_permissions_are_named_where_the_command_was_said(bot: Bot) -> None:
    """A channel that the bot can't see lacks everything a study channel needs."""
    hidden = bot.guild.create_text_channel("hidden")
    await bot.env.settle()
    overwrites = {bot.env.bot.user: discord.PermissionOverwrite(view_channel=False)}
    secret = bot.guild.create_text_channel("secret", overwrites=overwrites)
    await bot.env.settle()
    await say(bot.alice, "/done", hidden)
    assert bot.asked[-1].channel.missing == ()
    await say(bot.alice, "/done", secret)
    assert bot.asked[-1].channel.missing[:1] == NEEDED[:1]


async def test_suggestions_are_asked_for_with_what_was_typed(bot: Bot) -> None:
    """Autocomplete knows who asks where, the other options, and the words so far."""
    assert await suggestions(bot.alice, "done", "item", "dock", hours=2.0) == ["docker"]
    request, option, typed = bot.typed[-1]
    assert (request.command, request.args, request.person.id) == ("done", {"hours": 2.0}, str(bot.alice.id))
    assert (option, typed) == ("item", "dock")


async def test_suggestions_keep_to_discords_limits(bot: Bot) -> None:
    """At most 25 are shown, labels are cut, and what could not be sent back is left out."""
    bot.suggested = [Choice("x" * 150, "long"), Choice("no", "y" * 101), Choice(" ", "blank")]
    assert await suggestions(bot.alice, "done", "item", "") == ["long"]
    bot.suggested = [Choice(str(n), str(n)) for n in range(40)]
    assert len(await suggestions(bot.alice, "done", "item", "")) == 25


async def test_failing_suggestions_are_none(bot: Bot) -> None:
    """A fault while somebody types shows an empty list, and is logged."""
    bot.suggested = ZeroDivisionError()
    assert await suggestions(bot.alice, "done", "item", "") == []
