"""/preferences and /away: what people choose for themselves."""

import json
from typing import Any

import pytest

from tests.commands.asking import ask, rows
from tests.conftest import World
from tests.talk import click, fill_in, say, suggestions

KEPT = "SELECT study, zone, board, alias, reminders, quiet_from, quiet_to FROM preference"


def kept(world: World) -> list[tuple[Any, ...]]:
    """The rows of the table without keys."""
    return rows(world, KEPT)


async def test_without_options_it_shows_what_is_set(group: World) -> None:
    """Looking changes nothing and says how it is, and makes nobody a member."""
    said = await say(group.alice, "/preferences")
    assert said.title == "Your preferences"
    assert "whatever is shortest" in said
    assert "the group's, UTC" in said
    assert "in the channel" in said
    assert said.private
    assert rows(group, "SELECT * FROM preference") == rows(group, "SELECT * FROM member") == []


async def test_everything_can_be_set_by_command(group: World) -> None:
    """Each option is kept, and what is not named stays as it was."""
    said = await say(
        group.alice,
        "/preferences study:hands-on timezone:Asia/Tokyo board:alias alias:Night Owl reminders:dm",
    )
    assert said.title == "Your preferences are changed"
    assert "as **Night Owl**" in said
    said = await say(group.alice, "/preferences", quiet_from="10 pm")
    assert "22:00 to 08:00" in said
    assert kept(group) == [("hands-on", "Asia/Tokyo", "alias", "Night Owl", "dm", 1320, 480)]
    await say(group.alice, "/preferences", timezone="group", quiet_to="off", study="any")
    assert kept(group) == [("any", "", "alias", "Night Owl", "dm", None, None)]


async def test_everything_can_be_set_by_buttons(group: World) -> None:
    """Each button opens a form with what is set now and what can be chosen, and sends what was typed."""
    said = await say(group.alice, "/preferences")
    form = await click(group.alice, said, "Study and time zone")
    said = await fill_in(group.alice, form, study="video", timezone="berlin")
    form = await click(group.alice, said, "Boards")
    said = await fill_in(group.alice, form, board="hidden", alias="Owl")
    form = await click(group.alice, said, "Reminders")
    await fill_in(group.alice, form, reminders="off", quiet_from="21:30", quiet_to="7")
    assert kept(group) == [("video", "Europe/Berlin", "hidden", "Owl", "off", 1290, 420)]
    again = await click(group.alice, said, "Study and time zone")
    assert again.form is not None
    shown = json.dumps(again.form.modal)
    assert '"value": "Courses and videos"' in shown
    assert "Whatever is shortest, Books and articles, Courses and videos or Hands-on" in shown
    assert '"Europe/Berlin"' in shown
    assert '"Time zone"' in shown


async def test_an_alias_alone_is_meant_to_be_shown(group: World) -> None:
    """An alias without a word about the board shows it, except for somebody who is hidden."""
    await say(group.alice, "/preferences", alias="Owl")
    await say(group.bob, "/preferences", board="hidden")
    await say(group.bob, "/preferences", alias="Fox")
    assert rows(group, "SELECT board, alias FROM preference ORDER BY alias") == [
        ("hidden", "Fox"),
        ("alias", "Owl"),
    ]


async def test_nobody_stands_on_the_board_in_somebody_elses_name(group: World) -> None:
    """An alias is, and looks like, nobody else's name or alias here; one's own may be, and that of one who left."""
    await say(group.bob, "/join")
    await say(group.alice, "/preferences alias:Night Owl")
    await say(group.alice, "/join")
    assert "goes by that name already" in await say(group.alice, "/preferences alias:BOB")
    assert "goes by that name already" in await say(group.bob, "/preferences alias:night owl")
    for name in ("night оwl", "Night  0wl", "Nıght-Owl", "ΝIGHT OWL"):
        assert "looks like it" in await say(group.bob, "/preferences", alias=name), name
    assert (await say(group.bob, "/preferences alias:Bob")).title == "Your preferences are changed"
    await say(group.alice, "/leave")
    assert (await say(group.bob, "/preferences alias:Night Owl")).title == "Your preferences are changed"


