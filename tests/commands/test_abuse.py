"""One person or one server that asks for too much: a kind answer for them, and nothing for anybody else to notice."""

import asyncio

import pytest

from bot.commands import quotas
from bot.core.troubles import TOO_FAST
from bot.core.turns import Turns
from tests.commands.asking import ask, days, dump, request, rows
from tests.conftest import DATABASES, World
from tests.talk import say

pytestmark = pytest.mark.databases(*DATABASES)


async def test_a_flood_gets_a_kind_answer_and_others_notice_nothing(group: World) -> None:
    """Of a thousand commands at once a few run and the others are told to wait, privately; bob is answered."""
    handle = group.app.dispatcher.handle
    flood = [handle(request(group.alice, "leaderboard")) for _ in range(1000)]
    *replies, bobs = await asyncio.gather(*flood, handle(request(group.bob, "next")))
    slowed = [reply for reply in replies if reply.title == TOO_FAST]
    assert len(slowed) == 1000 - group.app.dispatcher.turns.at_once
    assert all(reply.private and "Send it again in 1 second" in reply.text for reply in slowed)
    assert bobs.title == "Python"
    assert (await say(group.alice, "/next")).title == "Python"


async def test_what_costs_much_is_had_less_often(group: World) -> None:
    """A hundred files in a row are not written: after some there is a pause, and quick commands still go."""
    group.app.dispatcher.turns = Turns(clock=lambda: 0.0)
    await say(group.alice, "/join")
    titles = [(await ask(group, group.alice, "mydata export")).title for _ in range(100)]
    assert titles.count("Your data") == 29
    assert titles.count(TOO_FAST) == 71
    assert (await say(group.alice, "/next")).title == "Python"
    assert (await ask(group, group.bob, "mydata export")).title == "Nothing is kept about you"


async def test_what_came_too_fast_was_not_done(group: World) -> None:
    """A mark that was told to wait is not recorded, and the same one sent later is."""
    group.app.dispatcher.turns = Turns(most=1, clock=lambda: 0.0)
    await ask(group, group.alice, "join")
    before = dump(group)
    assert (await ask(group, group.alice, "done", item="docker")).title == TOO_FAST
    assert dump(group) == before
    group.app.dispatcher.turns = Turns()
    assert (await ask(group, group.alice, "done", item="docker")).title == "Recorded: Docker"


async def test_a_member_has_a_quota_of_records(group: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Done and taken back again and again ends at a number; others go on, and what is there stays."""
    monkeypatch.setattr(quotas, "MOST_MARKS", 4)
    for command in ("done", "undo", "done", "undo"):
        await ask(group, group.alice, command, item="docker")
    for command in ("done", "skip"):
        full = await ask(group, group.alice, command, item="docker")
        assert full.title == "That is not recorded any more"
        assert "4 records" in full.text
    assert rows(group, "SELECT count(*) FROM mark") == [(4,)]
    assert (await ask(group, group.bob, "done", item="docker")).title == "Recorded: Docker"


async def test_a_group_has_a_quota_of_members(group: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full group takes nobody new, by /join or by a mark; who is in stays in."""
    monkeypatch.setattr(quotas, "MOST_MEMBERS", 1)
    assert "You are in" in (await ask(group, group.alice, "join")).title
    for command in ("join", "done"):
        assert (await ask(group, group.bob, command, item="docker")).title == "This group is full"
    assert (await ask(group, group.alice, "done", item="docker")).title == "Recorded: Docker"
    assert (await ask(group, group.charlie, "setup")).title == "The study group is ready"
    assert "You are in" in (await ask(group, group.charlie, "join")).title


async def test_pausing_again_and_again_fills_nothing(group: World) -> None:
    """A pause that was shorter than a day counts for nobody and leaves no row; a real one stays on record, once."""
    for _ in range(20):
        for options in ({}, {"until": "2 weeks"}, {"until": "3 weeks"}):
            await ask(group, group.olivia, "pause", **options)
        assert rows(group, "SELECT count(*) FROM pause") == [(1,)]
        await ask(group, group.olivia, "resume")
    assert rows(group, "SELECT * FROM pause") == []
    await ask(group, group.olivia, "pause")
    await days(group, 1)
    await ask(group, group.olivia, "resume")
    for _ in range(3):
        await ask(group, group.olivia, "pause")
        await ask(group, group.olivia, "resume")
    assert rows(group, "SELECT count(*) FROM pause") == [(1,)]


async def test_a_server_has_a_quota_of_groups(group: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with all its groups gets no further one; another server does."""
    monkeypatch.setattr("bot.commands.setup.MOST_GROUPS", 2)
    await ask(group, group.olivia, "setup", group.random)
    further = await ask(group, group.olivia, "setup", group.guild.create_text_channel("third"))
    assert "2 study groups already" in further.text
    assert rows(group, "SELECT count(*) FROM study_group") == [(2,)]
    assert (await ask(group, group.charlie, "setup")).title == "The study group is ready"
