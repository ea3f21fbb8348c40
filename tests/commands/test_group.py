"""The group together: /group."""

import pytest

from bot.commands import group as group_command
from bot.core.request import Person
from tests.commands.asking import ask, ask_as, days, request
from tests.conftest import World
from tests.talk import click, say


async def test_a_group_without_members_says_how_one_joins(group: World) -> None:
    """Before anybody is in, there is a sentence and no list, and looking makes nobody a member."""
    said = await say(group.alice, "/group")
    assert "Nobody has joined yet" in said.text
    assert said.title.endswith("0 members")
    assert said.fields == {}


async def test_it_shows_who_is_where_and_what_the_week_brought(prompted: World) -> None:
    """Members stand by the topic that they are on; the group's topic and this week's records are counted."""
    await say(prompted.olivia, "/join")
    await ask(prompted, prompted.alice, "done", item="python")
    await ask(prompted, prompted.alice, "done", item="linux-command-line")
    await ask(prompted, prompted.bob, "done", item="docker")
    said = await say(prompted.bob, "/group")
    assert said.private
    assert said.title == "MLOps Engineer Skillset · 3 members"
    assert "topic 1 of 14. 1 has finished it, nobody is on the way." in said.text
    assert "This week: 3 records by 2 members" in said.text
    await days(prompted, 3)
    assert "1 has finished it, nobody is on the way." in prompted.posts()[-1].text
    where = said.fields["Who is where"].splitlines()
    assert any("2 · olivia and bob" in line or "2 · bob and olivia" in line for line in where)
    assert any(line.endswith("1 · alice") for line in where)
    shown = await click(prompted.bob, said, "Show everyone")
    assert not shown.private
    assert shown.buttons == []


async def test_its_picture_counts_as_people_do(prompted: World) -> None:
    """One record is a record, and two are records."""
    for item, label in (("docker", "record this week"), ("python", "records this week")):
        await ask(prompted, prompted.alice, "done", item=item)
        reply = await ask(prompted, prompted.alice, "group")
        assert reply.picture is not None
        assert label in [fact.label for fact in reply.picture.scene.facts]


async def test_who_is_hidden_is_counted_without_a_name(prompted: World) -> None:
    """The choice for boards holds here too: hidden members are a number, an alias stands for a name."""
    for who in (prompted.alice, prompted.bob):
        await ask(prompted, who, "done", item="python")
    await say(prompted.alice, "/preferences board:hidden")
    await say(prompted.bob, "/preferences alias:Robin")
    said = await say(prompted.olivia, "/group")
    assert "alice" not in said
    assert "bob" not in said
    assert "2 have finished it" in said.text
    assert "2 · Robin and 1 other" in said.fields["Who is where"]


async def test_who_left_is_nowhere(prompted: World) -> None:
    """A member who left is neither named nor counted."""
    await ask(prompted, prompted.alice, "done", item="python")
    await say(prompted.alice, "/leave")
    await say(prompted.bob, "/join")
    said = await say(prompted.bob, "/group")
    assert said.title.endswith("1 member")
    assert "alice" not in said


async def test_many_members_are_a_few_names_and_a_number(prompted: World) -> None:
    """A line names a few and counts the others."""
    for number in range(9):
        person = Person(str(9_000 + number), f"member {number}")
        await ask_as(prompted, request(prompted.bob, "join"), person=person)
    said = await say(prompted.bob, "/group")
    assert said.fields["Who is where"].endswith("member 5 and 3 others")


async def test_a_huge_group_says_whose_places_it_shows(
    prompted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a number of members the places are those of the first ones, which is said; everybody is counted."""
    monkeypatch.setattr(group_command, "MOST", 2)
    for who in (prompted.alice, prompted.bob, prompted.olivia):
        await say(who, "/join")
    said = await say(prompted.bob, "/group")
    assert said.title.endswith("3 members")
    assert said.footer == "The places are those of the first 2 members."
    assert "olivia" not in said
