"""A server to measure on: the real bot in a simulated Discord, and people with a history in its database."""

import copy
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import simcord
from sqlalchemy import insert

from bot.app import App
from bot.settings import Settings
from bot.store.database import sqlite_engine
from bot.store.tables import Group, GroupState, MarkRow, Member, ScoreRow, Workspace
from bot.study.points import ALL_TIME

Payload = dict[str, Any]
FIRST_PERSON = 10**17
FINISHED_BEFORE = 8
"""Resources that everybody has behind them."""

_serial = itertools.count(2 * 10**17)


@dataclass(slots=True)
class World:
    """The running bot and the interactions that its server's people can send."""

    app: App
    client: discord.Client
    templates: Mapping[str, Payload]
    adapter: Any

    def interaction(self, name: str, person: int, **options: str) -> Payload:
        """What Discord would send when a person says a command, or types into its option."""
        payload = copy.deepcopy(self.templates[name])
        payload["id"] = str(next(_serial))
        payload["token"] = f"token-{payload['id']}"
        payload["member"]["user"]["id"] = str(person)
        for option in payload["data"].get("options", []):
            option["value"] = options.get(option["name"], option["value"])
        return payload


@asynccontextmanager
async def opened(folder: Path, prepare: Callable[[discord.Client], None]) -> AsyncIterator[World]:
    """The bot with one group of a hundred people; `prepare` may add to the client's commands first."""
    app = App(Settings(database_url=f"sqlite:///{folder / 'bench.db'}", _env_file=None))
    async with app:
        prepare(app.discord)
        async with simcord.run(app.discord) as env:
            guild = env.create_guild("Bench")
            channel = guild.create_text_channel("study")
            manager = guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
            olivia = guild.add_member(env.create_user("olivia"), roles=[manager])
            await olivia.slash(channel, "setup")
            templates = await _recorded(app.discord, olivia, channel)
            yield World(app, app.discord, templates, env._webhook_adapter)  # noqa: SLF001 - to time its requests


async def _recorded(client: discord.Client, actor: Any, channel: Any) -> dict[str, Payload]:
    """Let somebody say each command once and keep what the client was handed."""
    found: list[Payload] = []
    parsers: dict[str, Callable[[Any], None]] = client._connection.parsers  # noqa: SLF001 - the event's way in
    parse = parsers["INTERACTION_CREATE"]

    def keep(payload: Payload) -> None:
        found.append(copy.deepcopy(payload))
        parse(payload)

    parsers["INTERACTION_CREATE"] = keep
    await actor.slash(channel, "ping")
    await actor.slash(channel, "next")
    await actor.slash(channel, "done", item="docker")
    await actor.autocomplete(channel, "done", "item", "doc")
    parsers["INTERACTION_CREATE"] = parse
    return dict(zip(("ping", "next", "done", "autocomplete"), found, strict=True))


def add_members(app: App, count: int, start: int = FIRST_PERSON) -> tuple[range, str]:
    """Give the first group members with a history; return their ids and a resource that none has done."""
    edition = next(iter(app.memory.catalog.editions.values()))
    main = [r.key for topic in edition.roadmap.topics for r in topic.main]
    behind = [edition.ids[key] for key in main[:FINISHED_BEFORE]]
    now = datetime.now(UTC)
    people = range(start, start + count)
    members = [
        {"group_id": 1, "person": str(person), "name": "olivia", "joined_at": now - timedelta(days=60)}
        for person in people
    ]
    engine = sqlite_engine(app.database.url, 1)
    with engine.begin() as connection:
        ids = connection.execute(insert(Member).returning(Member.__table__.c.id), members).scalars().all()  # type: ignore[attr-defined]
        marks = [
            {"member_id": m, "item_id": item, "act": "finished", "at": now - timedelta(days=50 - 5 * n)}
            | {"points": 3, "note": ""}
            for m in ids
            for n, item in enumerate(behind)
        ]
        connection.execute(insert(MarkRow), marks)
        score = {"group_id": 1, "period": ALL_TIME, "points": 3 * len(behind), "reached_at": now}
        connection.execute(insert(ScoreRow), [score | {"member_id": m} for m in ids])
    engine.dispose()
    return people, main[FINISHED_BEFORE]


def add_groups(app: App, count: int, due: datetime, planned_to: datetime) -> None:
    """Make groups that are all due at one moment, a thousand to a server."""
    engine = sqlite_engine(app.database.url, 1)
    roadmap = next(iter(app.memory.catalog.editions))
    workspaces = [
        {"platform": "discord", "external_id": str(n), "name": "", "joined_at": planned_to}
        for n in range(1, -(-count // 1000) + 1)
    ]
    groups = [
        {"workspace_id": n // 1000 + 1, "roadmap_id": roadmap, "channel": str(n), "channel_name": "study"}
        | {"weekday": due.weekday(), "minute": due.hour * 60 + due.minute, "zone": "UTC", "pace_hours": 0}
        | {"reminder_weekday": (due.weekday() + 3) % 7, "reminder_minute": due.hour * 60 + due.minute}
        | {"state": GroupState.ACTIVE, "step": 0, "planned_to": planned_to, "next_due_at": due}
        | {"held_reason": "", "organizer": "", "created_at": planned_to}
        for n in range(count)
    ]
    with engine.begin() as connection:
        connection.execute(insert(Workspace), workspaces)
        connection.execute(insert(Group), groups)
    engine.dispose()
