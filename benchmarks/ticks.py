"""The scheduler's tick: with nothing due among many groups, and with many groups due in one minute."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from benchmarks.figures import Figure, median, percentile
from benchmarks.world import add_groups
from bot.app import App
from bot.core.platform import Message, Roles
from bot.core.reply import Reply
from bot.jobs.deliver import AT_ONCE as CLAIMED_AT_ONCE
from bot.jobs.plan import BATCH as PLANNED_AT_ONCE
from bot.settings import Settings
from bot.store import queue

IDLE_GROUPS, TICKS, WARM_UP = 100_000, 400, 20
DUE_GROUPS, TIMES = 10_000, 3
DUE = datetime(2026, 6, 1, 7, tzinfo=UTC)
BEFORE, AFTER = DUE - timedelta(days=2), DUE + timedelta(seconds=30)


def run() -> list[Figure]:
    """Measure and return the figures."""
    return [*asyncio.run(_idle()), *asyncio.run(_busy())]


@asynccontextmanager
async def _app(groups: int, now: datetime) -> AsyncIterator[App]:
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'bench.db'}"
        async with App(Settings(database_url=address, _env_file=None), clock=lambda: now) as app:
            add_groups(app, groups, DUE, BEFORE, posted=True)
            app.delivery.platforms = [_Nowhere()]
            yield app


async def _idle() -> list[Figure]:
    async with _app(IDLE_GROUPS, BEFORE) as app:
        raw = _Raw(app)
        ticks: list[float] = []
        floor: list[float] = []
        for _ in range(WARM_UP + TICKS):
            floor.append(await _ms(raw.hop(raw.look)))
            ticks.append(await _ms(app.tick()))
        raw.close()
    ticks, floor = ticks[WARM_UP:], floor[WARM_UP:]
    name, beside = f"tick, {IDLE_GROUPS:,} groups, none due", "raw indexed select in a thread"
    return [
        Figure(f"{name}: median", median(ticks), "ms", 2.0, f"{beside}: {median(floor):.2f} ms"),
        Figure(f"{name}: p99", percentile(ticks, 99), "ms", 5.0, f"{beside}: {percentile(floor, 99):.2f} ms"),
    ]


async def _busy() -> list[Figure]:
    runs = [await _all_due() for _ in range(TIMES)]
    raw, planned, claimed, stall, sent, sending_stall = (median(column) for column in zip(*runs, strict=True))
    beside = f"raw sqlite3, the same rows: {raw:.0f} ms"
    name = f"{DUE_GROUPS:,} groups due at once"
    return [
        Figure(f"{name}: planned and claimed", planned + claimed, "ms", 1000.0, beside),
        Figure("    of it planning", planned, "ms"),
        Figure("    of it claiming", claimed, "ms"),
        Figure("    longest stall of the loop", stall, "ms", 50.0, "a sleep of 1 ms that woke up late"),
        Figure(f"{name}: composed, sent to nowhere, recorded", sent, "ms"),
        Figure("    longest stall of the loop", sending_stall, "ms"),
    ]


async def _all_due() -> tuple[float, ...]:
    """One round, each part on a database of its own; stalls are watched apart, because watching costs time."""
    async with _app(DUE_GROUPS, AFTER) as app:
        raw = _Raw(app)
        floor = await _ms(_repeated(lambda: raw.hop(raw.plan)))
        floor += await _ms(_repeated(lambda: raw.hop(raw.claim)))
        raw.close()
    async with _app(DUE_GROUPS, AFTER) as app:
        planned = await _ms(_repeated(app.ticker.plan))
        claimed = await _ms(_repeated(lambda: _claim(app)))
    async with _app(DUE_GROUPS, AFTER) as app, _Probe() as probe:
        await _repeated(app.ticker.plan)
        await _repeated(lambda: _claim(app))
    async with _app(DUE_GROUPS, AFTER) as app:
        await _repeated(app.ticker.plan)
        async with _Probe() as sending:
            sent = await _ms(app.delivery.run())
    return floor, planned, claimed, probe.longest, sent, sending.longest


async def _claim(app: App) -> int:
    def take(session: Any) -> int:
        return len(queue.claim(session, ["discord"], AFTER, CLAIMED_AT_ONCE))

    return await app.database.write(take)


async def _repeated(batch: Callable[[], Coroutine[Any, Any, int]]) -> None:
    while await batch():
        pass


async def _ms(work: Coroutine[Any, Any, Any]) -> float:
    started = time.perf_counter()
    await work
    return (time.perf_counter() - started) * 1000


@dataclass(slots=True)
class _Probe:
    """Sleeps for a millisecond again and again and keeps by how much it overslept at worst."""

    longest: float = 0.0
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            slept = await _ms(asyncio.sleep(0.001))
            self.longest = max(self.longest, slept - 1)


class _Nowhere:
    """A platform that takes every message at once."""

    name = "discord"
    knows_nonces = True
    roles: Roles | None = None

    def ready(self) -> bool:
        return True

    async def send(self, message: Message) -> str:
        return message.mark

    async def find(self, message: Message, since: datetime) -> str | None:
        del message, since
        return None

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        raise NotImplementedError

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        del workspace, channel, name, text
        return message_id

    async def direct(self, workspace: str, person: str) -> str:  # noqa: ARG002 - the protocol's
        """Speak privately in a channel of the person's own."""
        return f"dm{person}"

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        raise NotImplementedError

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        raise NotImplementedError


