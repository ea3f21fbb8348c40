"""An interaction, in the words that every platform shares."""

from collections.abc import Mapping

import discord
from discord.app_commands import AppCommandChannel, AppCommandThread

from bot.core.request import Channel, ChannelKind, Person, Request, Value
from bot.platforms.discord.permissions import lacking, missing_in

NAME = "discord"

Interaction = discord.Interaction[discord.Client]

_MANAGES = discord.Permissions(manage_guild=True).value | discord.Permissions(administrator=True).value

_KINDS = {
    discord.ChannelType.text: ChannelKind.TEXT,
    discord.ChannelType.news: ChannelKind.ANNOUNCEMENT,
    discord.ChannelType.public_thread: ChannelKind.THREAD,
    discord.ChannelType.private_thread: ChannelKind.THREAD,
    discord.ChannelType.news_thread: ChannelKind.THREAD,
    discord.ChannelType.forum: ChannelKind.FORUM,
    discord.ChannelType.media: ChannelKind.FORUM,
    discord.ChannelType.private: ChannelKind.DIRECT,
}


def request_from(
    interaction: Interaction, command: str, args: Mapping[str, Value], ask: tuple[str, ...] = ()
) -> Request:
    """Say in the core's words who asked for what, where; `ask` names the options that a form will ask for."""
    guild_id, locale = interaction.guild_id, interaction.guild_locale
    guild = interaction.guild
    return Request(
        platform=NAME,
        workspace=str(guild_id) if guild_id else None,
        channel=_here(interaction),
        person=person_from(interaction.user),
        organizer=_organizes(interaction),
        command=command,
        args=args,
        locale=locale.value if locale else None,
        workspace_name=(guild.name or "") if guild else "",
        ask=ask,
    )


def person_from(user: discord.abc.User) -> Person:
    """Name somebody as the server does."""
    return Person(str(user.id), user.display_name)


def channel_from(channel: AppCommandChannel | AppCommandThread) -> Channel:
    """Read a channel that was picked as an option. It arrives in part, and the rest is in the cache."""
    known = channel.resolve()
    parent = channel.parent_id if isinstance(channel, AppCommandThread) else None
    return Channel(
        str(channel.id),
        channel.name,
        _kind(channel.type, known),
        str(parent) if parent else None,
        missing_in(known),
    )


def _here(interaction: Interaction) -> Channel:
    channel = interaction.channel
    if channel is None:
        return Channel("0", kind=ChannelKind.OTHER if interaction.guild_id else ChannelKind.DIRECT)
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    # Discord counts the bot's permissions itself for each interaction; that is never out of date.
    missing = lacking(interaction.app_permissions.value) if interaction.guild_id else None
    name = getattr(channel, "name", None) or ""
    return Channel(
        str(channel.id), name, _kind(channel.type, channel), str(parent) if parent else None, missing
    )


def _kind(kind: discord.ChannelType, channel: object) -> ChannelKind:
    if isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel):
        return ChannelKind.FORUM
    return _KINDS.get(kind, ChannelKind.OTHER)


def _organizes(interaction: Interaction) -> bool:
    """Whether the person may manage the server at this moment.

    Somebody who brought the app along as their own, into a server that did not install it, organizes nothing.
    """
    if interaction.guild_id is None or (
        interaction.is_user_integration() and not interaction.is_guild_integration()
    ):
        return False
    return bool(interaction.permissions.value & _MANAGES)
