"""Walking through every answer of every command, to collect the buttons that exist."""

from collections.abc import Mapping
from typing import Any

from bot.core.command import Audience
from bot.core.custom_ids import Clicked, decode
from tests.commands.asking import FIRST_PROMPT, days, press
from tests.conftest import World
from tests.makers import ON_DISCORD as COMMANDS
from tests.talk import click, say

LAST: tuple[object, ...] = ("mydata delete", "asked", (), False)
"""Pressed at the end: it takes away what the other buttons are about."""
ORGANIZER = frozenset(c.name for c in COMMANDS if c.audience is Audience.ORGANIZER)


def read_id(custom_id: str) -> Clicked:
    """What a button of ours says."""
    said = decode(custom_id)
    assert said is not None, custom_id
    return said


def buttons_sent(world: World) -> dict[tuple[object, ...], str]:
    """One id of each kind of button that was ever sent: a kind is the command and the names of its arguments."""
    found: dict[tuple[object, ...], str] = {}
    for entry in world.env.http_requests:
        for custom_id in _ids(entry.json):
            said = read_id(custom_id)
            found.setdefault((said.command, *sorted(said.args), said.ask, said.replaces), custom_id)
    return found


def _ids(payload: Any) -> list[str]:
    if isinstance(payload, Mapping):
        own = [payload["custom_id"]] if payload.get("type") == 2 and "custom_id" in payload else []
        return own + [found for value in payload.values() for found in _ids(value)]
    if isinstance(payload, list):
        return [found for value in payload for found in _ids(value)]
    return []


async def walk(world: World) -> dict[tuple[object, ...], str]:
    """Say everything and press everything as people with every right do, and return the buttons that came."""
    await say(world.olivia, "/help")
    for who in (world.olivia, world.alice):
        await say(who, "/next")
    await say(world.olivia, "/setup")
    await days(world, FIRST_PROMPT)
    by = {True: world.olivia, False: world.alice}
    for command in (*COMMANDS, *COMMANDS):
        options = {"item": "introduction"} if command.name in ("done", "topic") else {}
        if command.typed:
            await say(by[command.name in ORGANIZER], f"/{command.name}", **options)
    await say(world.alice, "/done docker")
    await say(world.alice, "/topic docker-roadmap")
    pressed = {LAST}
    while new := {kind: i for kind, i in buttons_sent(world).items() if kind not in pressed}:
        for kind, custom_id in new.items():
            pressed.add(kind)
            await press(by[kind[0] in ORGANIZER], custom_id)
    await _rewarded(world)
    await _other_groups(world)
    await _linked(world)
    await _in_two_channels(world)
    found = buttons_sent(world)
    await press(world.alice, found[LAST])
    return found


async def _linked(world: World) -> None:
    """Alice shows that bob's account is hers too, and looks how she would separate them."""
    code = (await say(world.alice, "/link")).text.partition("code:")[2].partition("`")[0]
    await click(world.bob, await say(world.bob, f"/link {code}"), "Yes, link them")
    await say(world.alice, "/unlink")


async def _rewarded(world: World) -> None:
    """Olivia has a role given for a topic, which alice has done, and looks how she would take it away."""
    await say(world.alice, "/done python")
    await say(world.olivia, "/rewards item:python", role=world.badge())
    await world.app.tick()
    await world.app.tick()
    shown = await say(world.olivia, "/rewards")
    await click(world.olivia, shown, shown.buttons[0])


async def _in_two_channels(world: World) -> None:
    """The group of #study comes into one more channel, and olivia looks how she would take it out."""
    code = (await say(world.olivia, "/twin")).text.partition("code:")[2].partition("`")[0]
    further = world.guild.create_text_channel("further")
    await click(world.olivia, await say(world.olivia, f"/twin {code}", further), "Yes, share it")
    await say(world.olivia, "/twin", further)


async def _other_groups(world: World) -> None:
    """With a second group, every command in a third channel asks which one is meant."""
    await say(world.olivia, "/setup", world.random)
    lounge = world.guild.create_text_channel("lounge")
    for command in COMMANDS:
        options = {"item": "docker"} if command.name in ("done", "topic") else {}
        if command.typed:
            await say(world.olivia, f"/{command.name}", lounge, **options)
