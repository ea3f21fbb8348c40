"""/inbox: a command that only the demo has, because its page shows one channel and no direct messages."""

from collections.abc import Callable, Sequence
from typing import Protocol

import discord
import simcord

from bot.core.command import Command, command
from bot.core.reply import Field, Reply
from bot.core.request import Request

TITLE, NOTHING = (
    "Your direct messages from Roadmate",
    "There are none. `/preferences reminders:dm` brings the next reminder here.",
)
SHOWN = 3


class Asked(Protocol):
    """As much of a command's context as it needs."""

    @property
    def request(self) -> Request:
        """What was asked, and by whom."""
        ...


def inbox_command(env: Callable[[], simcord.Env | None]) -> Command:
    """The command, for the table; `env` gives the simulated world once there is one."""

    def inbox(ctx: Asked) -> Reply:
        """Only in the demo: the newest of what Roadmate told you in direct messages."""
        world = env()
        told = messages_to(world, int(ctx.request.person.id)) if world else ()
        fields = [field for message in told[: -SHOWN - 1 : -1] for field in _fields(message.embeds[0])]
        return Reply(TITLE, "" if fields else NOTHING, tuple(fields))

    return command(inbox)


def messages_to(env: simcord.Env, person: int) -> Sequence[discord.Message]:
    """What somebody was told privately, oldest first."""
    channel = env.backend.dm_channels.get(person)
    if channel is None:
        return ()
    history = simcord.ChannelHandle(env, None, env.backend.channels[channel]).history()
    return [message for message in history if message.embeds]


def _fields(embed: discord.Embed) -> list[Field]:
    parts = [(field.name, field.value) for field in embed.fields]
    return [Field(name or "", text or "") for name, text in ((embed.title, embed.description), *parts)]
