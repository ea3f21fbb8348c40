"""One person on two platforms: one progress, and nobody else's."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.core.reply import Aloud, Notice
from bot.core.request import Person
from bot.store import accounts, erasures, notes, preferences
from bot.store.tables import Account, Code, MarkRow, Member, PreferenceRow, ScoreRow
from tests.conftest import DATABASES
from tests.sides import ALICE, ALICE_ALSO, ALICE_TOO, BOB, CAROL, Sides, Who, code_in

pytestmark = pytest.mark.databases(*DATABASES)

KEPT = MarkRow.id, MarkRow.item_id, MarkRow.act, MarkRow.at, MarkRow.note
YES, WRONG = "Yes, link them", "That code does not work"


@pytest.fixture
async def two(url: str) -> AsyncIterator[Sides]:
    """A group on each platform."""
    sides = Sides(url)
    await sides.room.open()
    await sides.room.group(platform="slack", workspace="T1", channel="C1")
    yield sides
    sides.room.close()


async def test_two_members_become_one_and_nothing_counts_twice(two: Sides) -> None:
    """What both accounts have recorded in a group is one progress: the first of two records brings the points."""
    await two.say(ALICE, "done", item="docker")
    await two.room.tick(hours=1)
    for item in ("docker", "python-a", "kubernetes"):
        await two.say(ALICE_ALSO, "done", item=item)
    await two.room.tick(hours=1)
    await two.say(ALICE, "done", item="python")
    before = set(await two.rows(*KEPT))
    asked = await two.say(ALICE_ALSO, "link", code=code_in(await two.say(ALICE, "link")))
    assert "In 1 group both are members" in asked.text
    assert (await two.press(ALICE_ALSO, asked, YES)).title == "Linked: you are one person now"
    # 6 for docker once, 6 + 6 for python in two steps, 4 for kubernetes.
    for who in (ALICE, ALICE_ALSO):
        assert "22 points, rank 1" in (await two.say(who, "progress")).text
    assert await two.rows(Member.person) == ["21"]
    assert set(await two.rows(*KEPT)) == before
    assert {points for _, points in await two.rows(ScoreRow.period, ScoreRow.points)} == {22}
    board = await two.say(BOB, "leaderboard")
    assert board.footer == "1 member with points"


async def test_what_comes_after_linking_is_recorded_once(two: Sides) -> None:
    """An account that never spoke in the group records for the member whom the other one made."""
    await two.say(ALICE, "done", item="docker")
    await two.link(ALICE, ALICE_ALSO)
    assert (await two.say(ALICE_ALSO, "done", item="docker")).title == "Already recorded: Docker"
    assert (await two.say(ALICE_ALSO, "undo")).title == "Taken back: Docker"
    assert (await two.say(ALICE, "done", item="docker")).title == "Recorded: Docker"
    assert await two.rows(Member.person) == ["21"]
    seen = await two.say(BOB, "progress", member=Person("22", "alice"))
    assert "1 of 4 topics" in seen.text


async def test_records_of_the_same_moment_are_of_the_one_person(two: Sides) -> None:
    """Both accounts record while they are linked: whatever comes first, it is one member, and nothing counts twice."""
    asked = await two.say(ALICE_ALSO, "link", code=code_in(await two.say(ALICE, "link")))
    await asyncio.gather(
        two.press(ALICE_ALSO, asked, YES),
        *(two.say(who, "done", item=item) for item in ("docker", "python-a") for who in (ALICE, ALICE_ALSO)),
    )
    assert len(await two.rows(Member.person)) == 1
    assert "18 points" in (await two.say(ALICE, "progress")).text
    assert {points for _, points in await two.rows(ScoreRow.period, ScoreRow.points)} == {18}


async def test_who_has_left_with_one_account_is_in_with_the_other(two: Sides) -> None:
    """Somebody who is a member with any account is one afterwards, with the records of all."""
    await two.say(ALICE, "done", item="docker")
    await two.say(ALICE, "leave")
    await two.say(ALICE_ALSO, "done", item="python")
    await two.link(ALICE, ALICE_ALSO)
    assert await two.rows(Member.person, Member.left_at) == [("22", None)]
    assert "18 points" in (await two.say(ALICE, "progress")).text


async def test_who_is_hidden_with_one_account_is_hidden_with_both(two: Sides) -> None:
    """Linking puts nobody on a board who had chosen not to be there."""
    await two.say(ALICE, "done", item="docker")
    await two.say(ALICE_ALSO, "done", item="python")
    await two.say(ALICE_ALSO, "preferences", board="hidden")
    await two.link(ALICE, ALICE_ALSO)
    assert await two.rows(ScoreRow.points) == []
    await two.say(ALICE, "done", item="kubernetes")
    assert await two.rows(ScoreRow.points) == []
    await two.say(ALICE, "preferences", board="alias", alias="Ada")
    board = await two.say(BOB, "leaderboard", shared=1)
    assert "Ada" in board.text
    assert "name-of" not in board.text


async def test_a_shared_note_names_nobody_who_is_hidden_with_another_account(two: Sides) -> None:
    """A note goes by the name that boards show, which is none where one of the accounts is hidden there."""
    said: list[str] = []

    async def speak(_platform: str, _workspace: str, aloud: Aloud | Notice) -> None:
        said.append(aloud.reply.title)

    await two.room.tick(minutes=2)
    await two.say(ALICE_ALSO, "join")
    await two.say(ALICE_ALSO, "preferences", board="hidden")
    await two.link(ALICE, ALICE_ALSO)
    two.room.dispatcher.speak = speak
    await two.say(ALICE, "done", item="python-a", note="n", share="true")
    await two.say(ALICE, "preferences", board="alias", alias="Ada")
    await two.say(ALICE_ALSO, "done", item="python-b", note="n", share="true")
    assert said == ["💡 Somebody of the group on Python", "💡 Ada on Python"]


async def test_who_chooses_reminders_with_the_other_account_is_told_whom_they_reach(two: Sides) -> None:
    """A group speaks privately to the account that joined it, so nobody waits for messages to another one."""
    await two.say(ALICE, "join")
    await two.link(ALICE, ALICE_ALSO)
    chosen = await two.say(ALICE_ALSO, "preferences", reminders="dm")
    assert "A group reminds the account with which you joined it" in chosen.text
    await two.room.days(5)
    assert {channel for _, channel, *_ in two.room.platform.visible} == {"100"}


async def test_unlink_separates_and_moves_nothing(two: Sides) -> None:
    """After /unlink what was recorded is with the account that it is with, said clearly, and the other begins anew."""
    await two.say(ALICE, "done", item="docker")
    await two.link(ALICE, ALICE_ALSO)
    asked = await two.say(ALICE_ALSO, "unlink")
    assert "0 groups with this account, 1 group with the others" in asked.text
    assert "**name-of-21** on Discord" in asked.text
    assert await two.rows(Account.person) == ["21", "22"]
    assert (await two.press(ALICE_ALSO, asked, "Separate it")).title == "This account is on its own again"
    assert await two.rows(Account.person) == []
    assert "6 points" in (await two.say(ALICE, "progress")).text
    assert "Nothing is recorded yet" in (await two.say(ALICE_ALSO, "progress")).text
    assert (await two.press(ALICE_ALSO, asked, "Separate it")).title == "No other account is linked"


async def test_three_accounts_and_one_that_goes(two: Sides) -> None:
    """A third account joins both, and who separates one leaves the others together, also when it comes back."""
    await two.link(ALICE, ALICE_ALSO)
    await two.link(ALICE_ALSO, ALICE_TOO)
    assert len(set(await two.rows(Account.same_as))) == 1
    asked = await two.say(ALICE, "unlink")
    rest = "**name-of-22** on Discord and **name-of-T1.U21** on Slack"
    assert asked.text.startswith(f"Linked with this account: {rest}.\n{rest} stay linked with each other")
    gone = await two.press(ALICE, asked, "Separate it")
    assert gone.text.startswith(f"{rest} stay linked with each other, without this one.")
    assert sorted(await two.rows(Account.person)) == ["22", "slack:T1.U21"]
    gone = await two.press(ALICE_ALSO, await two.say(ALICE_ALSO, "unlink"), "Separate it")
    assert gone.text.startswith("The other account is on its own too.")
    assert await two.rows(Account.person) == []
    await two.link(ALICE_ALSO, ALICE_TOO)
    await two.link(ALICE, BOB)
    assert await two.room.database.read(lambda s: accounts.keys_of(s, "21")) == ["21", "31"]
    assert await two.room.database.read(lambda s: accounts.keys_of(s, "22")) == ["22", "slack:T1.U21"]


async def test_who_is_away_is_away_with_all_accounts_and_chooses_apart(two: Sides) -> None:
    """A holiday is one on every platform, whichever account says or ends it; what is chosen is each account's own."""
    for who, item in ((ALICE, "docker"), (ALICE_TOO, "python")):
        await two.say(who, "done", item=item)
    await two.say(ALICE, "away", until="1 week")
    assert (await two.say(ALICE_TOO, "away")).title == "You are not away"
    await two.link()
    said = await two.say(ALICE_TOO, "away")
    assert said.title.startswith("You are away until")
    assert said.text.endswith("It holds for your linked accounts too.")
    for group in (two.room.group_id, two.room.group_id + 1):
        assert await away_in(two, group) == 1
    assert (await two.say(ALICE_TOO, "away", until="today")).title == "Welcome back 👋"
    assert (await two.say(ALICE, "away")).title == "You are not away"
    await two.say(ALICE_TOO, "away", until="2 weeks")
    await two.say(ALICE, "away", until="3 weeks")
    assert (await two.say(ALICE_TOO, "away")).title == "You are away until Monday 26 January 🌴"
    await two.say(ALICE, "preferences", study="book")
    chosen = (await two.say(ALICE_TOO, "preferences")).text
    assert "**Study:** whatever is shortest first" in chosen
    assert "your linked accounts have theirs" in chosen
    await two.press(ALICE, await two.say(ALICE, "unlink"), "Separate it")
    for who in (ALICE, ALICE_TOO):
        assert "your linked accounts" not in (await two.say(who, "preferences")).text
    assert "linked" not in (await two.say(BOB, "preferences")).text


