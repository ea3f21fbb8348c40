"""One group in two channels: one schedule, one board, and the same rights on both sides; and apart again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.reply import Notice
from bot.core.request import Channel, Person
from bot.core.turns import Turns
from bot.store import accounts, workspaces
from bot.store.tables import Code, Group, GroupState, MarkRow, Member, Post, ScoreRow
from tests.commands.hostility import SENDABLE, check_reply
from tests.conftest import DATABASES
from tests.sides import (
    ALICE,
    ALICE_ALSO,
    ALICE_TOO,
    BOB,
    CAROL,
    MALLORY,
    OLIVIA,
    SAM,
    Sides,
    code_in,
)

pytestmark = pytest.mark.databases(*DATABASES)

WRONG, NOT_FOUND, NO_GROUP = "That code does not work", "Not found", "No study group here yet"
NOT_ORGANIZER = "That is for organizers"


@pytest.fixture
async def sides(url: str) -> AsyncIterator[Sides]:
    """A group on Discord alone."""
    found = Sides(url)
    await found.room.open()
    yield found
    found.room.close()


@pytest.fixture
async def both(sides: Sides) -> Sides:
    """A group that lives on both."""
    await sides.twin()
    return sides


async def test_two_organizers_connect_their_channels(sides: Sides) -> None:
    """The one gets a code, the other enters it, sees whose group that is, and only then it is there too."""
    await sides.say(ALICE, "done", item="docker")
    made = await sides.say(OLIVIA, "twin")
    assert made.private
    asked = await sides.say(SAM, "twin", code=f" {code_in(made).upper()} ")
    assert "**name-of-7** of the group #study in **Server**, Discord" in asked.text
    assert "It has 1 member now." in asked.text
    assert (await sides.say(CAROL, "next")).title == NO_GROUP
    ready = await sides.press(SAM, asked, "Yes, share it")
    assert ready.title == "This channel shares the group now"
    assert "Posts go to #study in **Server**, Discord and <#C1>" in ready.text
    assert "Posts go to <#100> and #study in **T1**, Slack" in (await sides.say(OLIVIA, "status")).text
    assert (await sides.say(CAROL, "next")).title == "Python"
    assert await sides.rows(Code.digest) == []


async def test_who_made_the_code_is_told_where_the_group_lives_now(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody brings a group elsewhere behind the back of the organizer who made the code."""
    told: list[Notice] = []

    async def speak(_platform: str, _workspace: str, notice: Notice) -> None:
        told.append(notice)

    monkeypatch.setattr(sides.room.dispatcher, "speak", speak)
    assert (await sides.twin()).text.endswith("Who made the code was told so.")
    (notice,) = told
    assert notice.person == "7"
    assert "**name-of-T1.U7** entered the code" in notice.reply.text
    assert "on Slack now" in notice.reply.text
    # To oneself it is no news.
    assert "told" not in (await sides.twin(OLIVIA, "200")).text
    assert len(told) == 1


async def test_members_and_board_are_those_of_the_one_group(both: Sides) -> None:
    """Whoever records here or there is on the one board, once, with the rank that counts for both."""
    await both.say(ALICE, "done", item="docker")
    await both.say(CAROL, "done", item="python")
    for who in (ALICE, CAROL):
        board = await both.say(who, "leaderboard")
        assert board.footer == "2 members with points"
        assert "name-of-T1.U41" in board.text
        assert "name-of-21" in board.text
    assert "6 points, rank 2" in (await both.say(ALICE, "progress")).text
    seen = await both.say(CAROL, "progress", member=Person("T1.U41", ""))
    assert "12 points, rank 1" in seen.text
    assert "2 members." in (await both.say(SAM, "status")).text
    assert "with 2 others" in (await both.say(BOB, "join")).text
    assert len(set(await both.rows(Member.group_id))) == 1


async def test_one_person_with_an_account_on_each_side_is_one_member(both: Sides) -> None:
    """Records of both accounts, from before they were linked and after, are one progress and one row of the board."""
    await both.say(ALICE, "done", item="docker")
    await both.say(ALICE_TOO, "done", item="docker")
    await both.say(ALICE_TOO, "done", item="python-a")
    await both.link()
    assert (await both.say(ALICE, "done", item="python-a")).title == "Already recorded: Python-A"
    await both.say(ALICE_TOO, "done", item="kubernetes")
    for who in (ALICE, ALICE_TOO):
        assert "22 points, rank 1" in (await both.say(who, "progress")).text
        assert (await both.say(who, "leaderboard")).footer == "1 member with points"


