"""Discord as a platform: the commands go in, requests come out, posts are sent."""

from collections.abc import Sequence
from datetime import datetime

import aiohttp
import discord

from bot.core.command import Command
from bot.core.errors import StartupError
from bot.core.platform import Handle, Message, Notes, SuggestFor
from bot.core.reply import Reply
from bot.platforms.discord import sending
from bot.platforms.discord.client import Client, Left
from bot.platforms.discord.requests import NAME


class DiscordPlatform:
    """The platform over discord.py. Making one contacts nobody and needs no running event loop."""

    name = NAME

    def __init__(
        self, commands: Sequence[Command], handle: Handle, suggest: SuggestFor, notes: Notes, left: Left
    ) -> None:
        self.client = Client(commands, handle, suggest, notes, left)

    def ready(self) -> bool:
        """Whether Discord has told us our servers, and we have not closed."""
        return self.client.is_ready() and not self.client.is_closed()

    async def send(self, message: Message) -> str:
        """Post a message and return its id."""
        return await sending.send(self.client, message)

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message in its channel's history."""
        return await sending.find(self.client, message, since)

    async def open_thread(self, channel: str, message_id: str, name: str, text: str) -> str:
        """Open the discussion under a message, once, and return its id."""
        return await sending.open_thread(self.client, channel, message_id, name, text)

    async def tell(self, person: str, reply: Reply) -> bool:
        """Send somebody a direct message; False where they take none."""
        return await sending.tell(self.client, person, reply)

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """The address of a message."""
        return f"https://discord.com/channels/{workspace}/{channel}/{message_id}"

    async def run(self, token: str) -> None:
        """Stay connected until closed. Raises StartupError for what only the operator can mend."""
        try:
            async with self.client:
                await self._log_in(token)
                await self.client.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise StartupError(
                "Discord asks for a privileged intent, which Roadmate does not need."
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise StartupError(f"Discord can't be reached: {error.strerror or error}.") from error

    async def _log_in(self, token: str) -> None:
        try:
            await self.client.login(token)
        except (discord.LoginFailure, ValueError) as error:
            # A ValueError is a token with characters that no header can carry.
            raise StartupError(
                "Discord does not accept DISCORD_TOKEN. Copy it again from the Bot page of your application "
                "at https://discord.com/developers/applications."
            ) from error

    async def close(self) -> None:
        """Leave Discord."""
        if not self.client.is_closed():
            await self.client.close()
