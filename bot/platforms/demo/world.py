"""The simulated server: the same one at every start, so that a kept database finds its channel again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import discord
import simcord

from bot.core.errors import StartupError
from bot.core.platform import Notes
from bot.platforms.demo.story import (
    ALICE,
    BOB,
    CHARLIE,
    LAST_DAY,
    STORY,
    YOU,
    Clicks,
    Rewards,
    Says,
    Step,
    Writes,
)

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When SimCord's clock starts: a Thursday."""
WORKING_HOUR, EVENING = timedelta(hours=12), timedelta(hours=18)
SERVER, CHANNEL, ROLE = "MLOps study", "study", "Pythonista"
TIME, STATE, TOLD = "demo_time", "demo_state", "told"
AGAIN = "Post again"
BUSY_WAIT = 0.01
SOON = timedelta(minutes=2)

FOREIGN = "{} was not made by the demo, which would hold the posts of its groups. Give --keep another file."
HALF = "{} is from a demo that was ended before it was ready. Delete it, or give --keep another file."


class Bot(Protocol):
    """What the demo needs of the whole bot."""

    @property
    def discord(self) -> discord.Client:
        """The Discord client."""
        ...

    @property
    def notes(self) -> Notes:
        """What is remembered beside the database's tables."""
        ...

    async def tick(self) -> None:
        """Plan and send what is due."""
        ...

    async def next_due(self) -> datetime | None:
        """When something is due next."""
        ...


class World:
    """A server with one channel, three members and you, who may manage it."""

    def __init__(self, env: simcord.Env, bot: Bot) -> None:
        self.env, self.bot = env, bot
        guild = env.create_guild(SERVER)
        self.channel = guild.create_text_channel(CHANNEL)
        manager = guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        self.role = guild.create_role(ROLE)
        _under_the_bot(env, guild.id, self.role.id)
        self.people = {YOU: guild.add_member(env.create_user(YOU), roles=[manager])}
        self.people |= {who: guild.add_member(env.create_user(who)) for who in (ALICE, BOB, CHARLIE)}

    async def forward_to(self, then: datetime, seen: Callable[[], Awaitable[None]] | None = None) -> None:
        """Let time pass, stopping at each moment at which the bot has something to do."""
        while (now := self.env.now()) < then:
            due = await self.bot.next_due()
            stop = min(then, max(due, now + timedelta(seconds=1))) if due else then
            await _when_free(partial(self.env.advance_time, (stop - now).total_seconds()))
            await self.bot.tick()
            if seen is not None:
                await _when_free(seen)
        await self.bot.notes.put(TIME, self.env.now().isoformat())

    async def play_story(self) -> None:
        """Let the group's first weeks happen."""
        for step in STORY:
            await self.forward_to(max(self.env.now(), BEGINNING + timedelta(days=step.day) + WORKING_HOUR))
            await self._play(step)
        await self.forward_to(BEGINNING + timedelta(days=LAST_DAY) + EVENING)
        await self.bot.notes.put(STATE, TOLD)

    async def _play(self, step: Step) -> None:
        person = self.people[step.who]
        match step:
            case Says():
                await person.slash(self.channel, step.command, **step.options)
            case Rewards():
                await person.slash(self.channel, "rewards", role=self.role, item=step.item)
            case Clicks():
                await person.click(self._newest_prompt(), label=step.label)
            case Writes():
                await person.send(self.channel if step.in_channel else self.channel.threads[-1], step.text)

    def _newest_prompt(self) -> discord.Message:
        posts = (m for m in reversed(self.channel.history()) if m.author.bot and m.components)
        return next(m for m in posts if "Done" in str([row.to_dict() for row in m.components]))

    async def keep_up(self, seen: Callable[[], Awaitable[None]]) -> None:
        """Let the short time go by after which the board in the channel says what somebody has just recorded."""
        await self.bot.tick()
        due = await self.bot.next_due()
        if due is not None and due <= self.env.now() + SOON:
            await self.forward_to(due + timedelta(seconds=1), seen)

    async def go_on(self) -> None:
        """Take up a kept database: the clock goes on from where it was, and the week's topic is shown again."""
        kept = await self.bot.notes.get(TIME)
        then = datetime.fromisoformat(kept) if kept else BEGINNING + timedelta(days=LAST_DAY)
        await self.env.advance_time(max(0.0, (then - self.env.now()).total_seconds()) + 60)
        await self.bot.tick()
        answer = await self.people[YOU].slash(self.channel, "prompt")
        if answer.response is not None and _offers(answer.response, AGAIN):
            await self.people[YOU].click(answer.response, label=AGAIN)


def _under_the_bot(env: simcord.Env, guild: int, role: int) -> None:
    """Let the bot's own role stand above another one, so that it can give it."""
    own = next(found for found in env.backend.get_guild(guild).roles.values() if found.managed)
    env.backend.reorder_roles(guild, [{"id": own.id, "position": 5}, {"id": role, "position": 1}])


async def check_kept(bot: Bot, file: Path) -> None:
    """Raise StartupError for a database that is not a demo's: at the demo's time its groups would be put on hold."""
    if await bot.notes.get(TIME) is None:
        raise StartupError(FOREIGN.format(file))
    if await bot.notes.get(STATE) != TOLD:
        raise StartupError(HALF.format(file))


def _offers(message: simcord.ResponseMessage, label: str) -> bool:
    return any(item.get("label") == label for row in message.components for item in row["components"])


async def _when_free(operation: Callable[[], Awaitable[None]]) -> None:
    """Do something to the simulated server, which takes one thing at a time, after a click that is under way."""
    while True:
        try:
            return await operation()
        except simcord.SetupError as error:
            if "overlaps" not in str(error):
                raise
        await asyncio.sleep(BUSY_WAIT)