async def test_who_is_hidden_on_one_side_is_hidden_on_both(both: Sides) -> None:
    """What somebody of the second side has chosen holds for the shared board, before they join and after."""
    await both.say(CAROL, "preferences", board="hidden")
    await both.say(CAROL, "done", item="docker")
    await both.say(ALICE_TOO, "done", item="docker")
    await both.say(ALICE_TOO, "preferences", board="alias", alias="Ada")
    for who in (BOB, CAROL):
        board = await both.say(who, "leaderboard", shared=1)
        assert "Ada" in board.text
        assert "name-of" not in board.text


async def test_hidden_stays_hidden_whatever_else_is_chosen(both: Sides) -> None:
    """What one account says of other things shows nobody whom another one, or the other side, has hidden."""
    await both.say(ALICE, "done", item="docker")
    await both.link()
    await both.say(ALICE, "preferences", board="hidden")
    await both.say(ALICE_TOO, "preferences", study="book")
    assert "name-of" not in (await both.say(BOB, "leaderboard", shared=1)).text
    await both.say(ALICE_TOO, "preferences", board="name")
    assert "name-of-21" in (await both.say(BOB, "leaderboard", shared=1)).text


async def test_hidden_with_one_account_is_hidden_when_another_joins(sides: Sides) -> None:
    """Who joins is shown as they chose before with whichever of their accounts; hidden goes before all else."""
    await sides.say(ALICE, "preferences", board="hidden")
    await sides.link(ALICE, ALICE_ALSO)
    await sides.say(ALICE_ALSO, "preferences", study="book")
    await sides.say(ALICE_ALSO, "done", item="docker")
    assert "name-of" not in (await sides.say(BOB, "leaderboard")).text


async def test_nobody_finds_out_whose_alias_it_is(sides: Sides) -> None:
    """/progress of somebody with an alias tells others neither points nor rank, which the board shows too."""
    await sides.say(ALICE, "done", item="docker")
    await sides.say(ALICE, "preferences", alias="Owl")
    seen = await sides.say(BOB, "progress", member=Person("21", ""))
    assert "1 of 4 topics" in seen.text
    assert "rank" not in seen.text
    assert seen.picture is not None
    assert "6" not in str(seen.picture.scene).partition("facts=")[2]
    assert "6 points, rank 1" in (await sides.say(ALICE, "progress")).text


async def test_either_side_runs_the_one_schedule(both: Sides) -> None:
    """/schedule, /pause and /resume by an organizer of either side act on both."""
    await both.say(SAM, "schedule", day="friday", time="10:00")
    assert "every **Friday at 10:00**" in (await both.say(OLIVIA, "schedule")).text
    await both.say(OLIVIA, "pause")
    assert (await both.say(SAM, "status")).title == "Status · ⏸️ paused"
    await both.say(SAM, "resume")
    assert (await both.say(OLIVIA, "status")).title == "Status · ▶️ running"
    assert (await both.say(CAROL, "pause")).title == NOT_ORGANIZER
    assert {group.next_due_at for group in await both.rows(Group) if group.twin_of} == {None}


async def test_setup_leaves_a_shared_channel_alone(both: Sides) -> None:
    """/setup in the second channel starts no second group there and changes nothing."""
    before = await both.rows(Group)
    assert (await both.say(SAM, "setup")).title == "This channel shares a group with another one"
    assert await both.rows(Group) == before
    assert (await both.say(SAM, "setup", "C2")).title == "The study group is ready"


async def test_a_guest_invites_nobody_and_takes_out_itself_alone(both: Sides) -> None:
    """Who is seen by the second server did not agree to a third: only where the group began further ones are asked in.

    The organizers of a guest take out their own channel and no other; those of the first server any.
    """
    third = (await both.twin(MALLORY, "C5")).title
    assert third == "This channel shares the group now"
    for who, row in ((SAM, 3), (MALLORY, 2)):
        shown = await both.say(who, "twin")
        assert shown.title == "This channel shares a group"
        assert "code:" not in shown.text
        assert len(shown.buttons) == 1
        assert (await both.say(who, "twin", group=1, apart=row)).title == NOT_FOUND
    assert await both.rows(Code.digest) == []
    assert len((await both.say(OLIVIA, "twin")).buttons) == 2
    assert (
        await both.say(OLIVIA, "twin", group=1, apart=3)
    ).title == "The channels are groups of their own now"


async def test_nobody_else_gets_in(both: Sides) -> None:
    """For another team the group is not there, whatever its people forge (scenario 38)."""
    twin = (await both.rows(Group.id))[1]
    before = [await both.rows(table) for table in (Group, Member, MarkRow, Post)]
    for command in ("next", "done", "status", "schedule", "pause", "resume", "prompt", "leaderboard", "twin"):
        assert (await both.say(MALLORY, command)).title == NO_GROUP, command
        for group in (both.room.group_id, twin):
            forged = await both.say(MALLORY, command, group=group, apart=twin, code="0" * 32, sure=1)
            assert forged.title == NOT_FOUND, command
    assert [await both.rows(table) for table in (Group, Member, MarkRow, Post)] == before


