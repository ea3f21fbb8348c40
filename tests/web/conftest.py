"""The health server around a real database and a bot without a chat."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.keeping import Keeper
from bot.web.metrics import Metrics
from bot.web.server import serve
from bot.web.vitals import Vitals
from tests.makers import migrated
from tests.room import Room


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Web:
    """A health server, which stands for the platform itself, and what it believes of the bot's parts."""

    room: Room
    is_connected: bool = True
    seconds: float = 0.04
    refused: int = 0
    tick_age: float = 3.0
    keeper: Keeper = field(default_factory=Keeper)
    metrics: Metrics = field(default_factory=Metrics)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.vitals = Vitals(
            self.room.database,
            self.room.clock,
            15,
            [self],
            lambda: self.tick_age,
            self.keeper,
        )
        self.room.dispatcher.measure = self.metrics.command
        self.room.delivery.measure = self.metrics.post
        self.room.ticker.measure = self.metrics.tick

    def connected(self) -> bool:
        """Whether the platform is."""
        return self.is_connected

    def latency(self) -> float:
        """Seconds to the platform."""
        return self.seconds

    def refusals(self) -> int:
        """How many requests it refused."""
        return self.refused

    def troubles(self) -> list[str]:
        """What it complains about."""
        return [] if self.is_connected else ["Discord is not connected."]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve while entered."""
        server = asyncio.create_task(serve("127.0.0.1", self.port, self.vitals, self.metrics))
        try:
            await self._up()
            yield
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    async def _up(self) -> None:
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0)
                else:
                    writer.close()
                    return

    async def get(self, path: str) -> tuple[int, str]:
        """Ask, and read status and body."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return answer.status, await answer.text()

    async def figures(self) -> dict[str, float]:
        """Read /metrics: each sample by its name and labels."""
        status, text = await self.get("/metrics")
        assert status == 200
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """A bot with one group."""
    found = Room(migrated(tmp_path / "room.db"))
    await found.open()
    yield found
    found.close()


@pytest.fixture
async def web(room: Room) -> AsyncIterator[Web]:
    """A health server that answers."""
    made = Web(room)
    async with made.serving():
        yield made


def spoil(room: Room, *, spoilt: bool = True) -> None:
    """Let the writer's own connection refuse to write, or write again."""
    (writer,) = [kept for kept in room.database._kept if kept.engine is room.database._writer]
    connection = writer.connection.dbapi_connection
    assert isinstance(connection, sqlite3.Connection)
    connection.execute(f"PRAGMA query_only={'ON' if spoilt else 'OFF'}")
