"""The connection to Discord: one command tree, one road for clicks, and a small cache."""

import logging
from collections.abc import Sequence
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.core.command import Command
from bot.core.ownership import is_ours
from bot.core.platform import Handle, Notes, SuggestFor
from bot.core.reply import FAULT
from bot.core.request import Value
from bot.core.shards import Shards
from bot.core.underway import Underway
from bot.platforms.discord.answering import OLD_COMMAND, Manner, answer, respond
from bot.platforms.discord.clicks import clicked
from bot.platforms.discord.compiling import compile_all
from bot.platforms.discord.requests import NAME, Interaction, request_from
from bot.platforms.discord.servers import Came, Left, look_around
from bot.platforms.discord.syncing import sync

log = logging.getLogger("roadmate.discord")

LONGEST_WAIT = 30.0
"""Seconds to wait for a rate limit before giving up; the shortest that discord.py takes."""

_CLICKS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class Tree(app_commands.CommandTree["Client"]):
    """The commands, with a kind answer where Discord and we disagree about them."""

    async def on_error(
        self, interaction: discord.Interaction["Client"], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer what discord.py could not match to a command, or what failed in between."""
        stale = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        if stale:
            log.info("a command from an older version", extra={"interaction": interaction.id})
        else:
            log.error("a command failed", exc_info=error, extra={"interaction": interaction.id})
        answerable = interaction.type is discord.InteractionType.application_command
        if answerable and not interaction.response.is_done():
            await respond(interaction, OLD_COMMAND if stale else FAULT, Manner())


class Client(discord.Client):
    """A client that asks for no privileged intent and keeps no members and no messages."""

    def __init__(
        self,
        commands: Sequence[Command],
        handle: Handle,
        suggest: SuggestFor,
        notes: Notes,
        left: Left,
        came: Came,
        trace: aiohttp.TraceConfig,
        **sharding: Any,
    ) -> None:
        # The libraries for voice are missing on purpose; nobody needs to read that at every start.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_WAIT,
            http_trace=trace,
            **sharding,
        )
        self.tree = Tree(self)
        self.is_foreign = False
        self.answers = Underway()
        self._commands = {command.name: command for command in commands}
        self._handle, self._notes, self._left, self._came = handle, notes, left, came
        for compiled in compile_all(commands, self._typed, suggest):
            self.tree.add_command(compiled)

    async def setup_hook(self) -> None:
        """Find out whose database it is and bring the commands up to date, before the first event."""
        self.is_foreign = not await is_ours(self._notes, NAME, str(self.application_id))
        await sync(self.tree, self._notes)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer clicks and forms; what is typed comes by way of the tree."""
        if interaction.type in _CLICKS:
            with self.answers:
                await clicked(interaction, self._commands, self._handle)

    async def on_ready(self) -> None:
        """Find out what has changed while the bot was away."""
        # On another bot's data, where this one is says nothing about where that one is.
        if not self.is_foreign:
            await look_around(self, self._came, self._left)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say which server the bot was added to."""
        if not self.is_foreign:
            await self._came({str(guild.id)})

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Say which server the bot was removed from; an outage is none of it."""
        if not self.is_foreign:
            await self._left(str(guild.id))

    async def _typed(self, interaction: Interaction, command: Command, args: dict[str, Value]) -> None:
        request = request_from(interaction, command.name, args)
        with self.answers:
            await answer(interaction, self._handle, request, Manner(command.private))


class ShardedClient(Client, discord.AutoShardedClient):
    """The same for some of a bot's shards, with a connection for each."""

    def __init__(self, shards: Shards, *parts: Any) -> None:
        super().__init__(*parts, shard_ids=list(shards.ids), shard_count=shards.count)