async def test_the_rows_own_number_is_nobodys_group(both: Sides) -> None:
    """Buttons carry the group's own id; the number of the second channel's row means nothing, on either side."""
    twin = (await both.rows(Group.id))[1]
    for who in (OLIVIA, SAM):
        assert (await both.say(who, "status", group=twin)).title == NOT_FOUND
        assert (await both.say(who, "status", group=both.room.group_id)).title == "Status · ▶️ running"


async def test_a_code_is_for_organizers_once_and_for_ten_minutes(sides: Sides) -> None:
    """A member can neither make nor enter one; a used, replaced or old one, or one of /link, does not work."""
    assert (await sides.say(ALICE, "twin")).title == NOT_ORGANIZER
    old = code_in(await sides.say(OLIVIA, "twin"))
    code = code_in(await sides.say(OLIVIA, "twin"))
    assert (await sides.say(CAROL, "twin", code=code)).title == NOT_ORGANIZER
    link = code_in(await sides.say(ALICE, "link"))
    for wrong in (old, link, "0" * 32, "x"):
        assert (await sides.say(SAM, "twin", code=wrong)).title == WRONG
    assert (await sides.say(CAROL, "link", code=code)).title == WRONG
    asked = await sides.say(SAM, "twin", code=code)
    sides.room.clock.forward(minutes=10)
    assert (await sides.press(SAM, asked, "Yes, share it")).title == WRONG
    asked = await sides.say(SAM, "twin", code=code_in(await sides.say(OLIVIA, "twin")))
    await sides.press(SAM, asked, "Yes, share it")
    assert (await sides.press(MALLORY, asked, "Yes, share it")).title == WRONG


async def test_only_into_a_channel_without_a_group(both: Sides) -> None:
    """A channel that has a group, its own or a shared one, keeps it; and no group lives everywhere."""
    code = code_in(await both.say(OLIVIA, "twin"))
    for who, channel in ((SAM, "C1"), (OLIVIA, "100")):
        assert (await both.say(who, "twin", channel, code=code)).title == "This channel has a group already"
    for number in range(2, 5):
        await both.twin(SAM, f"C{number}")
    code = code_in(await both.say(OLIVIA, "twin"))
    assert (await both.say(SAM, "twin", "C9", code=code)).title == "That would be too many"


async def test_two_channels_of_one_server(sides: Sides) -> None:
    """Two channels of the same server can share a group too; said anywhere else it is still the only one."""
    await sides.twin(OLIVIA, "200")
    await sides.say(ALICE, "done", "200", item="docker")
    assert "6 points" in (await sides.say(ALICE, "progress", "300")).text
    assert "Posts go to <#100> and <#200>" in (await sides.say(OLIVIA, "status", "200")).text


async def test_taken_apart_both_go_on(both: Sides) -> None:
    """Apart again, each channel is a group at the same place of the plan, with who joined there and their points."""
    await both.room.tick(minutes=2)
    await both.say(ALICE, "done", item="docker")
    await both.say(CAROL, "done", item="python")
    shown = await both.say(SAM, "twin")
    apart = await both.press(SAM, shown, "Take #study out")
    assert apart.title == "The channels are groups of their own now"
    assert "1 member with #study" in apart.text
    for who, points in ((ALICE, "6 points, rank 1"), (CAROL, "12 points, rank 1")):
        assert points in (await both.say(who, "progress")).text
        assert (await both.say(who, "leaderboard")).footer == "1 member with points"
    home, other = await both.rows(Group)
    assert (other.step, other.next_due_at) == (home.step, home.next_due_at) == (1, home.next_due_at)
    await both.say(SAM, "schedule", day="friday")
    assert "Monday" in (await both.say(OLIVIA, "schedule")).text
    await both.room.days(8)
    assert [post.step for post in await both.room.prompts()] == [1, 2]
    assert [post.step for post in await both.room.prompts(other.id)] == [1, 2]
    assert (await both.press(OLIVIA, shown, "Take #study out")).title == NOT_FOUND


async def test_the_same_channels_can_come_together_again(both: Sides) -> None:
    """After apart a channel has a group of its own; another channel of that team can still share the first one."""
    await both.press(SAM, await both.say(SAM, "twin"), "Take #study out")
    await both.twin(SAM, "C2")
    assert (await both.say(CAROL, "next")).title == "Python"
    assert len(await both.rows(Group.id)) == 3


