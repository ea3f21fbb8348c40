"""From the gateway's event to the first request that answers it, beside a bare `/ping` in the same client."""

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from bot.logs import set_up
from benchmarks.figures import Figure, median
from benchmarks.world import World, add_members, opened

ROUNDS, WARM_UP = 500, 50
TARGETS = {"next": 2.0, "done": 3.0, "autocomplete": 1.0}
SHOWN = {"next": "/next", "done": "/done, a new mark each", "autocomplete": "autocomplete, seat remembered"}


def run() -> list[Figure]:
    """Measure and return the figures."""
    # As in production, but to nowhere: a log line is part of what an answer costs.
    with tempfile.TemporaryDirectory() as folder, Path("/dev/null").open("w") as nowhere:
        stderr, sys.stderr = sys.stderr, nowhere
        try:
            set_up("INFO", "json")
            return asyncio.run(_measured(Path(folder)))
        finally:
            sys.stderr = stderr


async def _measured(folder: Path) -> list[Figure]:
    floor = _Floor(folder / "floor.db")
    async with opened(folder, lambda client: floor.add_to(client)) as world:
        people, item = add_members(world.app, WARM_UP + ROUNDS)
        watch = Watch(world)
        taken: dict[str, list[float]] = {name: [] for name in ("ping", *TARGETS)}
        for person in people:
            await watch.time(world.interaction("next", person))  # remembers the seat
        for number, person in enumerate(people):
            for name in random.sample(list(taken), len(taken)):
                spent = await watch.time(world.interaction(name, person, item=item if name == "done" else "doc"))
                if number >= WARM_UP:
                    taken[name].append(spent)
    floor.close()
    return _figures(taken)


def _figures(taken: dict[str, list[float]]) -> list[Figure]:
    floor = median(taken["ping"])
    shown = f"/ping with one hop and BEGIN IMMEDIATE: {floor:.2f} ms"
    return [
        Figure(f"{SHOWN[name]} ({median(taken[name]):.2f} ms)", median(taken[name]) / floor, "x", target, shown)
        for name, target in TARGETS.items()
    ]


class _Floor:
    """The least that a command with a transaction costs: one thread, one connection, nothing else."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = self._thread.submit(self._connect, path).result()

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _work(self) -> None:
        for statement in ("BEGIN IMMEDIATE", "SELECT 1", "COMMIT"):
            self._connection.execute(statement)

    def add_to(self, client: discord.Client) -> None:
        """Give a client the bare command."""

        async def ping(interaction: discord.Interaction) -> None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._work)
            await interaction.response.send_message("pong")

        tree: app_commands.CommandTree[Any] = client.tree  # type: ignore[attr-defined]
        tree.add_command(app_commands.Command(name="ping", description="Pong", callback=ping))

    def close(self) -> None:
        """Close the connection in its own thread."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


class Watch:
    """Hands events to the client's parser and stops the time at the first request that answers.

    Requests end here: what Discord would say takes no part in the time.
    """

    def __init__(self, world: World) -> None:
        self._parse = world.client._connection.parsers["INTERACTION_CREATE"]
        self._answered = asyncio.Event()
        self.stopped = 0.0
        world.adapter.request = self._request

    async def _request(self, *_args: Any, **_options: Any) -> dict[str, Any]:
        self.stopped = time.perf_counter()
        self._answered.set()
        return {"interaction": {"id": "1", "type": 2}}

    async def time(self, event: dict[str, Any]) -> float:
        """Milliseconds from handing the event to the client to its answer."""
        self._answered.clear()
        started = time.perf_counter()
        self._parse(event)
        await self._answered.wait()
        for _ in range(5):  # let the client finish what follows the answer
            await asyncio.sleep(0)
        return (self.stopped - started) * 1000
