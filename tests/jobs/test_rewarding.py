"""Roles come and go with what members record, whatever the platform says in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.core.platform import Absent, Held, TryLater, Unsure
from bot.core.reply import Reply
from bot.core.request import Channel, Person, Request, Role, Value
from bot.jobs import rewarding
from bot.store import people, rewards, twins, workspaces
from bot.store.tables import Grant, Group, Reward
from tests.conftest import DATABASES
from tests.makers import group, resource, roadmap, topic
from tests.room import FakeRoles, Room
from tests.sides import ALICE as ALICE_THERE
from tests.sides import ALICE_TOO, Sides

pytestmark = pytest.mark.databases(*DATABASES)

ALICE, BOB = "21", "31"
FINE = {"missing": (), "in_reach": True}
DOCKER = Role("900", "Docker done", **FINE)  # type: ignore[arg-type]
ALL = Role("901", "All done", **FINE)  # type: ignore[arg-type]


@pytest.fixture
def roles(room: Room) -> FakeRoles:
    """The room on a platform where people have roles."""
    room.platform.roles = FakeRoles()
    return room.platform.roles


async def say(room: Room, who: str, command: str, **args: Value) -> Reply:
    """Say a command as a member in the group's channel."""
    asked = Request(
        "discord", "1", Channel("100", "study"), Person(who, f"name-of-{who}"), False, command, args
    )
    return await room.dispatcher.handle(asked)


async def settle(room: Room) -> None:
    """Let the bot look twice: on a server it waits until everything that was recorded is visible."""
    await room.tick(minutes=2)
    await room.tick(minutes=2)


async def grants(room: Room) -> Sequence[Any]:
    """The queue."""
    wanted = select(Grant.wanted, Grant.given, Grant.try_at, Grant.reason).order_by(Grant.id)  # type: ignore[arg-type]
    return await room.database.read(lambda session: session.exec(wanted).all())


async def test_who_records_after_somebody_was_erased_is_looked_at(room: Room, roles: FakeRoles) -> None:
    """SQLite gives the numbers of deleted marks again, and nobody who gets one is passed over for that."""
    await room.say("rewards", role=DOCKER, item="docker")
    for item in ("python", "kubernetes", "terraform"):
        await say(room, ALICE, "done", item=item)
    await settle(room)
    await room.database.write(lambda session: people.erase(session, "discord", ALICE))
    await say(room, BOB, "done", item="docker")
    await settle(room)
    assert [(wanted, given) for wanted, given, *_ in await grants(room)] == [(True, True)]


async def test_a_role_follows_the_marks(room: Room, roles: FakeRoles) -> None:
    """Given with the topic, taken back with /undo, given again; nobody else gets it, and nothing is said twice."""
    said = await room.say("rewards", role=DOCKER, item="docker")
    assert said.title == "Docker done is given for Docker"
    await say(room, BOB, "done", item="python")
    await say(room, ALICE, "done", item="docker")
    await settle(room)
    assert roles.given == {("1", ALICE, "900")}
    await settle(room)
    assert len(roles.calls) == 1
    await say(room, ALICE, "undo")
    await settle(room)
    assert roles.given == set()
    await say(room, ALICE, "done", item="docker")
    await settle(room)
    assert roles.given == {("1", ALICE, "900")}
    assert roles.calls == [(ALICE, "900", True), (ALICE, "900", False), (ALICE, "900", True)]


