"""From the gateway's event to the first request that answers it, beside a bare `/ping` in the same client."""

import asyncio
import logging
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import discord
import simcord
from discord import app_commands

from benchmarks.figures import Figure, median
from benchmarks.seams import Seams
from benchmarks.world import World, add_members, opened
from bot.logs import set_up

ROUNDS, WARM_UP = 500, 40
REST = 0.02
"""Seconds. A longer rest changes nothing."""
TARGETS = {"next": 2.0, "done": 3.0, "autocomplete": 1.0}
SHOWN = {
    "next": "/next",
    "done": "/done, a new mark each",
    "autocomplete": "autocomplete, seat remembered",
    "save": "/save, the floor with one row made durable",
}
NAMES = ("ping", *SHOWN)
Taken = dict[str, list[float]]


def run() -> list[Figure]:
    """Measure and return the figures."""
    # As in production, but to nowhere: a log line is part of what an answer costs.
    with tempfile.TemporaryDirectory() as folder, Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        stderr, sys.stderr = sys.stderr, nowhere
        try:
            set_up("INFO", "json")
            return asyncio.run(_measured(Path(folder)))
        finally:
            sys.stderr = stderr
            logging.getLogger().handlers.clear()


async def _measured(folder: Path) -> list[Figure]:
    floor = _Floor(folder / "floor.db")
    async with opened(folder, 2 * (WARM_UP + ROUNDS), floor.add_to) as world:
        watch = Watch(world)
        item = add_members(world.app, [(person.id, person.user.name) for person in world.people])
        busy, rested = world.people[::2], world.people[1::2]
        at_once = await _simulated(world, watch, busy, item)
        after_rest = await _simulated(world, watch, rested, item, REST)
        watch.answer_nothing()
        direct, first = await _direct(world, watch, 10**17)
        with Seams() as seams:
            _, first = await _direct(world, watch, first, seams)
    floor.close()
    return [
        *_figures(at_once, "one after the other: ", TARGETS),
        *_figures(after_rest, f"after {REST * 1000:.0f} ms of rest: ", TARGETS),
        *_figures(direct, "without the simulator: ", {}),
        *seams.figures(),
    ]


async def _simulated(
    world: World, watch: "Watch", people: Sequence[simcord.MemberActor], item: str, rest: float = 0
) -> Taken:
    taken: Taken = {name: [] for name in NAMES}
    for number, person in enumerate(people):
        await world.say("next", person, item)  # remembers the seat
        for name in random.sample(NAMES, len(NAMES)):
            await asyncio.sleep(rest)
            await world.say(name, person, item)
            if number >= WARM_UP:
                taken[name].append(watch.spent)
    return taken


async def _direct(world: World, watch: "Watch", first: int, seams: Seams | None = None) -> tuple[Taken, int]:
    people = range(first, first + WARM_UP + ROUNDS)
    item = add_members(world.app, [(person, "olivia") for person in people])
    taken: Taken = {name: [] for name in NAMES}
    for number, person in enumerate(people):
        await watch.hand_over(world.event("next", person, item))
        for name in random.sample(NAMES, len(NAMES)):
            await watch.hand_over(world.event(name, person, item))
            if number >= WARM_UP:
                taken[name].append(watch.spent)
                if seams is not None and name in {"next", "done"}:
                    seams.keep(name, watch.started, watch.stopped)
    return taken, people.stop


def _figures(taken: Taken, prefix: str, targets: dict[str, float]) -> list[Figure]:
    floor = median(taken["ping"])
    shown = f"/ping, one hop, BEGIN IMMEDIATE: {floor:.2f} ms"
    spent = {name: median(taken[name]) for name in SHOWN}
    return [
        Figure(
            f"{prefix}{SHOWN[name]} ({spent[name]:.2f} ms)",
            spent[name] / floor,
            "x",
            targets.get(name),
            shown,
        )
        for name in SHOWN
    ]


class _Floor:
    """The least that a command with a transaction costs: one thread, one connection, nothing else.

    `/save` is the same with a row that is on the disk before the answer, which no mark can be without.
    """

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = self._thread.submit(self._connect, path).result()

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, at REAL)")
        return connection

    def _work(self, statement: str) -> None:
        for each in ("BEGIN IMMEDIATE", statement, "COMMIT"):
            self._connection.execute(each)

    def add_to(self, client: discord.Client) -> None:
        """Give a client the bare commands."""
        self._add(client, "ping", "SELECT 1")
        self._add(client, "save", "INSERT INTO row (at) VALUES (1.5)")

    def _add(self, client: discord.Client, name: str, statement: str) -> None:
        async def bare(interaction: discord.Interaction) -> None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._work, statement)
            await interaction.response.send_message("pong")

        tree: app_commands.CommandTree[Any] = client.tree  # type: ignore[attr-defined]
        tree.add_command(app_commands.Command(name=name, description="Pong", callback=bare))

    def close(self) -> None:
        """Close the connection in its own thread."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


class Watch:
    """Takes the time from handing an event to the client's parser to the first request that answers it."""

    def __init__(self, world: World) -> None:
        parsers = world.client._connection.parsers  # noqa: SLF001 - the event's way in
        self._parse, self._adapter = parsers["INTERACTION_CREATE"], world.adapter
        self._real_request = world.adapter.request
        self._answered = asyncio.Event()
        self.started = self.stopped = 0.0
        parsers["INTERACTION_CREATE"] = self._handed
        world.adapter.request = self._request

    @property
    def spent(self) -> float:
        """Milliseconds that the last answer took."""
        return (self.stopped - self.started) * 1000

    def _handed(self, event: dict[str, Any]) -> None:
        self.started, self.stopped = time.perf_counter(), 0.0
        self._parse(event)

    async def _request(self, *args: Any, **options: Any) -> Any:
        self.stopped = self.stopped or time.perf_counter()
        self._answered.set()
        return await self._real_request(*args, **options)

    def answer_nothing(self) -> None:
        """From now on requests end here."""

        async def nothing(*_args: Any, **_options: Any) -> Any:
            return {"interaction": {"id": "1", "type": 2}}

        self._real_request = nothing

    async def hand_over(self, event: dict[str, Any]) -> None:
        """Hand an event to the client directly, so that the simulator has no part in it."""
        self._answered.clear()
        self._handed(event)
        await self._answered.wait()
        for _ in range(5):  # let the client finish what follows the answer
            await asyncio.sleep(0)
