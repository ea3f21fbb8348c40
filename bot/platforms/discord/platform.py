"""Discord as a platform: the commands go in, requests come out, posts are sent."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import aiohttp
import discord

from bot.core.command import Command
from bot.core.errors import Passing, StartupError
from bot.core.ownership import FOREIGN
from bot.core.platform import Handle, Message, Notes, Roles, SuggestFor
from bot.core.reply import Reply
from bot.core.shards import ALL, Shards
from bot.platforms.discord import sending
from bot.platforms.discord.client import Client, ShardedClient
from bot.platforms.discord.guarding import Guard
from bot.platforms.discord.logins import wait_for_a_login
from bot.platforms.discord.pacing import PER_SECOND, Pace
from bot.platforms.discord.requests import NAME
from bot.platforms.discord.roles import DiscordRoles
from bot.platforms.discord.servers import Came, Left
from bot.platforms.discord.traffic import direct

NOT_ACCEPTED = (
    "Discord does not accept DISCORD_TOKEN. Copy it again from the Bot page of your application "
    "at https://discord.com/developers/applications."
)
NOT_CONNECTED = "Discord is not connected."
AUTHENTICATION_FAILED = 4004
HOPELESS = {
    4010: "SHARDS names a shard that this bot has not",
    4011: "the bot is on more servers than one connection may serve; set SHARDS, for example 0-3/4",
    4012: "the version of the API is no longer served",
    4013: "it does not know an intent that Roadmate asks for",
}
"""Trying again with these would only use up the logins of the day."""


class DiscordPlatform:
    """The platform over discord.py. Making one contacts nobody and needs no running event loop."""

    name = NAME
    knows_nonces = True

    def __init__(
        self,
        commands: Sequence[Command],
        handle: Handle,
        suggest: SuggestFor,
        notes: Notes,
        left: Left,
        came: Came,
        clock: Callable[[], datetime],
        shards: Shards = ALL,
    ) -> None:
        self.guard = Guard(clock)
        trace = self.guard.trace()
        # What Discord allows is for the bot as a whole, so each process takes its part of it.
        self.pace = Pace(PER_SECOND * len(shards.ids) / shards.count)
        direct(trace, self.pace)
        make: Callable[..., Client] = Client if shards == ALL else partial(ShardedClient, shards)
        self._new_client = partial(make, commands, handle, suggest, notes, left, came, trace)
        self.client = self._new_client()
        self.roles: Roles | None = DiscordRoles(lambda: self.client)

    def connected(self) -> bool:
        """Whether Discord has told us our servers, and we have not closed."""
        return self.client.is_ready() and not self.client.is_closed()

    def ready(self) -> bool:
        """Whether posts can be sent: connected, on data of our own, and not about to be banned."""
        return self.connected() and not self.client.is_foreign and self.guard.takes_posts()

    def troubles(self) -> list[str]:
        """What the operator should know, in words."""
        said = {NOT_CONNECTED: not self.connected(), FOREIGN: self.client.is_foreign}
        return [*(sentence for sentence, so in said.items() if so), *self.guard.troubles()]

    def refusals(self) -> int:
        """How many requests Discord refused within ten minutes."""
        return self.guard.refusals()

    def latency(self) -> float:
        """Seconds from the last heartbeat on the gateway to its answer; no number before there was one."""
        return self.client.latency

    async def send(self, message: Message) -> str:
        """Post a message and return its id."""
        return await sending.send(self.client, message)

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message in its channel's history."""
        return await sending.find(self.client, message, since)

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """Let a message of ours say something else."""
        del workspace  # Discord's channels have ids of their own
        await sending.edit(self.client, channel, message_id, reply)

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Open the discussion under a message, once, and return its id."""
        del workspace
        return await sending.open_thread(self.client, channel, message_id, name, text)

    async def direct(self, workspace: str, person: str) -> str:
        """The channel in which a person is spoken to privately."""
        del workspace
        return await sending.direct(self.client, person)

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Send somebody a direct message; False where they take none."""
        del workspace
        return await sending.tell(self.client, person, reply)

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """The address of a message."""
        return f"https://discord.com/channels/{workspace}/{channel}/{message_id}"

    async def run(self, token: str) -> None:
        """Stay connected until closed. Can be called again after it has died.

        Raises StartupError for what only the operator can mend, and Passing for what mends itself.
        """
        if self.client.is_closed():
            self.client = self._new_client()
        try:
            async with self.client:
                await self._log_in(token)
                await wait_for_a_login(self.client)
                await self.client.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise StartupError(
                "Discord asks for a privileged intent, which Roadmate does not need."
            ) from error
        except discord.ConnectionClosed as error:
            raise _closed(error) from error
        except discord.RateLimited as error:
            raise Passing("Discord asks to wait before logging in.") from error
        except discord.HTTPException as error:
            raise Passing(f"Discord refuses the login just now ({error.status}).") from error
        except aiohttp.ClientConnectorError as error:
            raise Passing(f"Discord can't be reached: {error.strerror or error}.") from error

    async def _log_in(self, token: str) -> None:
        try:
            await self.client.login(token)
        except (discord.LoginFailure, ValueError) as error:
            # A ValueError is a token with characters that no header can carry.
            raise StartupError(NOT_ACCEPTED) from error

    async def idle(self) -> None:
        """Wait until everybody who has asked something is answered."""
        await self.client.answers.idle()

    async def close(self) -> None:
        """Leave Discord."""
        if not self.client.is_closed():
            await self.client.close()


def _closed(error: discord.ConnectionClosed) -> Exception:
    """What it means that Discord closed the gateway for good."""
    if error.code == AUTHENTICATION_FAILED:
        return StartupError(NOT_ACCEPTED)
    if error.code in HOPELESS:
        return StartupError(
            f"Discord refuses the connection: {HOPELESS[error.code]} (close code {error.code})."
        )
    return Passing(f"Discord closed the connection (close code {error.code}).")