class _Raw:
    """The same work in plain SQL through the driver alone, a batch to a transaction and a hop."""

    def __init__(self, app: App) -> None:
        self._thread = ThreadPoolExecutor(1)
        path = app.database.url.removeprefix("sqlite:///")
        self._db = self._thread.submit(self._connect, path).result()
        self._item = next(iter(app.memory.catalog.editions.values())).ids["docker"]

    @staticmethod
    def _connect(path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    async def hop(self, work: Callable[[], int]) -> int:
        """Run one batch in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def look(self) -> int:
        """Look for what is due, as a tick does."""
        return len(self._due(BEFORE))

    def _due(self, now: datetime) -> list[Any]:
        sql = "SELECT * FROM study_group WHERE next_due_at <= ? ORDER BY next_due_at LIMIT ?"
        return self._db.execute(sql, (_text(now), PLANNED_AT_ONCE)).fetchall()

    def plan(self) -> int:
        """Queue a batch of posts and push their groups ahead."""
        self._db.execute("BEGIN IMMEDIATE")
        due = self._due(AFTER)
        self._db.executemany(
            "INSERT INTO post (group_id, kind, occurrence, step, item_id, due_at, state, try_at, attempts, edition,"
            " reason, message_id, thread_id) VALUES (?, 'prompt', ?, 1, ?, ?, 'due', ?, 0, 0, '', '', '')",
            [(row[0], str(DUE.date()), self._item, _text(DUE), _text(DUE)) for row in due],
        )
        self._db.executemany(
            "UPDATE study_group SET step = 1, planned_to = ?, next_due_at = ? WHERE id = ?",
            [(_text(AFTER), _text(DUE + timedelta(days=3)), row[0]) for row in due],
        )
        self._db.execute("COMMIT")
        return len(due)

    def claim(self) -> int:
        """Claim a batch of posts and read what sending them needs."""
        self._db.execute("BEGIN IMMEDIATE")
        ids = self._db.execute(
            "UPDATE post SET state = 'claimed', attempts = attempts + 1, try_at = ? WHERE id IN"
            " (SELECT id FROM post WHERE try_at <= ? ORDER BY try_at LIMIT ?) RETURNING id",
            (_text(AFTER + queue.LEASE), _text(AFTER), CLAIMED_AT_ONCE),
        ).fetchall()
        for row in ids:
            self._db.execute(
                "SELECT * FROM post JOIN study_group g ON g.id = group_id"
                " JOIN workspace w ON w.id = workspace_id WHERE post.id = ?",
                row,
            ).fetchall()
        self._db.execute("COMMIT")
        return len(ids)

    def close(self) -> None:
        """Close the connection in its own thread."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
