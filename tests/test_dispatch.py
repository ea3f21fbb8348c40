"""Requests become replies: hostile ones too, and whatever goes wrong inside."""

import asyncio
import logging
import math
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.commands.context import Context
from bot.commands.options import Flag, Hours, MarkId, Note, Someone, Window
from bot.commands.posting import NOT_POSTED, ON_ITS_WAY
from bot.commands.scope import NO_GROUP, NOT_FOUND
from bot.commands.table import COMMANDS
from bot.core.arguments import TEXT_LIMIT, checked
from bot.core.command import Audience, Command, Option, Takes, command
from bot.core.picture import Certificate, Picture
from bot.core.reply import Attachment, Draft, Refused, Reply, refuse
from bot.core.request import Channel, ChannelKind, Person, Request, Role
from bot.core.troubles import BUSY, FAULT, NOT_ORGANIZER, UNKNOWN, UNREACHABLE, UNWRITABLE
from bot.store.faults import Busy, Unreachable, Unwritable
from bot.store.tables import MarkRow, Meta
from tests.conftest import DATABASES, Fresh
from tests.makers import ON_DISCORD, roadmap
from tests.room import Room

ORGANIZERS = sorted(c.name for c in ON_DISCORD if c.audience is Audience.ORGANIZER)
TABLE = {c.name: c for c in ON_DISCORD}
NO_GROUPS = {"help", "privacy", "mydata export", "mydata delete", "link", "unlink"}
"""What is not about a group, and is answered everywhere."""


def explode(ctx: Context) -> Reply:
    """Write something, then fail."""
    ctx.session.add(Meta(key="half", value="written"))
    ctx.session.flush()
    raise ZeroDivisionError


def regret(ctx: Context) -> Reply:
    """Write something, then refuse."""
    ctx.session.add(Meta(key="half", value="written"))
    ctx.session.flush()
    raise refuse("No", "Not like that.")


def busy(ctx: Context) -> Reply:
    """Find the database busy."""
    raise Busy


def full(ctx: Context) -> Reply:
    """Find the disk full."""
    raise Unwritable


def cut_off(ctx: Context) -> Reply:
    """Find the database gone."""
    raise Unreachable


PICTURE = Picture(Certificate("A", "B", "C", date(2026, 1, 5), date(2026, 6, 1), 1, 2), "In words", "proof")


def show(ctx: Context) -> Reply:
    """Write something and answer with a picture."""
    ctx.session.add(Meta(key="shown", value="written"))
    return Reply("Look", "All of it in words", picture=PICTURE)


def promise(ctx: Context) -> Draft:
    """Write something and leave the words for later."""
    ctx.session.add(Meta(key="promised", value="written"))
    return lambda: Reply("Kept")


