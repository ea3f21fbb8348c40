"""What the loopback Discord knows: who said what where. It counts, and is the judge of every round."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults import payloads
from tests.faults.payloads import BOT, Payload
from tests.faults.script import Script

DISCORD_EPOCH_MS = 1420070400000
DIRECT = "9"
"""How the id of a channel for direct messages begins."""
NONCE_KEPT = timedelta(minutes=2)
"""Discord says "the past few minutes"; the harshest reading of it."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Discord:
    """Servers with channels, and what was said there. `clock` is the bot's own."""

    guilds: dict[str, Sequence[str]]
    clock: Callable[[], datetime] = _now
    script: Script = field(default_factory=Script)
    messages: dict[str, list[Payload]] = field(default_factory=lambda: defaultdict(list))
    threads: dict[str, Payload] = field(default_factory=dict)
    commands: list[Payload] = field(default_factory=list)
    synced: int = 0
    roles: set[tuple[str, str, str]] = field(default_factory=set)
    """(guild, person, role) of who has which."""
    unreadable: set[str] = field(default_factory=set)
    answers: dict[str, "asyncio.Future[Payload | None]"] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    underway: int = 0
    """Requests that are not answered yet."""
    port: int = 0
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)
    _nonces: dict[tuple[str, str], tuple[datetime, Payload]] = field(default_factory=dict)

    def new_id(self) -> str:
        """A snowflake of this moment."""
        ms = int(self.clock().timestamp() * 1000) - DISCORD_EPOCH_MS
        return str((ms << 22) | (next(self._ids) & 0x3FFFFF))

    def guild_of(self, channel: str) -> str | None:
        """Which server a channel or a thread is in; None for a direct message."""
        home = self.home(channel)
        return next((guild for guild, channels in self.guilds.items() if home in channels), None)

    def home(self, channel: str) -> str:
        """The channel itself, or the one that a thread hangs in."""
        return str(self.threads[channel]["parent_id"]) if channel in self.threads else channel

    def say(self, channel: str, said: Payload) -> Payload:
        """Take a message, or hand out the first one of the same nonce, as `enforce_nonce` asks."""
        now, key = self.clock(), (channel, str(said.get("nonce")))
        first = self._nonces.get(key)
        if said.get("enforce_nonce") and first is not None and now - first[0] <= NONCE_KEPT:
            return first[1]
        made = payloads.message(self.new_id(), channel, now.isoformat(), said)
        self.messages[channel].append(made)
        self._nonces[key] = (now, made)
        return made

    def open_thread(self, channel: str, message: str, name: str) -> Payload | None:
        """Open the thread under a message; None where there is one."""
        if message in self.threads:
            return None
        guild = self.guild_of(channel) or ""
        made = payloads.thread(message, channel, guild, self.clock().isoformat(), name)
        self.threads[message] = made
        return made

    def history(self, channel: str, limit: int, *, after: int = 0, before: int = 2**63) -> list[Payload]:
        """Part of a channel's messages, newest first, as Discord pages them."""
        found = [m for m in self.messages[channel] if after < int(m["id"]) < before]
        return (found[:limit] if after else found[-limit:])[::-1]

    def sync(self, commands: Sequence[Payload]) -> list[Payload]:
        """Take the application's commands."""
        self.synced += 1
        own = {"application_id": BOT, "version": "1"}
        self.commands = [command | own | {"id": str(number)} for number, command in enumerate(commands, 1)]
        return self.commands

    def posts(self, channel: str) -> list[Payload]:
        """What the bot posted in a channel by itself."""
        return [message for message in self.messages[channel] if message["embeds"]]

    def told(self) -> list[Payload]:
        """What the bot said to people privately."""
        return [m for channel, said in self.messages.items() if channel.startswith(DIRECT) for m in said]

    def put_role(self, guild: str, person: str, role: str, *, on: bool) -> None:
        """Give somebody a role, or take it."""
        (self.roles.add if on else self.roles.discard)((guild, person, role))

    def expect_answer(self, interaction: str) -> "asyncio.Future[Payload | None]":
        """A future of what the bot answers to an interaction."""
        return self.answers.setdefault(interaction, asyncio.get_running_loop().create_future())

    def answered(self, interaction: str, said: Any) -> None:
        """Take an answer."""
        waiting = self.answers.pop(interaction, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def give_up_answers(self) -> None:
        """The bot is gone: nothing that it was asked will be answered."""
        for waiting in self.answers.values():
            if not waiting.done():
                waiting.set_result(None)
        self.answers.clear()
