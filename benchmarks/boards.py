"""Boards: the whole command in a large group beside the same in a group of 100, and what a mark costs with them.

`BOARD_MEMBERS` is the size of the large group: 20,000, and the target is meant for 1,000,000, which takes minutes to
fill. Each member has ten marks, two a week. No picture is drawn, which is measured by itself.
"""

import asyncio
import os
import random
import sqlite3
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from benchmarks.figures import Figure, median
from bot.app import App
from bot.core.request import Channel, Person, Request
from bot.dispatch import no_pictures
from bot.settings import Settings
from bot.store import scores
from bot.store.engines import open_engine
from bot.store.tables import Group
from bot.study.calendar import periods_of
from bot.study.points import ALL_TIME

NOW = datetime(2026, 6, 19, 12, tzinfo=UTC)
"""In the middle of a week and of a month, so that both have marks whenever this runs."""
MEMBERS = int(os.environ.get("BOARD_MEMBERS", "20000"))
SMALL, REBUILT = 100, 10_000
ROUNDS, WARM_UP = 60, 10
MARKS, A_WEEK = 10, 2
AT_MOST, MARK_AT_MOST, REBUILD_SECONDS = 3.0, 2.0, 5.0
WINDOWS: dict[str, dict[str, Any]] = {
    "all time": {"window": "all"},
    "month": {"window": "month"},
    "week": {"window": "week"},
    "last week": {"week": -1},
}
LOOKS: dict[str, dict[str, Any]] = {
    "first page": {"page": 1},
    "page 1,000": {"page": 1000},
    "own rank, neighbours": {},
}


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Figure]:
    settings = Settings(database_url=f"sqlite:///{folder / 'boards.db'}", _env_file=None)
    app = App(settings, clock=lambda: NOW)
    app.dispatcher.draw = no_pictures
    async with app:
        sizes = {1: SMALL, 2: MEMBERS, 3: REBUILT}
        for number in sizes:
            await app.dispatcher.handle(_request(number, "0", "setup"))
        groups = await app.database.read(lambda s: {int(g.channel): g.id or 0 for g in s.exec(select(Group))})
        items = list(next(iter(app.memory.catalog.editions.values())).ids.values())
        for number, members in sizes.items():
            _fill(folder / "boards.db", groups[number], members, items[:MARKS])
        found = [
            await _compared(app, window, look, {**WINDOWS[window], **LOOKS[look]})
            for window in WINDOWS
            for look in LOOKS
        ]
        return [*found, await _marked(app, groups[2]), _rebuilt(app, groups[3])]


def _request(group: int, person: str, command: str, **args: Any) -> Request:
    return Request(
        "discord",
        "1",
        Channel(str(group)),
        Person(person, "olivia"),
        True,
        command,
        args,
        workspace_name="Bench",
    )


def _fill(path: Path, group: int, members: int, items: list[int]) -> None:
    """Members with marks, and the rows that follow from them, by SQL over whole sets."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "secure_delete=OFF"):
        connection.execute(f"PRAGMA {setting}")
    (first,) = connection.execute("SELECT coalesce(max(id), 0) FROM member").fetchone()
    connection.execute("BEGIN")
    values = {"group": group, "first": first, "members": members}
    connection.execute(ADD_MEMBERS, values)
    days = [NOW - timedelta(days=7 * (n // A_WEEK), hours=1 + n % A_WEEK) for n in range(MARKS)]
    for number, (item, at) in enumerate(zip(items, days, strict=True)):
        moment = {"at": at.strftime("%Y-%m-%d %H:%M:%S"), "day": at.date().isoformat()}
        connection.execute(ADD_MARKS, {**values, **moment, "item": item, "seed": number * 104729})
    for period in {ALL_TIME, *(name for at in days for name in periods_of(at.date()))}:
        inside = sorted({d.date().isoformat() for d in days if period in (ALL_TIME, *periods_of(d.date()))})
        connection.execute(ADD_SCORES, {**values, "period": period, "start": inside[0], "end": inside[-1]})
    connection.execute(ADD_COUNTS, values)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


ADD_MEMBERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :members)
INSERT INTO member (id, group_id, person, name, joined_at)
SELECT :first + i, :group, CAST(i AS TEXT), 'member ' || i, '2026-01-01 00:00:00.000000' FROM n
"""
ADD_MARKS = """
INSERT INTO mark (member_id, item_id, act, at, day, points, note)
SELECT id, :item, 'finished', strftime('%Y-%m-%d %H:%M:%f000', :at, '-' || (id % 1800) || ' seconds'), :day,
1 + abs(id * 7919 + :seed) % 12, '' FROM member WHERE id > :first AND id <= :first + :members
"""
ADD_SCORES = """
INSERT INTO score (member_id, period, group_id, points, reached_at)
SELECT member_id, :period, :group, sum(points), max(at) FROM mark
WHERE day BETWEEN :start AND :end AND member_id > :first AND member_id <= :first + :members GROUP BY member_id
"""
ADD_COUNTS = """
INSERT INTO score_count (group_id, period, points, members)
SELECT group_id, period, points, count(*) FROM score WHERE group_id = :group GROUP BY group_id, period, points
"""