async def test_a_paused_group_taken_apart_stays_paused(both: Sides) -> None:
    """What is paused stays so on both sides, and each resumes for itself."""
    await both.say(OLIVIA, "pause")
    await both.press(SAM, await both.say(SAM, "twin"), "Take #study out")
    assert (await both.say(SAM, "status")).title == "Status · ⏸️ paused"
    await both.say(SAM, "resume")
    assert (await both.say(OLIVIA, "status")).title == "Status · ⏸️ paused"
    assert (await both.say(SAM, "status")).title == "Status · ▶️ running"


async def leave_and_purge(sides: Sides, platform: str, workspace: str) -> None:
    """Remove the bot from a workspace and let the time pass after which everything of it is deleted."""
    now = sides.room.clock()

    def write(session: Any) -> None:
        workspaces.leave(session, platform, workspace, now)
        session.flush()
        workspaces.purge(session, now + timedelta(days=1))

    await sides.room.database.write(write)


async def test_a_purge_of_the_second_takes_its_own_people(both: Sides) -> None:
    """When the second workspace is deleted, its channel and who joined there go; who is linked stays in the group."""
    await both.say(ALICE_TOO, "done", item="docker")
    await both.say(CAROL, "done", item="docker")
    await both.say(BOB, "done", item="docker")
    await both.link()
    await both.say(OLIVIA, "twin")
    await leave_and_purge(both, "slack", "T1")
    assert sorted(await both.rows(Member.person)) == ["31", "slack:T1.U21"]
    assert await both.rows(Member.via) == [None, None]
    assert len(await both.rows(MarkRow.id)) == len(set(await both.rows(ScoreRow.member_id))) == 2
    assert await both.rows(Group.id) == [both.room.group_id]
    assert "6 points" in (await both.say(ALICE, "progress")).text


async def test_a_purge_of_the_first_leaves_the_second_a_group(both: Sides) -> None:
    """When the first workspace is deleted, the second channel goes on with its people, and codes for it are gone."""
    await both.say(CAROL, "done", item="docker")
    await both.say(BOB, "done", item="docker")
    await both.say(OLIVIA, "twin")
    await leave_and_purge(both, "discord", "1")
    assert await both.rows(Member.person) == ["slack:T1.U41"]
    assert await both.rows(Code.digest) == []
    assert "6 points, rank 1" in (await both.say(CAROL, "progress")).text
    assert (await both.say(SAM, "status")).title == "Status · ▶️ running"


async def test_erasing_takes_a_person_out_of_a_shared_group(both: Sides) -> None:
    """Somebody of the second side is found in the shared group when they ask to be forgotten."""
    await both.say(CAROL, "done", item="docker")
    assert (await both.say(CAROL, "mydata export")).attachment is not None
    sure = await both.say(CAROL, "mydata delete")
    assert "1 membership and 1 record" in sure.text
    await both.press(CAROL, sure, "Delete it all")
    assert await both.rows(Member.id) == await both.rows(MarkRow.id) == []


async def test_nobody_counts_a_twin_as_a_group(both: Sides) -> None:
    """What an operator sees is one group, with its state."""
    from bot.store.counting import counts

    found = await both.room.database.read(lambda s: counts(s, both.room.clock()))
    assert found.groups[GroupState.ACTIVE] == 1


async def test_names_of_the_other_side_are_inert(sides: Sides) -> None:
    """The name of the organizer, the channel and the server of one side do nothing on the other (scenario 37)."""
    sides.room.dispatcher.turns = Turns(most=10**6)
    for number, text in enumerate(SENDABLE):
        theirs, ours = f"2{number}", f"C{number}"
        evil = {"person": Person("7", text[:100]), "channel": Channel(theirs, text[:100])}
        for command in ("setup", "twin"):
            asked = replace(sides.request(OLIVIA, command), **evil, workspace_name=text[:100])
            made = await sides.room.dispatcher.handle(asked)
        asked = await sides.say(SAM, "twin", ours, code=code_in(made))
        ready = await sides.press(SAM, asked, "Yes, share it", ours)
        for reply in (asked, ready, await sides.say(SAM, "status", ours), await sides.say(SAM, "twin", ours)):
            check_reply(reply)


async def test_nothing_of_a_code_is_kept_in_the_clear(sides: Sides) -> None:
    """A code for a group is kept as its hash, with the group, and is forgotten when its time is over."""
    code = code_in(await sides.say(OLIVIA, "twin"))
    (row,) = await sides.rows(Code)
    assert code not in str(row)
    assert row.group_id == sides.room.group_id
    now = sides.room.clock() + accounts.CODE_LIVES
    await sides.room.database.write(lambda s: accounts.expire(s, now))
    assert await sides.rows(Code) == []