async def away_in(two: Sides, group: int) -> int:
    """How many members of a group are away today."""
    day = two.room.clock().date()
    return len(await two.room.database.read(lambda session: preferences.aways_in(session, group, day)))


async def test_the_other_name_of_a_linked_account_is_no_news(two: Sides) -> None:
    """A member keeps the name of the account that joined, and another one's leaves nothing to write; a new one does."""
    await two.say(ALICE, "done", item="docker")
    await two.link(ALICE, ALICE_ALSO)
    await two.room.tick()
    for who in (ALICE_ALSO, ALICE, ALICE_ALSO):
        await two.say(who, "progress")
        assert not two.room.memory.news.any()
    asked = two.request(ALICE, "progress")
    await two.room.dispatcher.handle(replace(asked, person=Person("21", "Alice anew")))
    assert two.room.memory.news.any()
    await two.room.tick()
    assert await two.rows(Member.name) == ["Alice anew"]


async def test_no_more_than_a_handful(two: Sides) -> None:
    """One person has five accounts at most, so that nobody gathers a crowd."""
    for number in range(4):
        await two.link(ALICE, ("slack", f"T1.U{number}"))
    asked = await two.say(ALICE_TOO, "link", code=code_in(await two.say(ALICE, "link")))
    assert asked.title == "That would be too many accounts"


