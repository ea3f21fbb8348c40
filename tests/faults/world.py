"""A loopback Discord, a bot that can die in it, and the groups that study there."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.faults import payloads
from tests.faults.child import Order
from tests.faults.clock import SharedClock
from tests.faults.gateway import Gateway
from tests.faults.payloads import ORGANIZER, Payload
from tests.faults.process import Forked, Nursery
from tests.faults.rest import TOKEN
from tests.faults.script import at_work
from tests.faults.server import serving
from tests.faults.state import Discord

MOST_CHANNELS = 50
SETTLES_WITHIN = 60.0
ANSWERS_WITHIN = 5.0


@dataclass
class World:
    """One bot on one database, in servers of at most 50 groups each, whose clock stands in a file."""

    folder: Path
    nursery: Nursery | None
    discord: Discord
    gateway: Gateway
    clock: SharedClock
    without: str = ""
    limit: float = 0.0
    pause: float = 0.0
    heartbeat_timeout: float = 60.0
    environment: dict[str, str] = field(default_factory=dict)
    bot: Forked | None = None

    @property
    def database(self) -> Path:
        """The bot's file."""
        return self.folder / "roadmate.db"

    @property
    def channels(self) -> list[str]:
        """Every channel."""
        return [channel for channels in self.discord.guilds.values() for channel in channels]

    def order(self) -> Order:
        """How the bot is run here."""
        own = {"DISCORD_TOKEN": TOKEN, "DATABASE_URL": f"sqlite:///{self.database}", "TICK_SECONDS": "1"}
        return Order(
            port=self.discord.port,
            environment=own | {"LOG_FORMAT": "json", "HEALTH_PORT": "0"} | self.environment,
            log=str(self.folder / "bot.log"),
            clock=str(self.folder / "clock"),
            without=self.without,
            limit=self.limit,
            pause=self.pause,
            heartbeat_timeout=self.heartbeat_timeout,
        )

    def fork(self) -> None:
        """Start the bot, wherever it gets to."""
        assert self.nursery is not None
        self.bot = self.nursery.fork(self.order())

    async def start(self) -> None:
        """Start the bot, and wait until it is on the gateway."""
        self.fork()
        async with asyncio.timeout(SETTLES_WITHIN):
            await self.gateway.identified.wait()

    def kill(self) -> None:
        """Kill the bot where it stands."""
        if self.bot is not None:
            self.bot.kill()

    async def buried(self, within: float) -> bool:
        """Wait for the bot's end; False where it still lives."""
        assert self.bot is not None
        try:
            async with asyncio.timeout(within):
                await self.bot.ended()
        except TimeoutError:
            return False
        self.bot.forget()
        self.discord.give_up_answers()
        self.bot = None
        self.gateway.identified.clear()
        return True

    async def stop(self) -> None:
        """Kill the bot and wait for its end."""
        if self.bot is not None:
            self.kill()
            await self.buried(SETTLES_WITHIN)

    async def say(
        self, channel: str, person: str, command: str, within: float = ANSWERS_WITHIN, **options: str
    ) -> Payload | None:
        """Say a command, and return the answer; None where none came."""
        guild = self.discord.guild_of(channel)
        assert guild is not None
        where, id_ = payloads.channel(channel, guild), self.discord.new_id()
        answer = self.discord.expect_answer(id_)
        who = payloads.user(person, f"person-{person}")
        said = payloads.said_in(where, id_, who, command, options)
        async with asyncio.timeout(SETTLES_WITHIN):
            await self.gateway.identified.wait()
        await self.gateway.dispatch("INTERACTION_CREATE", said)
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            return None

    async def set_up(self) -> None:
        """Start a group in every channel, as an organizer does."""
        for channel in self.channels:
            answer = await self.say(channel, ORGANIZER, "setup", pace="1 hour a week")
            assert answer is not None
            assert answer["embeds"][0]["title"] == "The study group is ready"

    def next_time(self, weekday: int) -> datetime:
        """The next Monday (0) or Thursday (3) at nine."""
        now = self.clock()
        at = now.replace(hour=9, minute=0, second=0, microsecond=0)
        at += timedelta(days=(weekday - now.weekday()) % 7)
        return at if at > now else at + timedelta(days=7)

    def move_to(self, moment: datetime) -> None:
        """Let it be that time for everybody."""
        self.clock.forward(seconds=(moment - self.clock()).total_seconds())

    def rows(self, question: str, *values: Any) -> list[Any]:
        """Ask the bot's file, which somebody else may be writing."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)) as connection:
            return connection.execute(question, values).fetchall()

    def waiting(self) -> int:
        """How many posts and threads are still to come, and how many groups are still to be planned."""
        # One question: between two of them a group can become a post.
        question = (
            "SELECT (SELECT count(*) FROM post WHERE try_at IS NOT NULL OR thread_try_at IS NOT NULL)"
            " + (SELECT count(*) FROM study_group WHERE next_due_at <= ?)"
        )
        return int(self.rows(question, f"{self.clock():%Y-%m-%d %H:%M:%S.%f}")[0][0])

    def next_try(self) -> datetime:
        """When the bot next does something by itself; now, where that is not to be seen."""
        question = (
            "SELECT min(coalesce(try_at, 'z'), coalesce(thread_try_at, 'z')) FROM post ORDER BY 1 LIMIT 1"
        )
        rows = self.rows(question)
        return (
            datetime.fromisoformat(rows[0][0]).replace(tzinfo=UTC)
            if rows and rows[0][0] != "z"
            else self.clock()
        )

    async def quiet(self, seconds: float) -> None:
        """Wait until Discord has not been asked anything for so long, and has done all that it was asked.

        Who moves the clock while a request is in its hands lets Discord take longer than the bot may ever wait for it,
        and longer than a nonce is known.
        """
        asked, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            if asked != len(self.discord.asked) or self.discord.underway or at_work():
                asked, since = len(self.discord.asked), time.monotonic()
            await asyncio.sleep(0.05)

    async def until(self, reached: Callable[[], bool], within: float = SETTLES_WITHIN) -> bool:
        """Watch from outside until something is so; False where it never is."""
        try:
            async with asyncio.timeout(within):
                while not reached():  # noqa: ASYNC110 - another process is watched
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True

    async def settled(self, within: float = SETTLES_WITHIN) -> bool:
        """Wait until nothing is left to be done."""
        return await self.until(lambda: self.waiting() == 0, within)


def guilds(groups: int, first: int = 1) -> dict[str, Sequence[str]]:
    """Servers with so many channels in all."""
    channels = [str(200_000 + first * 100_000 + number) for number in range(groups)]
    parts = range(0, groups, MOST_CHANNELS)
    return {str(1_000 + place): channels[start : start + MOST_CHANNELS] for place, start in enumerate(parts)}


@asynccontextmanager
async def world(folder: Path, nursery: Nursery | None, groups: int, **how: Any) -> AsyncIterator[World]:
    """A world without a bot in it yet."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    clock = SharedClock(folder / "clock")
    discord = Discord(guilds(groups), clock)
    async with serving(discord) as gateway:
        made = World(folder, nursery, discord, gateway, clock, **how)
        try:
            yield made
        finally:
            await made.stop()
