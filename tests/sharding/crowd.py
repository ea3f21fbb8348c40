"""Thousands of groups that are all due on Monday at nine, and processes that share them."""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from bot.core.shards import Shards, shard_key
from bot.store.engines import open_engine
from bot.store.tables import Group, Workspace
from tests.makers import MONDAY, published, roadmap

ROOT = Path(__file__).parents[2]
COUNT = 16
QUARTERS = tuple(Shards(first, first + 3, COUNT) for first in range(0, COUNT, 4))
IMMORTAL = 0
AT_ONCE = 500
CHAT = (
    "CREATE TABLE seen (nonce text PRIMARY KEY, channel text, by text, sends int DEFAULT 1)",
    "CREATE TABLE thread (message text PRIMARY KEY, opened int DEFAULT 1)",
)


@dataclass
class Crowd:
    """A database with groups that are due, and what a chat has seen of them."""

    url: str
    groups: int

    def gather(self) -> None:
        """Make the groups, one in each server, whose ids are as far apart as Discord's."""
        chance = random.Random(self.groups)
        engine = open_engine(self.url)
        with Session(engine) as session:
            for statement in CHAT:
                session.connection().exec_driver_sql(statement)
            published(session, roadmap("a", "b"))
            for first in range(1, self.groups + 1, AT_ONCE):
                numbers = range(first, min(first + AT_ONCE, self.groups + 1))
                session.connection().execute(insert(Workspace), [_workspace(n, chance) for n in numbers])
                session.connection().execute(insert(Group), [_group(n) for n in numbers])
            session.commit()
        engine.dispose()

    async def serve(self, *parts: Shards, life: int = IMMORTAL, now: datetime = MONDAY) -> list[int]:
        """Run a process for each part until it ends; return their exit codes. The first one dies after `life` sends."""
        lives = (life, *(IMMORTAL for _ in parts[1:]))
        return list(
            await asyncio.gather(*(self._process(part, now, n) for part, n in zip(parts, lives, strict=True)))
        )

    async def _process(self, part: Shards, now: datetime, life: int) -> int:
        command = ("-m", "tests.sharding.child", self.url, str(part), now.isoformat(), str(life))
        return await (await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT)).wait()

    def rows(self, query: str) -> Sequence[Any]:
        """Read the database."""
        engine = open_engine(self.url, read_only=True)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.exec_driver_sql(query)]
        engine.dispose()
        return found

    def one(self, query: str) -> Any:
        """Read a single value."""
        return self.rows(query)[0][0]

    def strays(self) -> list[tuple[str, int]]:
        """Messages of groups that were posted by a process of other shards."""
        query = (
            "SELECT by, external_id FROM seen JOIN study_group USING (channel) "
            "JOIN workspace ON workspace.id = workspace_id"
        )
        found = [(by, shard_key(guild) % COUNT) for by, guild in self.rows(query)]
        return [(by, shard) for by, shard in found if shard not in Shards.parse(by).ids]


def _workspace(number: int, chance: random.Random) -> dict[str, Any]:
    guild = str(chance.randrange(10**17, 10**19))
    return {
        "id": number,
        "platform": "discord",
        "external_id": guild,
        "shard_key": shard_key(guild),
        "name": "",
        "joined_at": MONDAY,
    }


def _group(number: int) -> dict[str, Any]:
    before = MONDAY - timedelta(days=1)
    made = Group(
        workspace_id=number,
        roadmap_id=1,
        channel=str(number),
        planned_to=before,
        created_at=before,
        next_due_at=MONDAY,
    )
    return made.model_dump(exclude={"id"})
