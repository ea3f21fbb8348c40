"""What every test can ask for: a simulated Discord with the real bot in it, and people to talk to."""

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import discord
import pytest
import simcord
from hypothesis import settings

from tests import once
from tests import postgres as pg
from tests.makers import migrated
from tests.platforms.discord import openapi
from tests.talk import Said, read

if TYPE_CHECKING:
    from bot.app import App

# The same cases in every run, and no failure because a machine was busy.
settings.register_profile("roadmate", derandomize=True, deadline=None)
settings.load_profile("roadmate")

# SimCord looks every 50 ms whether work in a thread is done, which is most of the time of every test.
simcord.Env._settle_internal.__kwdefaults__["idle"] = 0.0005

once.in_memory()
once.read()
once.compiled()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a bot that is started or waited for in a test leaves one idle."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Begin with everything loaded."""
    once.loaded()


@pytest.fixture
def here() -> Iterator[None]:
    """Leave the process in the folder where it is, whichever folders a test and its database were in.

    Left to monkeypatch it would end in the folder of a PostgreSQL database, which is put back before.
    """
    before = Path.cwd()
    yield
    os.chdir(before)


@pytest.fixture(autouse=True)
def quiet_after() -> Iterator[None]:
    """Leave the log to the next test as it was: what a command line sets up writes to a stream that is closed then."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {logger: logger.level for logger in _loggers()}
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
    for logger in _loggers():
        if logger.level != levels.get(logger, logging.NOTSET):
            logger.setLevel(levels.get(logger, logging.NOTSET))


def _loggers() -> list[logging.Logger]:
    found = logging.getLogger().manager.loggerDict.values()
    return [logging.getLogger(), *(logger for logger in found if isinstance(logger, logging.Logger))]


@pytest.fixture(autouse=True)
def checked_requests(here: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
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


class Clock:
    """The bot's clock, which is that of the simulated Discord."""

    env: simcord.Env

    def __call__(self) -> datetime:
        """Say what time it is there."""
        return self.env.now()


class World:
    """A server "MLOps study" with the channels #study and #random, and another server next door.

    olivia may manage the first server, alice and bob are members of it; charlie manages the other one.
    """

    def __init__(self, app: "App", env: simcord.Env, make: Callable[[], "App"]) -> None:
        self.app, self.env, self._make = app, env, make
        self._stack = AsyncExitStack()

    async def start(self) -> Self:
        """Bring the server to life and the bot into it."""
        await self._stack.enter_async_context(self.app)
        await self.env.start()
        self.guild, self.olivia = self._server("MLOps study", "olivia")
        self.study, self.random = (
            self.guild.create_text_channel("study"),
            self.guild.create_text_channel("random"),
        )
        self.alice, self.bob = (
            self.guild.add_member(self.env.create_user(name)) for name in ("alice", "bob")
        )
        self.elsewhere, self.charlie = self._server("Elsewhere", "charlie")
        self.lobby = self.elsewhere.create_text_channel("lobby")
        await self.env.settle()
        return self

    def _server(self, name: str, organizer: str) -> tuple[simcord.GuildHandle, simcord.MemberActor]:
        guild = self.env.create_guild(name)
        role = guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        return guild, guild.add_member(self.env.create_user(organizer), roles=[role])

    def badge(self, name: str = "Finisher", permissions: int = 0) -> Any:
        """Make a role that stands under the bot's own."""
        role = self.guild.create_role(name, permissions=discord.Permissions(permissions))
        self.move(role, 1)
        return role

    def move(self, role: Any, position: int) -> None:
        """Move a role; the bot's own stays at the fifth place."""
        backend = self.env.backend
        own = next(r for r in backend.get_guild(self.guild.id).roles.values() if r.managed)
        backend.reorder_roles(
            self.guild.id, [{"id": own.id, "position": 5}, {"id": role.id, "position": position}]
        )

    async def restart(self) -> None:
        """Stop the bot and start another one on the same database; the server and its messages stay."""
        await self._stack.aclose()
        self.app = self._make()
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


DATABASES = ("sqlite", "postgresql")
Fresh = Callable[[], AbstractContextManager[str]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a database on each kind that its mark `databases` names; without one, on SQLite."""
    mark = metafunc.definition.get_closest_marker("databases")
    if mark and "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", mark.args, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """Say which kind of database the test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[pg.Server]:
    """Run one throw-away server for all tests that need one."""
    if pg.programs() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(pg.MISSING)
    with pg.server() as running:
        yield running


@pytest.fixture(scope="session")
def fresh(backend: str, request: pytest.FixtureRequest) -> Fresh:
    """Make a new database at the newest schema, of the kind that the test runs on."""
    if backend == "postgresql":
        server: pg.Server = request.getfixturevalue("postgres")
        return server.fresh

    @contextmanager
    def file() -> Iterator[str]:
        with TemporaryDirectory(prefix="roadmate-") as folder:
            yield migrated(Path(folder, "roadmate.db"))

    return file


@pytest.fixture
def url(fresh: Fresh) -> Iterator[str]:
    """Make a new database at the newest schema and give its address."""
    with fresh() as address:
        yield address


@pytest.fixture
def make_app(url: str, clock: Clock) -> Callable[[], "App"]:
    """Make the whole bot, on one database for the whole test."""
    # Here, so that tests of the rules alone do not load everything.
    from bot.app import App
    from bot.settings import Settings

    return lambda: App(Settings(database_url=url, _env_file=None), clock=clock)


@pytest.fixture
def clock() -> Clock:
    """The time for the bot of this test."""
    return Clock()


@pytest.fixture
def app(make_app: Callable[[], "App"]) -> "App":
    """The whole bot, not entered yet."""
    return make_app()


@pytest.fixture
def env(app: "App", clock: Clock, checked_requests: None) -> simcord.Env:
    """The simulated Discord of the world; a failing test shows everything that was said in it."""
    clock.env = simcord.Env(app.discord)
    return clock.env


@pytest.fixture
async def world(app: "App", env: simcord.Env, make_app: Callable[[], "App"]) -> AsyncIterator[World]:
    """The whole bot on a new database in a simulated Discord, whose clock is the bot's."""
    world = await World(app, env, make_app).start()
    try:
        yield world
    finally:
        await world.stop()
    env._raise_errors_since(env._errors_acknowledged)
