"""The platform alone: the real Discord client in a simulated Discord, over a few made-up commands."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import discord
import pytest
import simcord

from bot.core.command import Audience, Choice, Command, Option, Takes, command
from bot.core.platform import Ahead, Message
from bot.core.reply import Button, Reply
from bot.core.request import Channel, Person, Request, Role
from bot.core.shards import ALL, Shards
from bot.platforms.discord import DiscordPlatform, answering


def _no_suggestions(*_: Any) -> Sequence[Choice]:
    return ()


def _done(
    ctx: Any,
    item: Annotated[str, Option("What you have done", maximum=80, suggest=_no_suggestions)] = "",
    hours: Annotated[float, Option("How many hours it took", Takes.NUMBER, minimum=0, maximum=99)] = 0.0,
    note: Annotated[str, Option("A note to yourself", maximum=500)] = "",
    token: Annotated[str, Option("Only buttons say this", hidden=True)] = "",
) -> Reply:
    """Record what you have done."""
    raise NotImplementedError


def _board(
    ctx: Any,
    window: Annotated[
        str, Option("Which time", choices=(Choice("This week", "week"), Choice("All time", "all")))
    ] = "week",
    page: Annotated[int, Option("Which page", Takes.INTEGER, minimum=1)] = 1,
) -> Reply:
    """Show who has done most."""
    raise NotImplementedError


def _setup(
    ctx: Any,
    zone: Annotated[str, Option("Which time zone", minimum=1)],
    channel: Annotated[Channel | None, Option("Where to post", Takes.CHANNEL)] = None,
    helper: Annotated[Person | None, Option("Who helps", Takes.PERSON)] = None,
    badge: Annotated[Role | None, Option("What for", Takes.ROLE)] = None,
) -> Reply:
    """Set the group up."""
    raise NotImplementedError


def _more(ctx: Any) -> Reply:
    """Say more, by a button only."""
    raise NotImplementedError


def _export(
    ctx: Any, item: Annotated[str, Option("What of it", maximum=80, suggest=_no_suggestions)] = ""
) -> Reply:
    """Take your data along."""
    raise NotImplementedError


def _named(run: Any, name: str, **options: Any) -> Command:
    run.__name__ = name
    return command(run, **options)


COMMANDS = (
    _named(_done, "done", writes=True),
    _named(_board, "board", private=False),
    _named(_setup, "setup", audience=Audience.ORGANIZER),
    _named(_export, "export", under="mydata"),
    _named(_more, "more", typed=False),
)


class Bot:
    """Stands in for everything behind the platform: remembers what was asked and answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.reply = Reply("Recorded", "Well done.")
        self.present: Reply = Reply("", form={"hours": "2"})
        self.fault: Exception | None = None
        self.foreseen: Reply | None = None
        self.gate: asyncio.Event | None = None
        self.suggested: Sequence[Choice] | Exception = (Choice("Docker", "docker"),)
        self.typed: list[tuple[Request, str, str]] = []
        self.kept: dict[str, str] = {}
        self.left: list[str] = []
        self.came: set[str] = set()
        self.missing: list[str] = []
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)
        self.platform = self.make()

    def clock(self) -> datetime:
        """What time it is for the platform."""
        return self.now

    def make(self, shards: Shards = ALL) -> DiscordPlatform:
        """Make a platform as a new process would."""
        return DiscordPlatform(
            COMMANDS, self.handle, self.suggest, self, self._leave, self._come, self.clock, shards
        )

    async def start(self) -> None:
        """Connect to a simulated Discord with one server in it."""
        self.env = simcord.Env(self.platform.client)
        await self.env.start()
        self.guild = self.env.create_guild("MLOps study")
        self.study = self.guild.create_text_channel("study")
        manager = self.guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        self.olivia = self.guild.add_member(self.env.create_user("olivia"), roles=[manager])
        self.alice = self.guild.add_member(self.env.create_user("alice"), nick="Alice A.")
        self.bob = self.guild.add_member(self.env.create_user("bob"))
        await self.env.settle()

    async def start_again(self) -> None:
        """Connect a new platform, with what this one has noted, to a Discord that knows nothing of it."""
        self.platform = self.make()
        await self.start()

    async def handle(self, request: Request, ahead: Ahead | None = None) -> Reply:
        """Answer a request with what the test has said."""
        if request.ask and self.gate is None:
            return self.present
        self.asked.append(request)
        if self.gate is not None:
            await self.env.external_wait(self.gate.wait(), reason="the test decides when the command is done")
        if ahead is not None and self.foreseen is not None:
            ahead(self.foreseen)
        if self.fault is not None:
            raise self.fault
        return self.reply

    async def suggest(self, request: Request, option: str, typed: str) -> Sequence[Choice]:
        """Suggest what the test has said."""
        self.typed.append((request, option, typed))
        if isinstance(self.suggested, Exception):
            raise self.suggested
        return self.suggested

    async def get(self, key: str) -> str | None:
        """Read a note."""
        return self.kept.get(key)

    async def put(self, key: str, value: str) -> None:
        """Keep a note."""
        self.kept[key] = value

    async def _leave(self, workspace: str) -> None:
        self.left.append(workspace)

    async def _come(self, present: Collection[str]) -> Sequence[str]:
        self.came |= set(present)
        return self.missing

    def post(self, *buttons: Button, mark: str = "m1") -> Message:
        """A post for #study, with a Done button that carries its mark."""
        buttons = buttons or (Button("Done", "done", {"item": "docker", "post": mark}),)
        return Message(str(self.study.id), Reply("This week", "Docker", buttons=buttons), f"n-{mark}", mark)

    def sent(self, method: str, part: str) -> list[simcord.HttpLogEntry]:
        """The requests so far whose path contains a part."""
        return [entry for entry in self.env.http_requests if entry.method == method and part in entry.path]


@pytest.fixture
async def bot(checked_requests: None) -> AsyncIterator[Bot]:
    """The platform in a simulated Discord, ready to be talked to."""
    bot = Bot()
    await bot.start()
    try:
        yield bot
    finally:
        await bot.env.shutdown()
    bot.env._raise_errors_since(bot.env._errors_acknowledged)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Defer at once, so that no test has to wait; the command is held back until that is done."""
    monkeypatch.setattr(answering, "SLOW", 0.001)