async def test_who_had_it_before_gets_it_too(
    room: Room, roles: FakeRoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new reward is for everybody who has reached it already, however many pages of members there are."""
    monkeypatch.setattr(rewarding, "PAGE", 2)
    for number in range(40, 47):
        await say(room, str(number), "done", item="docker")
    await room.say("rewards", role=DOCKER, item="docker")
    await settle(room)
    assert {person for _, person, _ in roles.given} == {str(number) for number in range(40, 47)}


async def test_a_section_and_a_streak(room: Room, roles: FakeRoles) -> None:
    """A section needs every topic of it; a streak is the longest that there ever was."""
    await room.say("rewards", role=ALL, item="section")
    await room.say("rewards", role=DOCKER, weeks=3)
    for item in ("python", "docker", "kubernetes"):
        await say(room, ALICE, "done", item=item)
        await room.tick(days=7)
        await settle(room)
    assert roles.given == {("1", ALICE, "900")}
    await say(room, ALICE, "done", item="terraform")
    await settle(room)
    assert roles.given == {("1", ALICE, "900"), ("1", ALICE, "901")}
    await room.tick(days=70)
    await settle(room)
    assert len(roles.given) == 2


async def test_an_edit_of_the_roadmap_takes_nothing_away(room: Room, roles: FakeRoles) -> None:
    """A topic that is added to a section later takes no role from who had finished it; a mark taken back does."""
    await room.say("rewards", role=ALL, item="section")
    for item in ("python", "docker", "kubernetes", "terraform"):
        await say(room, ALICE, "done", item=item)
    await settle(room)
    assert len(roles.given) == 1
    more = roadmap(
        *(topic(key, 4, [resource(f"{key}-a")]) for key in ("python", "docker", "kubernetes", "new")),
        "terraform",
    )
    await room.publish(more)
    await say(room, ALICE, "done", item="python-a")
    await settle(room)
    await room.say("rewards", role=DOCKER, item="new")
    await settle(room)
    assert roles.given == {("1", ALICE, "901")}
    for _ in range(2):
        await say(room, ALICE, "undo")
    await settle(room)
    assert roles.given == set()


async def test_one_role_for_two_things(room: Room, roles: FakeRoles) -> None:
    """Who has reached one of two things that give the same role keeps it when the other is taken back."""
    await room.say("rewards", role=DOCKER, item="docker")
    await room.say("rewards", role=DOCKER, item="python")
    await say(room, ALICE, "done", item="docker")
    await say(room, ALICE, "done", item="python")
    await settle(room)
    await say(room, ALICE, "undo")
    await settle(room)
    assert roles.given == {("1", ALICE, "900")}
    await say(room, ALICE, "undo")
    await settle(room)
    assert roles.given == set()


@pytest.mark.parametrize("fault", [TryLater("wait", 300), Unsure("lost"), RuntimeError("ours")], ids=repr)
async def test_a_fault_is_tried_again(room: Room, roles: FakeRoles, fault: Exception) -> None:
    """Whatever went wrong, the role is there in the end."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, ALICE, "done", item="docker")
    roles.faults = [fault]
    for _ in range(5):
        await settle(room)
    assert roles.given == {("1", ALICE, "900")}
    assert len(roles.calls) == 2


async def test_a_refusal_is_held_with_its_reason(room: Room, roles: FakeRoles) -> None:
    """One call finds it out, /status and /rewards say why, an hour later it is tried again, or at a press."""
    await room.say("rewards", role=DOCKER, item="docker")
    for who in (ALICE, BOB):
        await say(room, who, "done", item="docker")
    roles.faults = [Held("The role stands above Roadmate's own.")] * 2
    await settle(room)
    asked = len(roles.calls)
    await settle(room)
    assert len(roles.calls) == asked <= 2
    status = await room.say("status")
    assert "stands above" in next(f.text for f in status.fields if f.title == "Roles on hold")
    shown = await room.say("rewards")
    assert "on hold: The role stands above" in shown.text
    button = next(b for b in shown.buttons if b.label == "Try Docker done again")
    roles.faults = []
    await room.say(button.command, **button.args)
    await settle(room)
    assert {person for _, person, _ in roles.given} == {ALICE, BOB}
    assert "on hold" not in (await room.say("rewards")).text


async def test_what_is_mended_is_found_by_itself(room: Room, roles: FakeRoles) -> None:
    """After an hour a held role is tried once more."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, ALICE, "done", item="docker")
    roles.faults = [Held("No.")]
    await settle(room)
    await room.tick(minutes=70)
    assert roles.given == {("1", ALICE, "900")}


async def test_who_is_not_there_is_left_alone(room: Room, roles: FakeRoles) -> None:
    """Somebody who has left the server is tried once, until they record something that changes it."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, ALICE, "done", item="docker")
    roles.faults = [Absent("They are not on the server any more.")]
    for _ in range(4):
        await settle(room)
    assert len(roles.calls) == 1
    assert [(given, try_at) for _, given, try_at, _ in await grants(room)] == [(False, None)]


async def test_a_crash_while_giving_loses_nothing(
    room: Room, roles: FakeRoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after giving leaves a row that says so: what is taken back meanwhile is taken back."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, ALICE, "done", item="docker")
    room.clock.forward(minutes=2)
    job = room.ticker.rewarding

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(rewarding.Rewarding, "_write", die)
        await room.database.write(job._look, own_locks=True)
        (order,) = await job._taken(5)
        with pytest.raises(asyncio.CancelledError):
            await job._do(order)
    assert roles.given == {("1", ALICE, "900")}
    await say(room, ALICE, "undo")
    await settle(room)
    assert roles.given == set()


async def test_taking_a_reward_away_asks(room: Room, roles: FakeRoles) -> None:
    """Whoever has the role keeps it or loses it, as the organizer says; then nothing is left of it."""
    for keep, left in (("They keep it", 1), ("Take it from them", 0)):
        await room.say("rewards", role=DOCKER, item="docker")
        await say(room, ALICE, "done", item="docker")
        await settle(room)
        asked = await press(room, await room.say("rewards"), "Stop giving Docker done")
        assert asked.title == "Give Docker done no more for Docker?"
        assert "1 member has it" in asked.text
        gone = await press(room, asked, keep)
        assert gone.title == "Docker done is given no more for Docker"
        await settle(room)
        assert len(roles.given) == left
        for table in (Reward, Grant):
            assert await room.database.read(lambda s, t=table: s.exec(select(t)).all()) == []


async def press(room: Room, shown: Reply, label: str) -> Reply:
    """Press a button as the organizer."""
    button = next(b for b in shown.buttons if b.label == label)
    return await room.say(button.command, **button.args)


@pytest.mark.parametrize(
    "role, title, words",
    [
        (Role("1", "everyone", everyone=True), "That role can't be given", "Everybody has it"),
        (Role("1", "Nitro", managed=True), "That role can't be given", "an app or a subscription"),
        (Role("1", "Mods", dangers=("Ban Members",)), "That role can't be given", "**Ban Members**"),
        (
            Role("1", "Fine", missing=("Manage Roles",)),
            "Roadmate lacks Manage Roles",
            "switch **Manage Roles** on",
        ),
        (
            Role("1", "High", missing=(), in_reach=False),
            "That role stands above Roadmate's",
            "drag Roadmate's",
        ),
    ],
    ids=lambda part: getattr(part, "name", ""),
)
async def test_what_can_not_be_given(room: Room, role: Role, title: str, words: str) -> None:
    """A role that is dangerous, not ours to give or out of reach is refused, with what to do; nothing is kept."""
    said = await room.say("rewards", role=role, item="docker")
    assert said.title == title
    assert words in said.text
    assert await room.database.read(lambda s: s.exec(select(Reward)).all()) == []


async def test_what_has_to_be_said(room: Room) -> None:
    """A role needs one thing that it is for, and a thing needs a role; another role for it takes its place."""
    assert (await room.say("rewards", role=DOCKER)).title == "What is it for?"
    assert (await room.say("rewards", role=DOCKER, item="docker", weeks=4)).title == "What is it for?"
    assert (await room.say("rewards", item="docker")).title == "Which role?"
    assert (await room.say("rewards", role=DOCKER, item="nothing like it")).title.startswith("Nothing called")
    await room.say("rewards", role=DOCKER, item="docker")
    assert "Before, it was **Docker done**" in (await room.say("rewards", role=ALL, item="docker")).text
    shown = await room.say("rewards")
    assert shown.text == "• **All done** for Docker · 0 members"
    assert (await room.say("rewards", remove=99)).title == "Not found"


async def test_a_purge_and_an_erasure_leave_nothing(room: Room, roles: FakeRoles) -> None:
    """Nothing of somebody who asks to be forgotten, and nothing of a server that removed the bot, stays."""
    await room.say("rewards", role=DOCKER, item="docker")
    for who in (ALICE, BOB):
        await say(room, who, "done", item="docker")
    await settle(room)
    asked = await say(room, ALICE, "mydata delete")
    await say(room, ALICE, "mydata delete", **asked.buttons[0].args)
    assert len(await grants(room)) == 1
    await room.database.write(lambda s: workspaces.leave(s, "discord", "1", room.clock()))
    await room.tick(days=31)
    for table in (Reward, Grant):
        assert await room.database.read(lambda s, t=table: s.exec(select(t)).all()) == []


async def test_without_roles_nothing_is_tried(room: Room) -> None:
    """A platform whose people have no roles is asked for none."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, ALICE, "done", item="docker")
    await settle(room)
    assert [(wanted, given) for wanted, given, _, _ in await grants(room)] == [(True, False)]


async def test_a_role_that_is_gone_is_nobodys(room: Room, roles: FakeRoles) -> None:
    """Taking a deleted role is done already, and does not hide that it can't be given to others."""
    await room.say("rewards", role=DOCKER, item="docker")
    await say(room, BOB, "done", item="docker")
    await settle(room)
    await say(room, BOB, "undo")
    await say(room, ALICE, "done", item="docker")
    roles.faults = [Held("The role is gone.", gone=True)] * 2
    await settle(room)
    assert "on hold: The role is gone" in (await room.say("rewards")).text
    assert sorted((wanted, try_at is None) for wanted, _, try_at, _ in await grants(room)) == [
        (False, True),
        (True, False),
    ]


async def test_one_person_with_two_accounts(room: Room, roles: FakeRoles) -> None:
    """Linked in one group, the member who stays has what both had reached, and nothing points at the other."""
    await room.say("rewards", role=DOCKER, item="docker")
    await room.say("rewards", role=ALL, item="python")
    await say(room, ALICE, "done", item="docker")
    await say(room, BOB, "done", item="python")
    await settle(room)
    code = (await say(room, ALICE, "link")).text.partition("code:")[2].partition("`")[0]
    asked = await say(room, BOB, "link", code=code)
    linked = await say(room, BOB, asked.buttons[0].command, **asked.buttons[0].args)
    assert linked.title != asked.title
    await settle(room)
    assert len(await grants(room)) == 2
    people = [{person for _, person, given in roles.given if given == role} for role in ("900", "901")]
    assert people[0] & people[1]


@pytest.fixture
async def shared(url: str) -> AsyncIterator[tuple[Sides, FakeRoles]]:
    """A group that lives on Discord, where Docker is rewarded with a role, and on Slack."""
    sides = Sides(url)
    await sides.room.open()
    sides.room.platform.roles = there = FakeRoles()
    await sides.twin()
    await sides.room.say("rewards", role=DOCKER, item="docker")
    yield sides, there
    sides.room.close()


async def test_the_role_of_a_linked_account(shared: tuple[Sides, FakeRoles]) -> None:
    """Who is a member by an account on Slack has the role with their account on Discord, until they take it back."""
    sides, there = shared
    await sides.say(ALICE_TOO, "done", item="docker")
    await settle(sides.room)
    assert there.given == set()
    await sides.link()
    await settle(sides.room)
    assert there.given == {("1", ALICE, "900")}
    await sides.say(ALICE_TOO, "undo")
    await settle(sides.room)
    assert there.given == set()


async def test_a_role_is_known_of_after_linking(shared: tuple[Sides, FakeRoles]) -> None:
    """A role that one of two members had is the role of the one that both become, and goes with the record."""
    sides, there = shared
    await sides.say(ALICE_TOO, "join")
    await sides.say(ALICE_THERE, "done", item="docker")
    await settle(sides.room)
    assert there.given == {("1", ALICE, "900")}
    await sides.link()
    await settle(sides.room)
    await sides.say(ALICE_TOO, "undo")
    await settle(sides.room)
    assert there.given == set()


async def test_who_separates_their_accounts_keeps_the_role(shared: tuple[Sides, FakeRoles]) -> None:
    """After /unlink nobody knows the account any more, and what was to be taken from it is not tried again."""
    sides, there = shared
    await sides.say(ALICE_TOO, "done", item="docker")
    await sides.link()
    await settle(sides.room)
    await sides.say(ALICE_TOO, "undo")
    await sides.press(ALICE_TOO, await sides.say(ALICE_TOO, "unlink"), "Separate")
    await settle(sides.room)
    assert there.given == {("1", ALICE, "900")}
    assert [at for _, _, at, _ in await grants(sides.room)] == [None]


async def test_a_group_that_is_taken_apart_takes_its_own_rewards_along(room: Room, roles: FakeRoles) -> None:
    """A reward is a role of one server: it stays with the channel there."""

    def apart(session: Session) -> list[int]:
        home = session.get_one(Group, room.group_id)
        other = group(session, room.clock(), channel="200", workspace="2", next_due_at=None)
        twins.connect(session, home, other)
        for row in (home, other):
            reward = {
                "kind": "topic",
                "target": "1",
                "role": "900",
                "role_name": "R",
                "made_at": room.clock(),
            }
            rewards.make(session, Reward(group_id=home.id or 0, workspace_id=row.workspace_id, **reward))
        twins.take_apart(session, home, other)
        session.expire_all()
        return [reward.group_id - (other.id or 0) for reward in session.exec(select(Reward)).all()]

    moved = await room.database.write(apart)
    assert sorted(map(bool, moved)) == [False, True]
