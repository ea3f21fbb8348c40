"""What is said privately: only what was chosen, at an hour of one's own, once, and never after "no"."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.core.platform import Closed, Held, Message, TryLater, Unsure
from bot.core.request import Channel, ChannelKind, Person, Request, Value
from bot.jobs import judging, nudging, passing_on
from bot.store import workspaces
from bot.store.tables import Member, Nudge, NudgeKind, PostState, PreferenceRow, Workspace
from tests.commands.hostility import check_reply
from tests.conftest import DATABASES
from tests.makers import MONDAY
from tests.room import Lost, Room

pytestmark = pytest.mark.databases(*DATABASES)

ALICE, BOB = "21", "31"
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
REMINDER = MONDAY + 3 * DAY


async def say(room: Room, who: str, command: str, **args: Value) -> Any:
    """Say a command as a member in the group's channel."""
    asked = Request(
        "discord", "1", Channel("100", "study"), Person(who, f"name-of-{who}"), False, command, args
    )
    return await room.dispatcher.handle(asked)


async def chooses(room: Room, who: str = ALICE, **args: Value) -> None:
    """Let somebody join and choose direct messages."""
    await say(room, who, "join")
    await say(room, who, "preferences", **{"reminders": "dm", **args})


async def until(room: Room, moment: datetime, hours: int = 24) -> None:
    """Let time pass with a tick every few hours, always at the full hour."""
    while room.clock.now < moment:
        room.clock.now = min(moment, room.clock.now.replace(minute=0) + timedelta(hours=hours))
        await room.tick()


def told(room: Room, who: str = ALICE) -> list[tuple[datetime, Message]]:
    """What somebody was told privately, and when."""
    return [(at, message) for _, channel, message, at in room.platform.visible if channel == f"dm{who}"]


async def rows(room: Room) -> Sequence[Nudge]:
    """The queue."""
    return await room.database.read(lambda session: session.exec(select(Nudge).order_by(Nudge.id)).all())  # type: ignore[arg-type]


async def test_only_who_chose_it_is_reminded_privately(room: Room) -> None:
    """The channel's reminder names nobody; who chose direct messages gets one of their own, with one thing to do."""
    await chooses(room)
    await say(room, BOB, "join")
    await until(room, REMINDER, 1)
    ((at, message),) = told(room)
    assert at == REMINDER
    assert message.reply.title == "Python: 4 days left"
    assert [field.title for field in message.reply.fields] == ["From **Python**"]
    assert message.reply.fields[0].text.count("\n") == 0
    assert [b.label for b in message.reply.buttons] == ["Done", "Something else", "No more reminders"]
    assert told(room, BOB) == []
    (channel,) = [m for _, where, m, _ in room.platform.visible if where == "100" and "left" in m.reply.title]
    assert "name-of" not in repr(channel.reply)
    await until(room, REMINDER + 6 * DAY)
    assert len(told(room)) == 1


async def test_at_an_hour_of_their_own(room: Room) -> None:
    """The hour is that of their own clocks, outside quiet hours, and the day may be the next."""
    await chooses(room, timezone="America/New_York")
    await chooses(room, BOB, timezone="Asia/Tokyo", quiet_from="8:00", quiet_to="10:30")
    await until(room, REMINDER)
    await until(room, REMINDER + DAY, 1)
    assert [at for at, _ in told(room)] == [REMINDER + 5 * HOUR]
    assert [at for at, _ in told(room, BOB)] == [REMINDER + 17 * HOUR]