def stammer(ctx: Context) -> Draft:
    """Write something for which there are no words."""
    ctx.session.add(Meta(key="stammered", value="written"))
    ctx.afterwards.append(lambda: log.info("afterwards"))
    return lambda: Reply(str(1 // 0))


log = logging.getLogger("roadmate.tests")
EXTRA = tuple(
    command(run, writes=True) for run in (explode, regret, busy, full, cut_off, show, promise, stammer)
)
pytestmark = pytest.mark.databases(*DATABASES)


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    """A bot with a group, a second group in the same workspace, and one in another workspace."""
    found = Room(url, (*COMMANDS, *EXTRA))
    await found.open()
    found.elsewhere = await found.group(workspace="2", channel="900")
    yield found
    found.close()


async def test_an_answer_is_told_ahead_while_it_is_saved(room: Room) -> None:
    """A platform may make a mark's answer ready early; one that was refused is told only when that is certain."""
    ahead: list[Reply] = []
    answer = await room.dispatcher.handle(room.request("done", item="python"), ahead.append)
    assert len(ahead) == 1
    assert ahead[0] is answer
    refused = await room.dispatcher.handle(room.request("regret"), ahead.append)
    assert refused.title == "No"
    await room.dispatcher.handle(room.request("next"), ahead.append)
    assert ahead == [answer]


async def test_an_answer_is_put_into_words_once_and_early(room: Room) -> None:
    """What a command leaves to be written is written while it is saved, and what was made ready is what is shown."""
    ahead: list[Reply] = []
    answer = await room.dispatcher.handle(room.request("promise"), ahead.append)
    assert answer.title == "Kept"
    assert len(ahead) == 1
    assert ahead[0] is answer
    assert (await room.say("promise")).title == FAULT  # the key is there already, and nothing of it is shown


async def test_no_words_for_what_was_saved_is_said_so(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """Who can't be answered after the commit reads that it is saved, and the fault is in the log once."""
    answer = await room.say("stammer")
    assert answer.title == FAULT
    assert "is saved" in answer.text
    assert await room.database.read(lambda session: session.get(Meta, "stammered")) is not None
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1


async def test_what_is_done_afterwards_is_done_for_what_was_saved_alone(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is remembered where a refused record would have left them: that is done once it is saved."""
    caplog.set_level(logging.INFO)
    await room.say("stammer")
    await asyncio.sleep(0)
    assert caplog.messages.count("afterwards") == 1
    await room.say("stammer")
    await asyncio.sleep(0)
    assert caplog.messages.count("afterwards") == 1


async def test_a_picture_is_drawn_after_the_commit(room: Room) -> None:
    """While it is drawn the transaction is over, and it reaches the platform as a file with its words."""

    async def draw(picture: Picture) -> bytes:
        assert await room.database.read(lambda s: s.get(Meta, "shown")) is not None
        return picture.alt.encode()

    room.dispatcher.draw = draw
    reply = await room.say("show")
    assert reply.attachment == Attachment("proof.png", b"In words", "In words")


@pytest.mark.parametrize("fault", [None, ImportError("no Pillow"), ValueError("no such glyph")])
async def test_a_picture_that_fails_never_costs_the_answer(
    room: Room, fault: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    """The text goes out without it, what was written stays, and a fault is in the log."""

    async def draw(_: Picture) -> None:
        if fault is not None:
            raise fault

    room.dispatcher.draw = draw
    reply = await room.say("show")
    assert (reply.title, reply.text, reply.attachment) == ("Look", "All of it in words", None)
    assert await room.database.read(lambda s: s.get(Meta, "shown")) is not None
    assert ("a picture was not drawn" in caplog.text) is (fault is not None)


async def test_an_unknown_command_gets_a_way_on(room: Room) -> None:
    """A button of a command that is no longer there is answered with how to get a fresh one."""
    assert await room.say("teleport") == UNKNOWN
    assert await room.say("done\x00") == UNKNOWN


@pytest.mark.parametrize("name", ORGANIZERS)
async def test_organizer_commands_are_refused_at_run_time(room: Room, name: str) -> None:
    """Whatever the platform shows or hides: without the right nothing happens, and the answer is private."""
    answer = await room.say(name, organizer=False)
    assert answer.title == NOT_ORGANIZER
    assert answer.private
    assert await room.posts() == []


@pytest.mark.parametrize("name", sorted(TABLE))
async def test_a_foreign_group_is_not_found(room: Room, name: str) -> None:
    """A button that names a group of another workspace, or nonsense, finds nothing, for every command."""
    item = {"item": "python"} if name == "topic" else {}
    for group in (room.elsewhere, 404, -1, "x", "9" * 5000, math.nan, "1e3", Person("1", "")):
        answer = await room.say(name, group=group, **item)
        if name in NO_GROUPS:
            assert answer.title not in (FAULT, NOT_FOUND[0])
        else:
            assert answer.title == NOT_FOUND[0], group


@pytest.mark.parametrize("name", sorted(TABLE))
async def test_a_direct_message_is_answered_kindly(room: Room, name: str) -> None:
    """Nobody is an organizer in a direct message, and no command fails there."""
    item = {"item": "python"} if name == "topic" else {}
    channel = Channel("5", kind=ChannelKind.DIRECT)
    answer = await room.dispatcher.handle(
        Request("discord", None, channel, Person("7", "o"), False, name, item)
    )
    assert answer.private
    assert (answer.title == "Study groups live in servers") == (name not in NO_GROUPS)
    assert answer.title != FAULT


async def test_a_server_without_a_group_is_told_how_to_begin(room: Room) -> None:
    """Before /setup every member command says what to do, with a button for who may do it."""
    for organizer, button in ((True, "setup"), (False, "help")):
        request = Request("discord", "3", Channel("1"), Person("1", "a"), organizer, "next")
        answer = await room.dispatcher.handle(request)
        assert (answer.title, answer.buttons[0].command) == (NO_GROUP[0], button)


async def test_a_post_that_was_sent_is_never_called_not_saved(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the look at what became of it failed: the answer does not ask to send it again."""

    async def gone(_: object) -> None:
        raise Unreachable

    async def deliver(post: int) -> None:
        await room.delivery.run(only=post)
        monkeypatch.setattr(room.database, "read", gone)

    room.dispatcher.deliver = deliver
    answer = await room.say("prompt")
    assert (answer.title, answer.text) == (NOT_POSTED, ON_ITS_WAY)
    assert len(room.platform.visible) == 1


async def test_a_fault_is_said_kindly_and_logged_with_its_reference(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception becomes an answer without details and a log entry with the traceback, under one reference."""
    answer = await room.say("explode")
    assert answer.title == FAULT
    assert "ZeroDivision" not in answer.text
    reference = re.search(r"`([0-9a-f]{8})`", answer.text)
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert reference
    assert record.reference == reference[1]  # type: ignore[attr-defined]
    assert record.exc_info
    assert await room.database.read(lambda session: session.get(Meta, "half")) is None


async def test_a_refusal_takes_back_what_was_written(room: Room) -> None:
    """A command that refuses half-way has changed nothing."""
    assert (await room.say("regret")).text == "Not like that."
    assert await room.database.read(lambda session: session.get(Meta, "half")) is None


async def test_a_database_in_trouble_is_said_so(room: Room) -> None:
    """Busy and unwritable have answers of their own, which say that nothing was saved."""
    assert await room.say("busy") == BUSY
    assert await room.say("full") == UNWRITABLE
    assert await room.say("cut_off") == UNREACHABLE
    assert "Not saved" in BUSY.title
    assert "Not saved" in UNWRITABLE.title


async def test_every_request_is_one_line_in_the_log(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """The line says what, where, who, how it ended and how long it took, and nothing that was typed."""
    caplog.set_level(logging.INFO, "roadmate.commands")
    await room.say("done", item="python", note="my secret")
    await room.database.read(lambda _: None)
    (line,) = [record for record in caplog.records if record.message == "command"]
    assert (line.command, line.outcome, line.workspace, line.person) == ("done", "ok", "1", "7")  # type: ignore[attr-defined]
    assert line.ms > 0  # type: ignore[attr-defined]
    assert "secret" not in str(line.__dict__)


async def test_reading_commands_cannot_write(room: Room) -> None:
    """A command that does not say that it writes runs on a connection that refuses to."""

    def sly(ctx: Context) -> Reply:
        """Write without having said so."""
        ctx.session.add(Meta(key="sly", value=""))
        ctx.session.flush()
        return Reply("written")

    room.dispatcher.commands = {"sly": command(sly)}
    assert (await room.say("sly")).title == FAULT


async def test_double_click_is_one_mark(room: Room) -> None:
    """The same button twice: the second answer says so, and one mark is kept."""
    first, second = await room.say("done", item="docker"), await room.say("done", item="docker")
    assert (first.title, second.title) == ("Recorded: Docker", "Already recorded: Docker")

    marks = await room.database.read(lambda session: session.exec(select(MarkRow)).all())
    assert [mark.points for mark in marks] == [6]


async def test_suggestions_never_fail_and_never_write(room: Room) -> None:
    """Autocomplete for an unknown command, an option without suggestions or a stranger offers nothing or a list."""
    request = room.request("done")
    assert (await room.dispatcher.suggest(request, "item", "dock"))[0].value == "docker"
    assert await room.dispatcher.suggest(request, "note", "x") == ()
    assert await room.dispatcher.suggest(request, "nothing", "x") == ()
    assert await room.dispatcher.suggest(room.request("teleport"), "item", "x") == ()
    dm = Request("discord", None, Channel("5", kind=ChannelKind.DIRECT), Person("7", "o"), False, "done")
    assert len(await room.dispatcher.suggest(dm, "item", "\x00" * 50)) <= 25


def one(
    ctx: Context,
    text: Annotated[str, Option("A text", maximum=10)] = "",
    long: Note = "",
    free: Annotated[str, Option("Any text")] = "",
    whole: MarkId = 0,
    flag: Flag = 0,
    number: Hours = 0,
    window: Window = "",
    who: Someone = None,
    where: Annotated[Channel | None, Option("A channel", Takes.CHANNEL)] = None,
) -> Reply:
    """Take one option of each kind."""
    return Reply("one")


ONE = command(one)


@pytest.mark.parametrize(
    "name,value,expected",
    [
        ("text", " a\u200b  b\n\tc ", "a b c"),
        ("text", "x" * 11, "x" * 9 + "…"),
        ("text", 5, "5"),
        ("long", "a\n\n\n\nb", "a\n\nb"),
        ("free", "y" * 9999, "y" * (TEXT_LIMIT - 1) + "…"),
        ("whole", "12", 12),
        ("whole", 12.0, 12),
        ("number", "1,5h", 1.5),
        ("number", " 2 ", 2.0),
        ("number", 0, 0.0),
        ("window", "WEEK", "week"),
        ("window", "This month", "month"),
        ("who", "77", Person("77", "")),
        ("who", Person("8", "bob"), Person("8", "bob")),
        ("where", Channel("4"), Channel("4")),
    ],
)
def test_arguments_are_read_as_their_type(name: str, value: Any, expected: object) -> None:
    """What fits is cleaned, cut or converted to the option's own type."""
    found = checked(ONE, {name: value})
    assert found == {name: expected}
    assert type(found[name]) is type(expected)


@pytest.mark.parametrize(
    "name,value",
    [
        ("whole", "1.5"),
        ("whole", -1),
        ("whole", 2**53 + 2),
        ("whole", "9" * 5000),
        ("whole", "１２３４５６７８９０１２３４５６７"),
        ("flag", 2),
        ("number", "nan"),
        ("number", math.nan),
        ("number", math.inf),
        ("number", "-inf"),
        ("number", "1e400"),
        ("number", "500.1"),
        ("number", -0.1),
        ("number", "lots"),
        ("number", Person("1", "a")),
        ("window", "year"),
        ("window", "week\nall"),
        ("who", "alice"),
        ("who", "-1"),
        ("who", 7),
        ("who", Channel("1")),
        ("where", "100"),
        ("where", Person("1", "a")),
    ],
)
def test_arguments_that_do_not_fit_are_refused(name: str, value: Any) -> None:
    """A value of another type, out of bounds or not offered is refused with a sentence that names the option."""
    with pytest.raises(Refused) as refused:
        checked(ONE, {name: value})
    assert f"**{name}**" in refused.value.reply.text
    assert len(refused.value.reply.text) < 300


def test_what_is_refused_is_repeated_inertly() -> None:
    """A hostile number is shown to its writer without becoming a mention or markup."""
    with pytest.raises(Refused) as refused:
        checked(ONE, {"number": "@everyone **[x](http://e.example)**" * 9})
    assert "@everyone" not in refused.value.reply.text
    assert not re.search(r"(?<!\\)[*\[\]]", refused.value.reply.text.removeprefix("**number**"))


def test_unknown_and_empty_arguments_are_left_out() -> None:
    """None, the empty text and what no option takes never reach a command."""
    assert checked(ONE, {"text": "", "whole": None, "other": 1, "group": 5}) == {}  # type: ignore[dict-item]


def test_a_required_option_is_asked_for() -> None:
    """A command without an option that it needs says which."""
    with pytest.raises(Refused, match="/topic needs item"):
        checked(TABLE["topic"], {"item": ""})


words = st.sampled_from(
    ["", "python", "docker-a", "pythn", "zzz", "monday", "09:00", "25:61", "Europe/Berlin", "6h", "2 weeks",
     "2026-02-30", "9999-12-31", "0", "week", "mlops", "@everyone", "’; DROP TABLE post;--", "{0.__class__}",
     "\u202e\u200b", "999999999 weeks", "1" * 400, "-5"]
)  # fmt: skip
numbers = st.integers(-(2**70), 2**70) | st.floats() | st.integers(-3, 9)
channels = st.builds(
    Channel,
    st.sampled_from(["100", "200", "", "9" * 40]),
    st.text(max_size=5),
    st.sampled_from(ChannelKind),
    st.sampled_from([None, "100"]),
    st.sampled_from([None, (), ("Send Messages",)]),
)
# The one who asks is known by an id of the platform's own; one that is only named may be anything.
speakers = st.builds(Person, st.sampled_from(["7", "8", "", "x" * 32]), st.text(max_size=5))
persons = st.builds(Person, st.sampled_from(["7", "8", "", "x" * 50]), st.text(max_size=5))
roles = st.builds(
    Role,
    st.sampled_from(["900", "901", "x" * 32]),
    words,
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), ("Ban Members",)]),
    st.sampled_from([None, (), ("Manage Roles",)]),
    st.sampled_from([None, True, False]),
)
values = words | st.text(max_size=30) | numbers | channels | persons | st.booleans() | st.none()
FITTING = {
    Takes.TEXT: words,
    Takes.INTEGER: st.integers(0, 9),
    Takes.NUMBER: st.floats(0, 500),
    Takes.CHANNEL: channels,
    Takes.PERSON: persons,
    Takes.ROLE: roles,
}


def arguments(of: Command) -> st.SearchStrategy[dict[str, Any]]:
    """Any values for the options of a command, every other one of the right type, and a group."""
    options = {option.name: FITTING[option.takes] | values for option in of.options}
    return st.fixed_dictionaries({}, optional={**options, "group": st.just(1) | values, "post": values})


requests = st.sampled_from(ON_DISCORD).flatmap(
    lambda of: st.builds(
        Request,
        st.sampled_from(["discord", "slack"]),
        st.sampled_from(["1", "1", "1", "2", "404", None]),
        channels,
        speakers,
        st.booleans() | st.just(True),
        st.just(of.name),
        arguments(of),
        st.none() | st.sampled_from(["de", "en-US", "xx", "😀"]),
        st.text(max_size=5),
    )
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(requests, st.sampled_from([0, 1, 30, 80, 400])), min_size=1, max_size=12))
async def test_no_request_makes_the_bot_fail(fresh: Fresh, said: list[tuple[Request, int]]) -> None:
    """Any values of any type in any order for every command: an answer every time, never "went wrong"."""
    with fresh() as url:
        room = Room(url)
        await room.open()
        try:
            for request, hours in said:
                answer = await room.dispatcher.handle(request)
                assert answer.title != FAULT, request
                await room.tick(hours=hours)
        finally:
            room.close()


def test_every_option_has_values_to_fuzz_with() -> None:
    """A new kind of option must be added to the table of fitting values."""
    assert set(FITTING) == set(Takes)
    assert roadmap("a").order == ("a",)
