"""Whatever a person writes stays text: no mention, no link, no markup, no crash."""

from contextlib import suppress
from typing import Any

import discord
import pytest
from simcord import OptionError

from bot.core.command import Takes
from bot.core.request import Person
from tests.commands.asking import ask, ask_as, dump, request, rows
from tests.commands.hostility import HOSTILE, SENDABLE, alive, check_reply, check_sent
from tests.commands.walking import ORGANIZER
from tests.conftest import DATABASES, World
from tests.makers import ON_DISCORD as COMMANDS
from tests.talk import click, say

pytestmark = pytest.mark.databases(*DATABASES)

TEXTS = [(c, o.name) for c in COMMANDS for o in c.options if o.takes is Takes.TEXT]
OTHERS = [(c.name, o.name) for c in COMMANDS for o in c.options if o.takes is not Takes.TEXT]


def test_the_check_sees_what_is_alive() -> None:
    """The check of this file fails on each text that would do something if it were sent as it is."""
    harmless = {text for text in HOSTILE if not alive(text)}
    assert {text[:9] for text in harmless} == {
        "xxxxxxxxx",
        "👩‍👩‍👧‍👦👩‍",
        "{guild._s",
        "\\",
        "r1|done|i",
        "'; DROP T",
        "\ud83d lone",
        " ",
        "…",
    }


@pytest.mark.parametrize("command,option", TEXTS, ids=lambda part: getattr(part, "name", part))
async def test_every_text_option(group: World, command: Any, option: str) -> None:
    """Every text option of every command takes every hostile text, over Discord where Discord lets it through."""
    who = group.olivia if command.name in ORGANIZER else group.alice
    needed = {o.name: "docker" for o in command.options if o.required}
    for text in SENDABLE:
        if command.typed:
            with suppress(OptionError):  # too long, or not a choice: Discord does not send it
                await say(who, f"/{command.name}", **{**needed, option: text})
        check_reply(await ask(group, who, command.name, **{**needed, option: text}))
    check_sent(group)
    assert "mark" in dump(group)


@pytest.mark.parametrize("command,option", OTHERS)
async def test_every_other_option_when_it_is_forged(group: World, command: str, option: str) -> None:
    """A number, channel or person that a forged button gives as a text is refused or left alone."""
    for text in HOSTILE:
        check_reply(await ask(group, group.olivia, command, **{"item": "docker", option: text}))


async def test_what_the_question_which_group_carries(group: World) -> None:
    """A hostile text that travels through a button's id is as harmless after the click."""
    await ask(group, group.olivia, "setup", group.random)
    lounge = group.guild.create_text_channel("lounge")
    for text in SENDABLE:
        said = await say(group.alice, "/done", lounge, item=text[:100], note=text[:500])
        if "#study" in said.buttons:
            await click(group.alice, said, "#study")
    assert check_sent(group) > len(SENDABLE)


async def test_notes_are_kept_clean(group: World) -> None:
    """A note is kept readable: nothing that hides or turns text reaches the database."""
    for text in HOSTILE:
        await ask(group, group.alice, "done", item="docker", note=text)
        await ask(group, group.alice, "undo")
    for (note,) in rows(group, "SELECT note FROM mark"):
        assert not {"what turns or hides text", "a pile of marks"} & set(alive(note.replace("\n", "")))
        assert len(note) <= 500


async def test_names_of_people(group: World) -> None:
    """Display names are inert on the board, in progress and in welcomes, and never empty."""
    people = [Person(str(700 + number), name) for number, name in enumerate((*HOSTILE, "", "\u3164"))]
    for person in people:
        for command in ("join", "done"):
            asked = request(group.alice, command, **({"item": "docker"} if command == "done" else {}))
            check_reply(await ask_as(group, asked, person=person))
        seen = request(group.bob, "progress", member=person)
        check_reply(await ask_as(group, seen))
    board = await say(group.alice, "/leaderboard")
    while "More ▶" in board.buttons:
        board = await click(group.alice, board, "More ▶")
    assert check_sent(group) > 2
    assert "" not in {name for (name,) in rows(group, "SELECT name FROM member")}


async def test_a_nickname_comes_over_discord(group: World) -> None:
    """The name that is checked is the one that the server shows."""
    members = group.env.backend.get_guild(group.guild.id).members
    for text in SENDABLE[:10]:
        members[group.alice.id].nick = text[:32]
        await say(group.alice, "/done docker")
        await say(group.alice, "/undo")
        await say(group.bob, "/progress", member=group.alice)
    assert check_sent(group) > 20


async def test_names_on_a_board_in_the_channel_and_in_the_group(group: World) -> None:
    """Names and aliases that people chose are inert on the board in the channel, edited too, and in /group."""
    members = group.env.backend.get_guild(group.guild.id).members
    await say(group.alice, "/done docker")
    await say(group.olivia, "/board here")
    began = len(group.env.http_requests)
    for text in SENDABLE[:14]:
        members[group.alice.id].nick = text[:32]
        await say(group.alice, "/next")
        await say(group.bob, "/preferences", board="alias", alias=text[:32])
        for _ in range(3):
            await group.env.advance_time(40)
            await group.app.tick()
        await say(group.bob, "/group")
    edits = [e for e in group.env.http_requests[began:] if e.method == "PATCH" and "/messages/" in e.path]
    assert len(edits) > 5
    assert check_sent(group) > 40


async def test_names_of_servers_and_channels(world: World) -> None:
    """The names of a server and a channel are inert in notices, questions and answers."""
    for number, text in enumerate(SENDABLE):
        guild = world.env.create_guild(text[:100])
        role = guild.create_role("organizer", permissions=discord.Permissions(manage_guild=True))
        boss = guild.add_member(world.env.create_user(f"boss{number}"), roles=[role])
        places = [guild.create_text_channel(text[:90] + end) for end in ("", "b")]
        lounge = guild.create_text_channel("lounge")
        await world.env.settle()
        for place in places:
            await say(boss, "/setup", place)
        await say(boss, "/status", lounge)
        await say(boss, "/join", places[0])
        world.env.backend.delete_channel(places[0].id)
        await say(boss, "/setup", places[1])
    await world.env.advance_time(4 * 24 * 3600 + 9 * 3600)
    await world.app.tick()
    assert check_sent(world) > 4 * len(SENDABLE)
    told = [entry for entry in world.env.http_requests if "A post in #" in str(entry.json)]
    assert len(told) == len(SENDABLE)


async def test_a_stored_text_is_never_a_pattern(group: World) -> None:
    """Braces in a text are never filled in: they come back as they were."""
    said = await say(group.alice, "/done", item="{guild._state.http.token}")
    assert "{guild." in said.title