async def _compared(app: App, window: str, look: str, args: dict[str, Any]) -> Figure:
    """The command in the large group and in the small one, in turn."""
    taken: dict[int, list[float]] = {1: [], 2: []}
    chance = random.Random(1)  # noqa: S311 - which members ask
    for count in range(ROUNDS + WARM_UP):
        for number, members in ((1, SMALL), (2, MEMBERS)):
            asked = _request(number, str(chance.randint(1, members)), "leaderboard", **args)
            app.dispatcher.turns = type(app.dispatcher.turns)()
            began = time.perf_counter()
            reply = await app.dispatcher.handle(asked)
            if count >= WARM_UP:
                taken[number].append(time.perf_counter() - began)
            if "member" not in reply.text:
                raise AssertionError(reply)
    small, large = (median(taken[number]) * 1000 for number in (1, 2))
    return Figure(
        f"/leaderboard, {MEMBERS:,} members, {window}: {look} ({large:.2f} ms)",
        large / small,
        "x",
        AT_MOST,
        f"the same in a group of {SMALL}: {small:.2f} ms",
    )


async def _marked(app: App, group_id: int) -> Figure:
    """Recording with its board rows and counts, beside recording where they are left out."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    keep, edition = scores.keep, next(iter(app.memory.catalog.editions.values()))
    free = [key for key, item in edition.ids.items() if item > max(list(edition.ids.values())[:MARKS])]
    for count in range(2 * (ROUNDS + WARM_UP)):
        with_boards = bool(count % 2)
        scores.keep = keep if with_boards else _nothing
        asked = _request(2, str(1 + count * 97 % MEMBERS), "done", item=free[0])
        began = time.perf_counter()
        reply = await app.dispatcher.handle(asked)
        spent = time.perf_counter() - began
        if not reply.title.startswith("Recorded"):
            raise AssertionError(reply)
        if count >= 2 * WARM_UP:
            taken[with_boards].append(spent)
    scores.keep = keep
    del group_id
    bare, whole = (median(taken[key]) * 1000 for key in (False, True))
    name = f"/done, {MEMBERS:,} members, with its boards ({whole:.2f} ms)"
    return Figure(name, whole / bare, "x", MARK_AT_MOST, f"the same without boards: {bare:.2f} ms")


def _nothing(*_args: Any, **_more: Any) -> None:
    """Keep no board."""


def _rebuilt(app: App, group_id: int) -> Figure:
    engine = open_engine(app.database.url)
    began = time.perf_counter()
    with Session(engine) as session:
        wrong = scores.rebuild_group(session, group_id)
        session.commit()
    spent = time.perf_counter() - began
    engine.dispose()
    if wrong:
        message = f"{wrong} rows of the filled group are not what its marks say"
        raise AssertionError(message)
    return Figure(
        f"a group of {REBUILT:,} derived from its marks", spent * 1000, "ms", REBUILD_SECONDS * 1000
    )
