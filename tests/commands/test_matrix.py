"""Nobody reaches another server's group, and nobody who is no organizer runs one: every command, every button."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.custom_ids import encode
from bot.core.reply import Button
from bot.core.request import Channel, Person, Value
from tests.commands.asking import ask, ask_as, dump, press, request
from tests.commands.walking import ORGANIZER, read_id, walk
from tests.conftest import World
from tests.makers import ON_DISCORD as COMMANDS
from tests.talk import click, fill_in, say

# Ids in the first server's group; `alice` stands for her id. A new command or option needs a line here.
THEIRS: dict[str, dict[str, Value]] = {
    "next": {"topic": "docker", "more": 1},
    "done": {"item": "docker", "on": "today", "hours": 1, "note": "mine", "share": "true"},
    "skip": {"item": "docker"},
    "undo": {"mark": 1},
    "history": {"page": 1},
    "notes": {"item": "docker", "page": 1},
    "progress": {"member": "alice"},
    "roadmap": {},
    "topic": {"item": "docker"},
    "leaderboard": {"window": "week", "page": 2, "week": -1, "first": 1, "last": 1, "shared": 1},
    "heatmap": {"whose": "group", "shared": 1},
    "certificate": {"name": "Alice", "shared": 1},
    "streak": {"why": "yes", "page": 2},
    "group": {"shared": 1},
    "join": {},
    "leave": {},
    "preferences": {
        "study": "any",
        "timezone": "UTC",
        "board": "name",
        "alias": "x",
        "reminders": "dm",
        "quiet_from": "9",
        "quiet_to": "8",
    },
    "away": {"until": "2 weeks"},
    "link": {"code": "0" * 32, "sure": 1},
    "unlink": {"sure": 1},
    "help": {},
    "privacy": {},
    "mydata export": {},
    "mydata delete": {"asked": 1},
    "setup": {
        "roadmap": "mlops",
        "channel": "study",
        "day": "monday",
        "time": "09:00",
        "timezone": "UTC",
        "pace": "5",
        "move": 1,
    },
    "schedule": {
        "day": "friday",
        "time": "10:00",
        "timezone": "Asia/Tokyo",
        "pace": "5",
        "reminder_day": "friday",
        "reminder_time": "11:00",
    },
    "pause": {"until": "2 weeks"},
    "resume": {"again": 1},
    "status": {},
    "rewards": {"role": "1", "item": "docker", "weeks": 2, "remove": 1, "keep": 1, "again": 1},
    "prompt": {"again": 1},
    "twin": {"code": "0" * 32, "sure": 1, "apart": 1},
    "board here": {"again": 1},
    "posted": {"post": 1},
    "stuck": {"item": "docker"},
}
NAMES = [command.name for command in COMMANDS]
OWN = {"help", "privacy", "mydata export", "mydata delete", "link", "unlink"}
"""What is about nobody's group: whoever says it hears of themselves alone."""
REFUSED = {"Not found", "That does not fit"}
BUTTONLESS = {"posted", "status"}
FOR_ORGANIZERS = "That is for organizers"


def test_every_command_and_every_option_has_a_case() -> None:
    """A command or option that is added to the table must be added to the matrix."""
    assert {c.name: {o.name for o in c.options} for c in COMMANDS} == {
        name: set(options) for name, options in THEIRS.items()
    }


@pytest.fixture
async def two(prompted: World) -> AsyncIterator[World]:
    """Two servers with a group each; in the first alice has marks and a post is out. Nothing may change."""
    for item in ("python", "docker", "leetcode"):
        await ask(prompted, prompted.alice, "done", item=item)
    await ask(prompted, prompted.charlie, "setup")
    before = dump(prompted)
    yield prompted
    assert dump(prompted) == before


def theirs(world: World, name: str) -> dict[str, Value]:
    """The arguments of a command as a stranger would forge them."""
    known: dict[Value, Value] = {"alice": str(world.alice.id), "study": str(world.study.id)}
    return {key: known.get(value, value) for key, value in THEIRS[name].items()}


def forged(world: World, name: str, **more: str | int) -> str:
    """The id of a button that says the command about the first server's group."""
    args = {key: value for key, value in theirs(world, name).items() if isinstance(value, str | int)}
    custom_id = encode(Button("Forged", name, {**args, **more}))
    assert custom_id is not None
    return custom_id


async def test_a_stranger_finds_nothing_by_a_forged_button(two: World) -> None:
    """Every command about a group of another server answers "not found" and changes nothing."""
    for name in NAMES:
        said = await press(two.charlie, forged(two, name, group=1))
        assert said.title in REFUSED or name in OWN, name
        assert said.private
        assert "alice" not in said


@pytest.mark.parametrize("number", ["1", 1, 1.0, "-1", "0", "one", "9" * 40, "1 OR 1=1", "٣"])
async def test_a_group_that_is_not_there_is_not_found(two: World, number: Value) -> None:
    """Whatever a forged button says for a group, it is not found, and nothing breaks."""
    for name in NAMES:
        asked = request(two.charlie, name, **theirs(two, name))
        reply = await ask_as(two, replace(asked, args={**asked.args, "group": number}))
        assert reply.title in REFUSED or name in OWN, name