@pytest.mark.parametrize(
    "typed, says",
    [
        ({"board": "alias"}, "Choose an **alias** too"),
        ({"quiet_from": "8:00"}, "would be no hours"),
        ({"quiet_from": "late"}, "did not recognise that time"),
        ({"timezone": "Atlantis"}, "do not know that time zone"),
        ({"board": "secret"}, "can be: Your name, An alias, Hidden"),
    ],
)
async def test_what_means_nothing_changes_nothing(group: World, typed: dict[str, Any], says: str) -> None:
    """A refusal says what to type instead, and nothing is kept of the rest either."""
    reply = await ask(group, group.alice, "preferences", study="book", **typed)
    assert says in reply.text
    assert kept(group) == []


async def test_zones_and_quiet_hours_are_suggested(group: World) -> None:
    """The way back to the usual comes first, then zones and times."""
    assert (await suggestions(group.alice, "preferences", "timezone", ""))[0] == "group"
    assert "Europe/Berlin" in await suggestions(group.alice, "preferences", "timezone", "berl")
    assert (await suggestions(group.alice, "preferences", "quiet_from", ""))[0] == "off"
    assert "22:00" in await suggestions(group.alice, "preferences", "quiet_from", "22")


async def test_they_hold_in_every_group_of_the_server_and_nowhere_else(group: World) -> None:
    """A person has one row in a workspace, whatever channel they are in, and none in another workspace."""
    await say(group.olivia, "/setup", group.random)
    lounge = group.guild.create_text_channel("lounge")
    for place in (group.study, group.random, lounge):
        await say(group.alice, "/preferences", place, study="book")
        assert "books and articles" in await say(group.alice, "/preferences", lounge)
    assert len(kept(group)) == 1


async def test_away_and_back(group: World) -> None:
    """By command or button somebody is away until a day, sees that, and is back when they say so."""
    said = await say(group.alice, "/away")
    assert said.title == "You are not away"
    said = await click(group.alice, said, "1 week")
    assert said.title == "You are away until Thursday 8 January 🌴"
    assert (
        await say(group.alice, "/away until:2026-01-20")
    ).title == "You are away until Tuesday 20 January 🌴"
    assert "until Tuesday 20 January" in await say(group.alice, "/preferences")
    await group.env.advance_time(3 * 24 * 3600)
    form = await click(group.alice, await say(group.alice, "/away"), "Another day")
    said = await fill_in(group.alice, form, until="1 week")
    assert said.title == "You are away until Sunday 11 January 🌴"
    said = await click(group.alice, said, "I'm back")
    assert said.title == "Welcome back 👋"
    assert rows(group, "SELECT first_day, back_on FROM away") == [("2026-01-01", "2026-01-04")]


async def test_a_day_is_one_of_the_persons_own_calendar(group: World) -> None:
    """Where it is Friday already, a week away begins and ends a day later."""
    await say(group.alice, "/preferences timezone:Pacific/Auckland")
    await group.env.advance_time(12 * 3600)
    await say(group.alice, "/away until:1 week")
    assert rows(group, "SELECT first_day, back_on FROM away") == [("2026-01-02", "2026-01-09")]


async def test_a_day_that_has_passed_is_no_day_to_be_back(group: World) -> None:
    """What can't be meant is refused with an example."""
    for text in ("2025-12-31", "whenever", "9 years"):
        assert (await say(group.alice, "/away", until=text)).title == "Not changed yet"
    assert rows(group, "SELECT * FROM away") == []


async def test_mydata_tells_and_deletes_them(group: World) -> None:
    """Somebody who is in no group and only chose something has that in their file, and can have it deleted."""
    await say(group.alice, "/preferences study:book alias:Owl")
    await say(group.alice, "/away until:1 week")
    file = (await ask(group, group.alice, "mydata export")).attachment
    assert file is not None
    told = json.loads(file.content)
    assert (told["preferences"][0]["alias"], told["away"][0]["back_on"]) == ("Owl", "2026-01-08")
    asked = await say(group.alice, "/mydata delete")
    assert "your preferences" in asked
    await click(group.alice, asked, "Delete it all")
    assert rows(group, "SELECT * FROM preference") == rows(group, "SELECT * FROM away") == []
