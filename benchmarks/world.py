"""A server to measure on: the real bot in a simulated Discord, and people with a history in its database."""

import copy
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import discord
import simcord
from sqlalchemy import insert

from bot.app import App
from bot.settings import Settings
from bot.store.engines import open_engine
from bot.store.tables import Group, GroupState, MarkRow, Member, Post, ScoreRow, Workspace
from bot.study.points import ALL_TIME
from bot.study.schedule import Schedule, next_due

Payload = dict[str, Any]
FINISHED_BEFORE = 8
"""Resources that everybody has behind them."""

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Tokyo", "America/New_York")

COUNT = (
    "INSERT OR REPLACE INTO score_count (group_id, period, points, members) "
    "SELECT group_id, period, points, count(*) FROM score GROUP BY group_id, period, points"
)
"""What stands beside the rows of the boards."""

_serial = itertools.count(2 * 10**17)


@dataclass(slots=True)
class World:
    """The running bot and a channel full of people."""

    app: App
    env: simcord.Env
    client: discord.Client
    adapter: Any
    channel: simcord.ChannelHandle
    people: list[simcord.MemberActor]
    templates: Mapping[str, Payload]

    async def say(self, name: str, person: simcord.MemberActor, item: str) -> None:
        """Let somebody say a command, or type into the option of one, in the simulated Discord."""
        if name == "autocomplete":
            # After an answer that needs no thread it would sleep for 50 ms, which whatever is measured next would feel.
            at_once = partial(self.env._settle_internal, idle=1e-6)  # noqa: SLF001 - nobody else can tell it
            with patch.object(self.env, "_settle_internal", at_once):
                await person.autocomplete(self.channel, "done", "item", "doc")
        else:
            await person.slash(self.channel, name, **({"item": item} if name == "done" else {}))

    def event(self, name: str, person: int, item: str) -> Payload:
        """What Discord would send in that case."""
        payload = copy.deepcopy(self.templates[name])
        payload["id"] = str(next(_serial))
        payload["token"] = f"token-{payload['id']}"
        payload["member"]["user"]["id"] = str(person)
        if name == "done":
            payload["data"]["options"][0]["value"] = item
        return payload


@asynccontextmanager
async def opened(
    folder: Path, people: int, prepare: Callable[[discord.Client], None]
) -> AsyncIterator[World]:
    """The bot with one group; `prepare` may add to the client's commands first."""
    app = App(Settings(database_url=f"sqlite:///{folder / 'bench.db'}", _env_file=None))
    async with app:
        prepare(app.discord)
        async with simcord.run(app.discord) as env:
            guild = env.create_guild("Bench")
            channel = guild.create_text_channel("study")
            manager = guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
            olivia = guild.add_member(env.create_user("olivia"), roles=[manager])
            await olivia.slash(channel, "setup")
            actors = [guild.add_member(env.create_user(f"person-{n}")) for n in range(people)]
            adapter = env._webhook_adapter  # noqa: SLF001 - to see its requests
            world = World(app, env, app.discord, adapter, channel, actors, {})
            world.templates = {
                name: await _recorded(world, name, olivia) for name in ("ping", "save", "next")
            }
            world.templates |= {
                name: await _recorded(world, name, olivia) for name in ("done", "autocomplete")
            }
            yield world


async def _recorded(world: World, name: str, actor: simcord.MemberActor) -> Payload:
    """Keep what the client is handed when somebody says a command."""
    found: list[Payload] = []
    parsers: dict[str, Callable[[Any], None]] = world.client._connection.parsers  # noqa: SLF001 - the event's way in
    parse = parsers["INTERACTION_CREATE"]

    def keep(payload: Payload) -> None:
        found.append(copy.deepcopy(payload))
        parse(payload)

    parsers["INTERACTION_CREATE"] = keep
    await world.say(name, actor, "docker")
    parsers["INTERACTION_CREATE"] = parse
    return found[0]


def add_members(app: App, people: Iterable[tuple[int, str]]) -> str:
    """Give the first group members with a history; return a resource that none of them has done."""
    edition = next(iter(app.memory.catalog.editions.values()))
    main = [r.key for topic in edition.roadmap.topics for r in topic.main]
    behind = [edition.ids[key] for key in main[:FINISHED_BEFORE]]
    now = datetime.now(UTC)
    joined = now - timedelta(days=60)
    members = [{"group_id": 1, "person": str(id_), "name": name, "joined_at": joined} for id_, name in people]
    engine = open_engine(app.database.url)
    with engine.begin() as connection:
        new = insert(Member).returning(Member.__table__.c.id)  # type: ignore[attr-defined]
        ids = connection.execute(new, members).scalars().all()
        marks = [
            {"member_id": m, "item_id": item, "act": "finished", "at": at, "day": at.date()}
            | {"points": 3, "note": ""}
            for m in ids
            for n, item in enumerate(behind)
            for at in (now - timedelta(days=50 - 5 * n),)
        ]
        connection.execute(insert(MarkRow), marks)
        score = {"group_id": 1, "period": ALL_TIME, "points": 3 * len(behind), "reached_at": now}
        connection.execute(insert(ScoreRow), [score | {"member_id": m} for m in ids])
        connection.exec_driver_sql(COUNT)
    engine.dispose()
    return main[FINISHED_BEFORE]


def add_groups(app: App, count: int, due: datetime, planned_to: datetime, *, posted: bool = False) -> None:
    """Make groups in many zones that are all due at one moment, a thousand to a server.

    `posted` gives each a post that was sent long ago.
    """
    edition = next(iter(app.memory.catalog.editions.values()))
    workspaces = [
        {"platform": "discord", "external_id": str(n), "name": "", "joined_at": planned_to}
        for n in range(1, -(-count // 1000) + 1)
    ]
    groups = [_group(n, edition.id, due, planned_to) for n in range(count)]
    engine = open_engine(app.database.url)
    with engine.begin() as connection:
        connection.execute(insert(Workspace), workspaces)
        connection.execute(insert(Group), groups)
        if posted:
            item = next(iter(edition.ids.values()))
            connection.execute(insert(Post), [_sent(n, item, planned_to) for n in range(1, count + 1)])
    engine.dispose()


def _group(number: int, roadmap: int, due: datetime, planned_to: datetime) -> dict[str, Any]:
    zone = ZONES[number % len(ZONES)]
    here = due.astimezone(ZoneInfo(zone))
    minute = here.hour * 60 + here.minute
    schedule = Schedule(here.weekday(), minute, zone, (here.weekday() + 1 + number % 5) % 7, minute)
    if next_due(schedule, due - timedelta(seconds=1)) != due:
        raise AssertionError(schedule)
    return {
        "workspace_id": number // 1000 + 1,
        "roadmap_id": roadmap,
        "channel": str(number),
        "channel_name": "study",
        "weekday": schedule.weekday,
        "minute": minute,
        "zone": zone,
        "pace_hours": 0,
        "reminder_weekday": schedule.reminder_weekday,
        "reminder_minute": minute,
        "state": GroupState.ACTIVE,
        "step": 0,
        "planned_to": planned_to,
        "next_due_at": due,
        "held_reason": "",
        "organizer": "",
        "created_at": planned_to,
    }


def _sent(group: int, item: int, at: datetime) -> dict[str, Any]:
    day = (at - timedelta(days=30)).date()
    return {
        "group_id": group,
        "kind": "prompt",
        "occurrence": day,
        "step": 1,
        "item_id": item,
        "due_at": at,
    } | {
        "state": "sent",
        "attempts": 1,
        "edition": 0,
        "reason": "",
        "message_id": str(group),
        "thread_id": "",
    }
