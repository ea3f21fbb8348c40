"""Asking the bot in ways that no client offers: forged buttons, ids of others, and what the database holds."""

from dataclasses import replace
from typing import Any

from simcord import ChannelHandle, MemberActor, actors

from bot.core.reply import Reply
from bot.core.request import Channel, ChannelKind, Person, Request, Value
from bot.store.engines import open_engine
from bot.store.tables import metadata
from tests.conftest import World
from tests.talk import Said, Somebody, _answer, _usual

ORGANIZERS = ("olivia", "charlie")
FIRST_PROMPT = 4 + 9 / 24
"""Days from the beginning of the simulated time, a Thursday, to Monday at 09:00."""


def request(who: Somebody, command: str, channel: ChannelHandle | None = None, /, **args: Value) -> Request:
    """What the platform would hand over when somebody says a command; `replace` it to forge something."""
    place = channel or _usual(who)
    guild = who.guild if isinstance(who, MemberActor) else None
    kind = ChannelKind.TEXT if guild else ChannelKind.DIRECT
    return Request(
        platform="discord",
        workspace=str(guild.id) if guild else None,
        channel=Channel(str(place.id), place.name or "", kind, missing=()),
        person=Person(str(who.id), who.name),
        organizer=guild is not None and who.name in ORGANIZERS,
        command=command,
        args=args,
        workspace_name=guild.name if guild else "",
    )


async def ask(
    world: World, who: Somebody, command: str, channel: ChannelHandle | None = None, /, **args: Value
) -> Reply:
    """Ask the bot itself, past every check that Discord makes first."""
    return await world.app.dispatcher.handle(request(who, command, channel, **args))


async def ask_as(world: World, asked: Request, **forged: Any) -> Reply:
    """Ask with a part of the request forged."""
    return await world.app.dispatcher.handle(replace(asked, **forged))


async def press(who: Somebody, custom_id: str, channel: ChannelHandle | None = None) -> Said:
    """Press a button that carries any id, as a changed client can."""
    place = channel or _usual(who)
    stored = who._env.backend.create_message(place.id, who._env.backend.bot_user.id, "a button")
    data = {"custom_id": custom_id, "component_type": 2}
    return _answer(await actors._component_interaction(who, stored, data))


async def days(world: World, count: float, step: float = 1) -> None:
    """Let days pass as `World.forward` does, with the bot looking at its clock once a day, or every few."""
    while count > 0:
        await world.env.advance_time(min(count, step) * 24 * 3600)
        await world.app.tick()
        count -= step
    await world.env.settle()


def ids_in(said: Said) -> list[str]:
    """The ids of the buttons of a message."""
    assert said.message is not None
    rows: Any = said.message.components
    rows = [row if isinstance(row, dict) else row.to_dict() for row in rows]
    return [item["custom_id"] for row in rows for item in row["components"] if item.get("custom_id")]


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    """Read the database past the bot."""
    engine = open_engine(world.app.settings.database_url, read_only=True)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return found


def dump(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the database holds."""
    return {name: sorted(rows(world, f"SELECT * FROM {name}"), key=repr) for name in metadata.tables}  # noqa: S608 - our own names