@pytest.mark.parametrize(
    "before, why",
    [
        (("done", {"item": "python"}), judging.DONE),
        (("skip", {"item": "python"}), judging.DONE),
        (("away", {"until": "2 weeks"}), judging.AWAY),
        (("leave", {}), ""),
        (("preferences", {"reminders": "off"}), ""),
        (("preferences", {"reminders": "channel"}), ""),
    ],
    ids=lambda part: str(part)[:40],
)
async def test_who_is_not_reminded(room: Room, before: tuple[str, dict[str, Value]], why: str) -> None:
    """Nobody who has done it, left it out, is away, has left or said no is reminded."""
    await chooses(room)
    await until(room, MONDAY + HOUR)
    await say(room, ALICE, before[0], **before[1])
    await until(room, REMINDER + DAY)
    assert told(room) == []
    assert [row.reason for row in await rows(room)] == ([why] if why else [])


@pytest.mark.parametrize("said", ["away", "done", "off", "left", "pause"])
async def test_what_was_said_meanwhile_counts(room: Room, said: str) -> None:
    """A reminder that was planned is looked at once more when its time comes."""
    await chooses(room, timezone="America/New_York")
    await until(room, REMINDER + HOUR)
    assert len(await rows(room)) == 1
    if said == "pause":
        await room.say("pause")
    else:
        commands: dict[str, tuple[str, dict[str, Value]]] = {
            "away": ("away", {"until": "1 week"}),
            "done": ("done", {"item": "python"}),
            "off": ("preferences", {"reminders": "off"}),
            "left": ("leave", {}),
        }
        name, args = commands[said]
        await say(room, ALICE, name, **args)
    await until(room, REMINDER + DAY)
    assert told(room) == []
    ((state, reason),) = [(row.state, row.reason) for row in await rows(room)]
    assert state == PostState.MISSED
    assert reason


async def test_who_finished_everything_is_left_alone(room: Room) -> None:
    """Neither a reminder nor a way back comes to somebody who has done the whole roadmap."""
    await chooses(room)
    for item in ("python", "docker", "kubernetes", "terraform"):
        await say(room, ALICE, "done", item=item)
    await until(room, MONDAY + 5 * WEEK)
    assert told(room) == []


async def test_a_reminder_without_its_prompt_is_not_sent(room: Room) -> None:
    """Where nobody saw the week's topic, nobody is reminded of it privately either."""
    await chooses(room)
    room.platform.fail("send 100", *[Held("No.")] * 4)
    await until(room, MONDAY)
    await until(room, REMINDER + HOUR)
    assert told(room) == []
    assert [row.reason for row in await rows(room)] == [judging.NO_PROMPT]


async def test_quiet_hours_that_begin_meanwhile(room: Room) -> None:
    """Whoever sets quiet hours after it was planned has them kept; beyond its week it is dropped."""
    await chooses(room, timezone="America/New_York")
    await until(room, REMINDER + HOUR)
    await say(room, ALICE, "preferences", quiet_from="8:00", quiet_to="12:00")
    await until(room, REMINDER + DAY, 1)
    assert [at for at, _ in told(room)] == [REMINDER + 8 * HOUR]


async def test_closed_messages_are_tried_once_and_never_again(room: Room) -> None:
    """Silently: nobody is told, nothing is retried, and only choosing it again tries again."""
    await chooses(room)
    room.platform.fail(f"send dm{ALICE}", *[Closed("They take none.")] * 3)
    await until(room, MONDAY + 2 * WEEK)
    assert told(room) == []
    assert len([row for row in await rows(room) if row.state == PostState.MISSED]) == 1
    assert len(await rows(room)) == 1
    assert room.platform.told == []
    assert "you take none" in (await say(room, ALICE, "preferences")).text
    room.platform.faults.clear()
    assert "you take none" not in (await say(room, ALICE, "preferences", reminders="dm")).text
    await until(room, MONDAY + 2 * WEEK + 4 * DAY)
    assert len(told(room)) == 1