async def test_a_code_works_once(two: Sides) -> None:
    """A code that was used is worth nothing, and neither is one that was replaced by a newer one."""
    old = code_in(await two.say(ALICE, "link"))
    code = code_in(await two.say(ALICE, "link"))
    assert (await two.say(ALICE_TOO, "link", code=old)).title == WRONG
    asked = await two.say(ALICE_TOO, "link", code=f" {code.upper()} ")
    await two.press(ALICE_TOO, asked, YES)
    assert (await two.press(CAROL, asked, YES)).title == WRONG
    assert await two.rows(Code.digest) == []


async def test_who_made_the_code_is_told_when_it_links_and_not_before(
    two: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever confirms a code cannot do so behind its maker's back; a code looked at, or refused, is no news."""
    told: list[Notice] = []

    async def speak(_platform: str, _workspace: str, notice: Notice) -> None:
        assert await two.rows(Account.person), "told before it was saved"
        told.append(notice)

    monkeypatch.setattr(two.room.dispatcher, "speak", speak)
    asked = await two.say(CAROL, "link", code=code_in(await two.say(ALICE, "link")))
    assert told == []
    linked = await two.press(CAROL, asked, YES)
    assert linked.text.endswith("The other account was told so.")
    await two.press(CAROL, asked, YES)
    (notice,) = told
    assert notice.person == "21"
    assert "**name-of-T1.U41** on Slack entered the code" in notice.reply.text
    assert "`/unlink`" in notice.reply.text
    assert (await two.press(ALICE, await two.say(ALICE, "unlink"), "Separate it")).title.startswith(
        "This account is on its own"
    )


async def test_a_code_lives_ten_minutes(two: Sides) -> None:
    """After ten minutes a code is worth nothing, also when it was looked at before, and the tick forgets it."""
    code = code_in(await two.say(ALICE, "link"))
    asked = await two.say(ALICE_TOO, "link", code=code)
    two.room.clock.forward(minutes=10)
    assert (await two.press(ALICE_TOO, asked, YES)).title == WRONG
    assert (await two.say(ALICE_TOO, "link", code=code)).title == WRONG
    await two.room.tick(hours=1)
    assert await two.rows(Code.digest) == []
    assert await two.rows(Account.person) == []


async def test_a_code_can_be_neither_guessed_nor_read(two: Sides) -> None:
    """A code has 128 random bits, is answered privately and is in the database as a hash alone."""
    reply = await two.say(ALICE, "link")
    code = code_in(reply)
    assert reply.private
    assert len(bytes.fromhex(code)) == 16
    (row,) = await two.rows(Code)
    assert code not in str(row)
    assert code_in(await two.say(ALICE, "link")) != code
    wrong = await two.say(ALICE_TOO, "link", code=row.digest[:32])
    assert (wrong.title, "a typo" in wrong.text) == (WRONG, True)


async def test_codes_are_not_tried_by_the_thousand(two: Sides) -> None:
    """Whoever tries codes is told to wait."""
    titles = {(await two.say(CAROL, "link", code=f"{n:032x}")).title for n in range(40)}
    assert titles == {WRONG, "One moment, please"}


async def test_nothing_happens_before_it_is_confirmed(two: Sides) -> None:
    """Entering a code shows whose it is and what follows; the name that somebody chose is inert."""
    await two.say(ALICE, "done", item="docker")
    code = code_in(await two.say(ALICE, "link"))
    asked = await two.say(ALICE_TOO, "link", code=code)
    assert asked.private
    assert "**name-of-21** on Discord" in asked.text
    assert "delete everything of both" in asked.text
    assert await two.rows(Account.person) == []
    evil = replace(
        two.request(("discord", "22"), "link"), person=Person("22", "@everyone **x** [y](https://z.example)")
    )
    reply = await two.room.dispatcher.handle(evil)
    shown = await two.say(CAROL, "link", code=code_in(reply))
    assert "@everyone" not in shown.text
    assert "[y](" not in shown.text


async def test_ones_own_code_and_a_linked_account_change_nothing(two: Sides) -> None:
    """Who enters their own code, or links twice, is told so."""
    assert (
        await two.say(ALICE, "link", code=code_in(await two.say(ALICE, "link")))
    ).title == "That is your own code"
    await two.link()
    asked = await two.say(ALICE_TOO, "link", code=code_in(await two.say(ALICE, "link")))
    assert asked.title == "These accounts are linked already"
    assert "**name-of-T1.U21** on Slack" in (await two.say(ALICE, "link")).text


async def test_the_same_id_elsewhere_is_somebody_else(two: Sides) -> None:
    """An id that a platform shares with another platform by chance is another person."""
    await two.say(ALICE, "done", item="docker")
    await two.say(("slack", "21"), "done", item="python")
    assert sorted(await two.rows(Member.person)) == ["21", "slack:21"]
    assert "6 points" in (await two.say(ALICE, "progress")).text
    assert len(await groups_kept(two, ("slack", "21"))) == 1


async def groups_kept(two: Sides, who: Who) -> Any:
    """Read the groups in somebody's export."""
    return (await kept(two, who))["groups"]


async def kept(two: Sides, who: Who) -> Any:
    """Read somebody's export."""
    file = (await two.say(who, "mydata export")).attachment
    assert file is not None
    return json.loads(file.content)


async def test_the_export_has_everything_of_all_accounts(two: Sides) -> None:
    """/mydata export, by either account, has the groups of both, the accounts themselves and the code that waits."""
    await two.say(ALICE, "done", item="docker")
    await two.say(ALICE_TOO, "done", item="python")
    await two.link()
    code_in(await two.say(ALICE, "link"))
    found = await kept(two, ALICE_TOO)
    assert [(a["platform"], a["id"]) for a in found["linked"]] == [ALICE, ALICE_TOO]
    assert [[mark["title"] for mark in g["records"]] for g in found["groups"]] == [["Docker"], ["Python"]]
    assert [code["for"] for code in found["codes"]] == ["link"]
    assert (await kept(two, ALICE))["groups"] == found["groups"]
    await two.say(CAROL, "join")
    assert not {"linked", "codes"} & {what for what, kept in (await kept(two, CAROL)).items() if kept}


async def test_delete_takes_all_accounts_along(
    two: Sides, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/mydata delete, by either account, leaves neither of them anywhere, and a restored backup forgets both again."""
    monkeypatch.chdir(tmp_path)
    await two.room.database.write(erasures.replay)
    await two.say(ALICE, "done", item="docker")
    await two.say(ALICE_TOO, "done", item="python")
    await two.say(BOB, "done", item="docker")
    await two.say(ALICE, "preferences", study="book")
    await two.link()
    code_in(await two.say(ALICE_TOO, "link"))
    sure = await two.say(ALICE_TOO, "mydata delete")
    assert (
        "2 memberships, 2 records, your preferences, the link of 2 accounts and a code that nobody has entered"
        in sure.text
    )
    await two.press(ALICE_TOO, sure, "Delete it all")
    assert await two.rows(Member.person) == ["31"]
    assert await two.rows(Account.person) == await two.rows(Code.person) == []
    assert await two.rows(PreferenceRow.person) == []
    assert len(await two.rows(MarkRow.id)) == 1

    # As from a backup that was made before.
    now = two.room.clock()

    def restore(session: Any) -> int:
        for person in ("21", "slack:T1.U21", "31"):
            session.add(Account(person=person, same_as="x", name="a", linked_at=now))
        session.add(Member(group_id=two.room.group_id, person="slack:T1.U21", name="a", joined_at=now))
        notes.put(session, erasures.SEEN, "0")
        return erasures.replay(session)

    assert await two.room.database.write(restore) == 1
    assert await two.rows(Account.person) == await two.rows(Member.person) == ["31"]