async def test_ids_of_posts_marks_and_members_are_checked_too(two: World) -> None:
    """In one's own group the ids of another server's post, mark, prompt or member lead nowhere."""
    assert (await press(two.charlie, forged(two, "posted"))).title == "Not posted yet"
    assert (await press(two.charlie, forged(two, "undo"))).title == "Nothing to take back"
    assert (await press(two.charlie, forged(two, "progress"))).title == "Not in this group"
    for person in (Person(str(two.alice.id), "alice"), Person("1", "alice")):
        assert (await ask(two, two.charlie, "progress", member=person)).title == "Not in this group"


async def test_a_channel_can_not_be_forged(two: World) -> None:
    """A channel comes from the platform alone: its id in a button is refused."""
    assert (await press(two.charlie, f"r1|setup|channel={two.study.id}")).title == "That does not fit"


async def test_a_group_can_not_be_moved_into_another_server(two: World) -> None:
    """A group belongs to its server: a forged button can't make it move into a channel elsewhere."""
    answer = await press(two.charlie, "r1|setup|group=1|move=1", two.elsewhere.create_text_channel("new"))
    assert answer.title == "Not found"


async def test_every_button_is_closed_to_strangers(world: World) -> None:
    """Every button that any answer carries, pressed in another server, finds nothing and changes nothing."""
    found = await walk(world)
    await ask(world, world.charlie, "setup")
    before = dump(world)
    assert {kind[0] for kind in found} == set(NAMES) - BUTTONLESS
    for custom_id in found.values():
        said = read_id(custom_id)
        if "group" not in said.args:
            assert said.command in OWN | {"next", "roadmap", "setup", "twin"}
            continue
        answer = await press(world.charlie, custom_id)
        assert (answer.title, answer.form) == ("Not found", None), custom_id
    assert dump(world) == before


async def test_organizers_buttons_are_closed_to_members(world: World) -> None:
    """A member who presses an organizer's old button is refused at that moment, and shown no form either."""
    found = await walk(world)
    before = dump(world)
    pressed = [i for i in found.values() if read_id(i).command in ORGANIZER]
    assert {read_id(i).command for i in pressed} == ORGANIZER - BUTTONLESS
    for custom_id in pressed:
        answer = await press(world.alice, custom_id)
        assert (answer.title, answer.form) == (FOR_ORGANIZERS, None), custom_id
        assert answer.private
    assert dump(world) == before


async def test_organizers_commands_are_closed_to_members(two: World) -> None:
    """A member who gets to send an organizer's command is refused at run time."""
    for name in ORGANIZER:
        args = {**theirs(two, name), **({"channel": Channel(str(two.study.id))} if name == "setup" else {})}
        assert (await ask(two, two.alice, name, **args)).title == FOR_ORGANIZERS, name


async def test_an_overridden_permission_does_not_make_an_organizer(two: World) -> None:
    """A server that shows an organizer's command to a member in its settings does not hand over the group."""
    for name in ORGANIZER - {"posted"}:
        command = two.env.backend.find_command(name.partition(" ")[0], two.guild.id)
        assert command is not None
        two.guild.set_command_permissions(int(command["id"]), {two.alice: True})
        assert (await say(two.alice, f"/{name}")).title == FOR_ORGANIZERS, name


async def test_a_direct_message_reaches_no_group(two: World) -> None:
    """By a button nothing in a direct message reads or changes a group: an organizer's, a stranger's, a forged one.

    What is about oneself works for members of the group that it names, and tests/jobs/test_nudging.py shows it.
    """
    direct = {command.name for command in COMMANDS if command.direct}
    for name in NAMES:
        for who in (two.olivia, two.bob, two.charlie, *(() if name in direct else (two.alice,))):
            said = await press(who.user, forged(two, name, group=1))
            assert said.title in ("Study groups live in servers", "That does not fit") or name in OWN, name
            assert "Python" not in said


@pytest.mark.parametrize("number", ["-1", 2**63 - 1, 2**63, "9" * 40, f"-{'9' * 40}"])
async def test_in_a_direct_message_no_number_breaks_anything(two: World, number: Value) -> None:
    """A group that is not there, however large its number, is as far away as any other."""
    for name in NAMES:
        asked = request(two.alice, name, **theirs(two, name))
        reply = await ask_as(two, replace(asked, workspace=None, args={**asked.args, "group": number}))
        assert reply.title in ("Study groups live in servers", "That does not fit") or name in OWN, name


async def test_rights_are_checked_when_a_form_is_sent(two: World) -> None:
    """Who lost the right while a form was open is refused when it is sent."""
    form = await click(two.olivia, await say(two.olivia, "/status"), "Change")
    two.env.backend.get_guild(two.guild.id).members[two.olivia.id].role_ids.clear()
    assert (await fill_in(two.olivia, form, day="friday")).title == FOR_ORGANIZERS


async def test_rights_are_those_of_this_very_moment(two: World) -> None:
    """An organizer who lost the right is refused with the next click."""
    status = await say(two.olivia, "/status")
    two.env.backend.get_guild(two.guild.id).members[two.olivia.id].role_ids.clear()
    assert (await click(two.olivia, status, "Pause")).title == FOR_ORGANIZERS
