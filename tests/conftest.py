"""What every test can ask for: a simulated Discord with the real bot in it, and people to talk to."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import discord
import pytest
import simcord
from hypothesis import settings

from tests.platforms.discord import openapi
from tests.talk import Said, read

if TYPE_CHECKING:
    from bot.app import App

# The same cases in every run, and no failure because a machine was busy.
settings.register_profile("roadmate", derandomize=True, deadline=None)
settings.load_profile("roadmate")

# SimCord looks every 50 ms whether work in a thread is done, which is most of the time of every test.
simcord.Env._settle_internal.__kwdefaults__["idle"] = 0.0005


@pytest.fixture(autouse=True)
def checked_requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check every request made to a simulated Discord against the API's own description."""
    envs: list[simcord.Env] = []
    made = simcord.Env.__init__

    def remember(env: simcord.Env, *args: Any, **kwargs: Any) -> None:
        made(env, *args, **kwargs)
        envs.append(env)

    monkeypatch.setattr(simcord.Env, "__init__", remember)
    yield
    found = [problem for env in envs for entry in env.http_requests for problem in openapi.problems(entry)]
    assert not found, "\n".join(found)


@dataclass
class World:
    """A server "MLOps study" with the channels #study and #random, and another server next door.

    olivia may manage the first server, alice and bob are members of it; charlie manages the other one.
    """

    folder: Path
    make: Callable[[Path, Callable[[], Any]], "App"]
    env: simcord.Env = field(init=False)
    app: "App" = field(init=False)

    async def start(self) -> Self:
        """Bring the server to life and the bot into it."""
        self._stack = AsyncExitStack()
        self.app = self.make(self.folder, lambda: self.env.now())
        self.env = simcord.Env(self.app.discord)
        await self._stack.enter_async_context(self.app)
        await self.env.start()
        self.guild = self.env.create_guild("MLOps study")
        self.study, self.random = self.guild.create_text_channel("study"), self.guild.create_text_channel("random")
        manager = self.guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        self.olivia = self.guild.add_member(self.env.create_user("olivia"), roles=[manager])
        self.alice = self.guild.add_member(self.env.create_user("alice"))
        self.bob = self.guild.add_member(self.env.create_user("bob"))
        self.elsewhere = self.env.create_guild("Elsewhere")
        self.lobby = self.elsewhere.create_text_channel("lobby")
        manager = self.elsewhere.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        self.charlie = self.elsewhere.add_member(self.env.create_user("charlie"), roles=[manager])
        await self.env.settle()
        return self

    async def restart(self) -> None:
        """Stop the bot and start another one on the same database; the server and its messages stay."""
        await self._stack.aclose()
        self.app = self.make(self.folder, lambda: self.env.now())
        await self._stack.enter_async_context(self.app)
        await self.env.restart_bot(self.app.discord)

    async def forward(self, **time: float) -> None:
        """Let time pass (`days=7, hours=1`); the bot looks at its clock every hour and at the end."""
        left = timedelta(**time)
        while left > timedelta():
            step = min(left, timedelta(hours=1))
            await self.env.advance_time(step.total_seconds())
            await self.app.tick()
            left -= step
        await self.env.settle()

    def posts(self, channel: simcord.ChannelHandle | None = None) -> list[Said]:
        """What the bot has posted in a channel by itself, oldest first."""
        history = (channel or self.study).history()
        own = [m for m in history if m.author.bot and m.interaction_metadata is None and m.embeds]
        return [read(message) for message in own]

    async def stop(self) -> None:
        """Take the bot and the server down."""
        await self.env.shutdown()
        await self._stack.aclose()


def _app(folder: Path, clock: Callable[[], Any]) -> "App":
    # Here, so that tests of the rules alone do not load everything.
    from bot.app import App
    from bot.settings import Settings

    return App(Settings(database_url=f"sqlite:///{folder / 'roadmate.db'}", _env_file=None), clock=clock)


@pytest.fixture
async def world(tmp_path: Path, checked_requests: None) -> AsyncIterator[World]:
    """The whole bot on a new database in a simulated Discord, whose clock is the bot's."""
    world = await World(tmp_path, _app).start()
    try:
        yield world
    finally:
        await world.stop()
    world.env._raise_errors_since(world.env._errors_acknowledged)


@pytest.fixture
def env(world: World) -> simcord.Env:
    """The simulated Discord of the world."""
    return world.env