async def test_somebody_who_can_not_be_reached_stops_nobody(room: Room) -> None:
    """A fault of one message is that message's alone."""
    for number in range(40, 52):
        await chooses(room, str(number))
    room.platform.fail("direct 44", *[RuntimeError("a fault of ours")] * 9)
    room.platform.fail("send dm45", TryLater("wait", 300), Unsure("lost"))
    await until(room, REMINDER)
    for _ in range(30):
        await room.tick(minutes=1)
    reached = [number for number in range(40, 52) if len(told(room, str(number))) == 1]
    assert reached == [number for number in range(40, 52) if number != 44]
    (row,) = [row for row in await rows(room) if row.state != PostState.SENT]
    assert (row.state, row.reason) == (PostState.MISSED, nudging.BROKEN)


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("minutes", [1, 30])
async def test_a_lost_answer_is_one_message(room: Room, taken: bool, minutes: int) -> None:
    """Soon after it is repeated under its nonce; later the messages are looked at first."""
    await chooses(room)
    await until(room, REMINDER - HOUR)
    room.platform.fail(f"send dm{ALICE}", Lost(taken))
    await room.tick(hours=1)
    assert len(told(room)) == taken
    for _ in range(4):
        await room.tick(minutes=minutes)
    assert len(told(room)) == 1
    assert {row.state for row in await rows(room)} == {PostState.SENT}


async def test_a_crash_around_sending_doubles_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies after sending leaves a row that the next one finds in the messages."""
    await chooses(room)
    await until(room, REMINDER - HOUR)

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(nudging.Nudging, "_write", die)
        with pytest.raises(asyncio.CancelledError):
            await room.ticker.nudging._send((await claimed(room))[0])
    assert len(told(room)) == 1
    for _ in range(3):
        await room.tick(minutes=10)
    assert len(told(room)) == 1
    assert {row.state for row in await rows(room)} == {PostState.SENT}


async def claimed(room: Room) -> list[Any]:
    """Plan the reminder and take it, as a process does that then dies."""
    room.clock.forward(hours=1)
    await room.ticker._plan_all()
    await room.ticker.delivery.run()
    await room.ticker.nudging._plan()
    return await room.ticker.nudging._taken(5)


async def test_planning_in_pages_survives_a_stop(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group of many is planned page by page; where one stops the next goes on, and nobody comes twice or never."""
    monkeypatch.setattr(passing_on, "AT_ONCE", 3)
    monkeypatch.setattr(nudging, "PAGES", 1)
    for number in range(40, 50):
        await chooses(room, str(number))
    await until(room, REMINDER)
    assert len(await rows(room)) == 3
    for _ in range(4):
        await room.tick(minutes=1)
    assert sorted(channel for _, channel, _, _ in room.platform.visible if channel[0] == "d") == [
        f"dm{number}" for number in range(40, 50)
    ]


async def test_only_so_many_leave_in_one_tick(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick tries a bounded number, and the next one goes on."""
    monkeypatch.setattr(nudging, "A_TICK", 4)
    for number in range(40, 50):
        await chooses(room, str(number))
    await until(room, REMINDER)
    assert len([c for _, c, _, _ in room.platform.visible if c[0] == "d"]) == 4
    await room.tick(minutes=1)
    await room.tick(minutes=1)
    assert len([c for _, c, _, _ in room.platform.visible if c[0] == "d"]) == 10


async def test_an_old_database_repeats_nothing(room: Room) -> None:
    """What a restored database has forgotten is found among the messages."""
    await chooses(room)
    await until(room, REMINDER + HOUR)
    assert len(told(room)) == 1

    def forget(session: Any) -> None:
        for row in session.exec(select(Nudge)).all():
            row.state, row.try_at, row.tried_at, row.message_id = PostState.DUE, REMINDER, None, ""
            session.add(row)

    await room.database.write(forget)
    room.delivery.began = room.clock()
    await room.tick(minutes=1)
    assert len(told(room)) == 1
    assert [row.state for row in await rows(room)] == [PostState.SENT]


async def test_a_way_back_after_three_silent_weeks(room: Room) -> None:
    """One private message, at their own hour, with one short thing and an off button; then nothing, however long."""
    await say(room, ALICE, "join")
    await say(room, ALICE, "done", item="python-a")
    await until(room, MONDAY + 3 * WEEK - HOUR)
    assert told(room) == []
    await until(room, MONDAY + 3 * WEEK + 2 * DAY, 1)
    ((at, message),) = told(room)
    assert at.hour == 9
    assert message.reply.title == "Whenever you like 👋"
    assert "Docker-A" in message.reply.fields[0].text
    assert [b.label for b in message.reply.buttons] == ["Done", "Something else", "Never again"]
    assert "the only message of this kind" in message.reply.footer
    await until(room, MONDAY + 12 * WEEK)
    assert len(told(room)) == 1


@pytest.mark.parametrize("chosen, expected", [("channel", 1), ("dm", 2), ("off", 0)])
async def test_how_often_somebody_is_shown_a_way_back(room: Room, chosen: str, expected: int) -> None:
    """Who chose direct messages once for each silence, everybody else once in all, and who said no never."""
    await room.change(step=0, next_due_at=None)
    await say(room, ALICE, "join")
    await say(room, ALICE, "preferences", reminders=chosen)
    await until(room, MONDAY + 4 * WEEK)
    await say(room, ALICE, "done", item="python-a")
    await until(room, MONDAY + 12 * WEEK)
    assert len(told(room)) == expected


async def test_who_comes_back_is_not_told(room: Room) -> None:
    """A record in the last hours before it is due takes it back."""
    await say(room, ALICE, "join")
    await say(room, ALICE, "preferences", timezone="America/New_York")
    await until(room, MONDAY + 3 * WEEK)
    assert [row.kind for row in await rows(room)] == [NudgeKind.WAY_BACK]
    await say(room, ALICE, "done", item="python-a")
    await until(room, MONDAY + 4 * WEEK)
    assert told(room) == []
    assert [row.reason for row in await rows(room)] == [judging.CAME_BACK]


@pytest.mark.parametrize("how", ["away", "pause", "left", "elsewhere", "long ago"])
async def test_who_was_not_silent(room: Room, how: str) -> None:
    """Being away, a pause, leaving, recording in another group, or years of silence bring no message."""
    await say(room, ALICE, "join")
    if how == "away":
        await say(room, ALICE, "away", until="5 weeks")
    if how == "pause":
        await room.say("pause", until="5 weeks")
    if how == "left":
        await say(room, ALICE, "leave")
    if how == "elsewhere":
        await room.group(channel="200")
        await until(room, MONDAY + WEEK)
        there = Request("discord", "1", Channel("200"), Person(ALICE, "a"), False, "done", {"item": "python"})
        await room.dispatcher.handle(there)
        await until(room, MONDAY + 4 * WEEK - HOUR)
    elif how == "long ago":
        room.clock.forward(weeks=6)
        await room.tick(minutes=1)
        await until(room, MONDAY + 7 * WEEK)
    else:
        await until(room, MONDAY + 5 * WEEK + DAY)
    assert told(room) == []


async def test_the_silent_are_found_page_by_page(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many members there are, a tick reads one page of them, and a pass reaches everybody once."""
    monkeypatch.setattr(nudging, "PAGE", 4)
    for number in range(40, 50):
        await say(room, str(number), "join")
    await until(room, MONDAY + 3 * WEEK + 2 * DAY)
    assert sorted(c for _, c, _, _ in room.platform.visible if c[0] == "d") == [
        f"dm{n}" for n in range(40, 50)
    ]


async def test_the_off_button_works_where_it_is_read(room: Room) -> None:
    """In a direct message the button finds the group, for a member; nothing more is said after it."""
    await chooses(room)
    await until(room, REMINDER + HOUR)
    ((_, message),) = told(room)
    for label, who, title in (
        ("No more", BOB, "Study groups live in servers"),
        ("Something", ALICE, "Python"),
        ("Done", ALICE, "Recorded: Python-A"),
        ("No more", ALICE, "Your preferences are changed"),
    ):
        reply = await press(room, who, message, label)
        assert reply.title == title
    await until(room, MONDAY + 9 * WEEK)
    assert len(told(room)) == 1


async def press(room: Room, who: str, message: Message, label: str) -> Any:
    """Press a button in a direct message."""
    button = next(b for b in message.reply.buttons if b.label.startswith(label))
    here = Channel(f"dm{who}", kind=ChannelKind.DIRECT)
    args: dict[str, Value] = dict(button.args)
    return await room.dispatcher.handle(
        Request("discord", None, here, Person(who, "somebody"), False, button.command, args)
    )


async def test_what_a_direct_message_can_do(room: Room) -> None:
    """Only what is about oneself, under one's name on the server, and no button leads to more."""
    await chooses(room)
    await until(room, REMINDER + HOUR)
    ((_, message),) = told(room)
    done = await press(room, ALICE, message, "Done")
    assert {b.command for b in done.buttons} <= {"next", "undo"}
    names = await room.database.read(lambda s: s.exec(select(Member.name)).all())
    assert names == [f"name-of-{ALICE}"]
    direct = Request(
        "discord",
        None,
        Channel("9", kind=ChannelKind.DIRECT),
        Person(ALICE, "a"),
        True,
        "",
        {"group": room.group_id},
    )
    for name, command in room.dispatcher.commands.items():
        reply = await room.dispatcher.handle(
            replace(direct, command=name, args={**direct.args, "item": "docker"})
        )
        if (
            not command.direct
            and command.on("discord")
            and name
            not in {
                "help",
                "privacy",
                "mydata export",
                "mydata delete",
                "link",
                "unlink",
            }
        ):
            assert reply.title == "Study groups live in servers", name


async def test_who_left_reaches_nothing_by_an_old_button(room: Room) -> None:
    """Whoever has left the group, or whose server removed the bot, is told that groups live in servers."""
    await chooses(room)
    await until(room, REMINDER + HOUR)
    ((_, message),) = told(room)
    await say(room, ALICE, "leave")
    assert (await press(room, ALICE, message, "Done")).title == "Study groups live in servers"
    await say(room, ALICE, "join")
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    assert (await press(room, ALICE, message, "Done")).title == "Study groups live in servers"


async def test_old_reminders_are_forgotten(room: Room) -> None:
    """A reminder stays on record for two months; that somebody was shown a way back stays."""
    await chooses(room)
    await until(room, MONDAY + 4 * WEEK)
    kinds = {row.kind for row in await rows(room)}
    assert kinds == {NudgeKind.REMINDER, NudgeKind.WAY_BACK}
    room.clock.forward(days=70)
    await room.tick(hours=2)
    assert {row.kind for row in await rows(room)} == {NudgeKind.WAY_BACK}


async def test_closed_messages_of_somebody_who_chose_nothing(room: Room) -> None:
    """There is no row of theirs to note it in, and none is made: the one message has been tried."""
    await say(room, ALICE, "join")
    room.platform.fail(f"direct {ALICE}", Closed("They take none."))
    await until(room, MONDAY + 8 * WEEK)
    assert told(room) == []
    chosen = await room.database.read(lambda s: s.exec(select(PreferenceRow)).all())
    assert chosen == []
    assert [call for call in room.platform.calls if call[0] == "direct"] == [("direct", ALICE)]


async def test_what_people_wrote_is_harmless_in_it(room: Room) -> None:
    """A server's name, which anybody may choose, is text and nothing else in a private message."""
    await chooses(room)

    def rename(session: Any) -> None:
        found = session.exec(select(Workspace)).one()
        found.name = "@everyone [x](https://evil.example) `code` **bold**"
        session.add(found)

    await room.database.write(rename)
    await until(room, REMINDER, 1)
    ((_, message),) = told(room)
    assert "everyone" in message.reply.text
    check_reply(message.reply)
