"""The board: /leaderboard."""

from datetime import timedelta

import pytest

from bot.core.request import Person
from tests.commands.asking import ask, ask_as, days, request, rows
from tests.conftest import DATABASES, World
from tests.talk import click, say

pytestmark = pytest.mark.databases(*DATABASES)


async def crowd(world: World, count: int) -> None:
    """Let many people finish something: the first half Docker for 12 points, the others an extra for 1."""
    for number in range(count):
        person = Person(str(9_000 + number), f"member {number:02}")
        item = "docker" if number < count // 2 else "docker-workshop"
        reply = await ask_as(world, request(world.bob, "done", item=item), person=person)
        assert reply.title.startswith("Recorded")


async def test_equal_points_share_a_rank_and_the_earlier_comes_first(group: World) -> None:
    """Ranks are 1, 2, 2, 4; of equals who had the points earlier stands first."""
    olivia, charlie = group.olivia, Person("77", "carol")
    await ask(group, group.bob, "done", item="docker")
    await group.forward(hours=1)
    await ask(group, olivia, "done", item="data-lineage-feature-stores")
    await ask_as(group, request(olivia, "done", item="docker-workshop"), person=charlie)
    await ask(group, group.alice, "done", item="python")
    said = await say(group.alice, "/leaderboard")
    assert said.text.splitlines() == [
        "🥇 **alice** · 60 points ← you",
        "🥈 bob · 12 points",
        "🥈 olivia · 12 points",
        "` 4` carol · 1 point",
    ]
    assert "4 members with points" in said.footer


async def test_an_empty_board_says_how_it_opens(group: World) -> None:
    """Without points there is a sentence about the time that is shown, and looking at it makes nobody a member."""
    said = await say(group.alice, "/leaderboard")
    assert "first `/done` opens the board" in said
    assert said.fields == {}
    assert said.buttons == ["This week", "This month", "Next"]
    assert not said.footer
    week, month = [await click(group.alice, said, label) for label in ("This week", "This month")]
    assert "Nobody has points this week yet" in week
    assert "Nobody has points this month yet" in month


async def test_pages_turn_by_buttons_in_place(group: World) -> None:
    """The buttons go through the pages in the same message, and ranks go on over the page's edge."""
    await crowd(group, 32)
    said = await say(group.alice, "/leaderboard")
    assert said.footer == "Page 1 of 4 · 32 members with points"
    assert said.buttons == ["More ▶", "This week", "This month", "Show everyone"]
    second = await click(group.alice, said, "More ▶")
    assert second.message is not None
    assert said.message is not None
    assert second.message.id == said.message.id
    lines = second.text.splitlines()
    assert lines[0].startswith("🥇 member 10")
    assert lines[-1].startswith("`17` member 19")
    last = await click(group.alice, await click(group.alice, second, "More ▶"), "More ▶")
    assert last.buttons == ["◀ Back", "This week", "This month", "Show everyone"]
    assert last.text.splitlines()[-1].startswith("`17` member 31")
    assert "Page 3 of 4" in (await click(group.alice, last, "◀ Back")).footer


async def test_a_page_beyond_the_last_is_the_last(group: World) -> None:
    """A page number that is too high shows the last page."""
    await crowd(group, 12)
    assert "Page 2 of 2" in (await say(group.alice, "/leaderboard", page=99)).footer


async def test_the_board_opens_where_you_are(group: World) -> None:
    """Far down one sees oneself between those before and after, and who leads; from there it goes up and down."""
    await crowd(group, 30)
    await group.forward(hours=1)
    await ask(group, group.alice, "done", item="docker-get-started")
    said = await say(group.alice, "/leaderboard")
    shown = said.text.splitlines()
    assert len(shown) == 10
    assert shown[-1] == "`16` **alice** · 1 point ← you"
    assert shown[-2] == "`16` member 29 · 1 point"
    assert said.fields["At the top"].splitlines()[0] == "🥇 member 00 · 12 points"
    assert said.footer == "31 members with points"
    assert said.buttons == ["Top", "◀ Higher", "This week", "This month", "Show everyone"]
    higher = await click(group.alice, said, "◀ Higher")
    assert [line.split(" · ")[0][-2:] for line in higher.text.splitlines()] == [f"{n}" for n in range(11, 21)]
    assert higher.fields["You"].splitlines()[-1] == "`16` **alice** · 1 point ← you"
    back = await click(group.alice, higher, "Where I am")
    assert back.text == said.text
    higher = await click(group.alice, back, "◀ Higher")
    assert (await click(group.alice, higher, "Lower ▶")).text == said.text
    top = await click(group.alice, back, "Top")
    assert top.footer == "Page 1 of 4 · 31 members with points"
    assert "Where I am" in top.buttons


async def test_you_are_shown_on_every_other_page_too(group: World) -> None:
    """A page by its number shows its reader beside it, between the neighbours."""
    await crowd(group, 30)
    await ask(group, group.alice, "done", item="docker-get-started")
    await ask(group, group.bob, "done", item="docker-workshop")
    assert len((await say(group.alice, "/leaderboard page:1")).fields["You"].splitlines()) == 3
    assert "You" not in (await say(group.alice, "/leaderboard page:4")).fields


async def test_whoever_stands_high_opens_the_first_page(group: World) -> None:
    """Near the top, around you is the first page."""
    await ask(group, group.alice, "done", item="python")
    await crowd(group, 30)
    said = await say(group.alice, "/leaderboard")
    assert said.footer == "Page 1 of 4 · 31 members with points"
    assert said.text.startswith("🥇 **alice** · 60 points ← you")


async def test_past_weeks_are_kept_for_ever(group: World) -> None:
    """Any past week can be looked at: -1 is the last one, and buttons go back and forth between them."""
    await days(group, 5)
    await ask(group, group.alice, "done", item="docker")
    await days(group, 14)
    await ask(group, group.bob, "done", item="terraform")
    assert "alice" not in (await say(group.alice, "/leaderboard window:week")).text
    last = await say(group.alice, "/leaderboard week:-1")
    assert last.title.startswith("Leaderboard of last week")
    assert "Nobody had points in that week" in last.text
    before = await click(group.alice, last, "Week before")
    assert before.title.startswith("Leaderboard of the week of 5 January 2026")
    assert "alice" in before.text
    assert (await click(group.alice, before, "Week after")).title == last.title
    assert "bob" in (await click(group.alice, before, "This week")).text
    await days(group, 7 * 60, step=7)
    assert "alice" in (await say(group.alice, "/leaderboard week:-62")).text


async def test_a_members_number_from_elsewhere_leads_nowhere(group: World) -> None:
    """A forged number of a member who is not on this board shows the board as it opens."""
    await crowd(group, 12)
    for forged in (1, 99_999):
        said = await ask(group, group.alice, "leaderboard", window="week", first=forged, last=forged)
        assert said.text.splitlines()


async def test_a_member_without_points_is_told_where_to_begin(group: World) -> None:
    """Who has joined and has no points reads what brings the first ones."""
    await crowd(group, 2)
    await say(group.alice, "/join")
    assert "No points yet" in (await say(group.alice, "/leaderboard")).fields["You"]


async def test_week_and_month_begin_at_the_groups_midnight(group: World) -> None:
    """The windows follow the group's zone: Monday and the first begin there, not in UTC."""
    await say(group.olivia, "/schedule timezone:Pacific/Auckland")
    # Auckland is 13 hours ahead: its Monday 5 January began on Sunday at 11:00 UTC.
    await group.env.advance_time(timedelta(days=3, hours=10, minutes=59).total_seconds())
    await ask(group, group.alice, "done", item="docker")
    await group.env.advance_time(120)
    await ask(group, group.bob, "done", item="terraform")
    week = await say(group.alice, "/leaderboard window:week")
    assert week.title.startswith("Leaderboard of this week")
    assert "bob" in week.text
    assert "alice" not in week.text
    assert "alice" in (await click(group.alice, week, "This month")).text
    # Its February began on 31 January at 11:00 UTC.
    await group.env.advance_time(timedelta(days=27).total_seconds())
    assert "Nobody has points" in await say(group.alice, "/leaderboard window:month")
    assert "alice" in await say(group.alice, "/leaderboard window:all")


async def test_another_zone_moves_nothing_that_was_recorded(group: World) -> None:
    """After the group's zone changes, older marks count for the week of the day that they were for."""
    await group.env.advance_time(timedelta(days=3, hours=12).total_seconds())
    await ask(group, group.alice, "done", item="docker")
    await group.env.advance_time(timedelta(days=1).total_seconds())
    before = rows(group, "SELECT * FROM score")
    await say(group.olivia, "/schedule timezone:Pacific/Auckland")
    assert "alice" not in (await say(group.bob, "/leaderboard window:week")).text
    assert rows(group, "SELECT * FROM score") == before


async def test_a_mark_counts_in_the_week_of_its_day(group: World) -> None:
    """What is recorded for a day before counts in that day's week and month, and its undo takes it from there."""
    await group.env.advance_time(timedelta(days=32).total_seconds())
    await say(group.alice, "/done docker on:today")
    await say(group.alice, "/done python on:2026-01-29")
    for window, points in (("week", 12), ("month", 12), ("all", 72)):
        assert f"alice** · {points} points" in (await say(group.alice, f"/leaderboard window:{window}")).text
    assert {period for (period,) in rows(group, "SELECT period FROM score")} == {
        *("all", "2026-W05", "2026-W06", "2026-01", "2026-02")
    }
    await say(group.alice, "/undo")
    assert {period for (period,) in rows(group, "SELECT period FROM score")} == {"all", "2026-W06", "2026-02"}


async def test_a_board_can_be_shown_to_everyone(group: World) -> None:
    """A board is private until its reader shows it; then nobody in it is "you", and it has no buttons."""
    await say(group.alice, "/done docker")
    said = await say(group.alice, "/leaderboard")
    assert said.private
    shown = await click(group.alice, said, "Show everyone")
    assert not shown.private
    assert "alice · 12 points" in shown
    assert "you" not in shown.text
    assert shown.buttons == []


async def test_whoever_shows_their_part_of_a_board_shows_who_leads_too(group: World) -> None:
    """What everyone reads from the middle of a board does not leave out those at its top."""
    await crowd(group, 32)
    await say(group.alice, "/done kubernetes-roadmap")
    await say(group.alice, "/undo")
    await say(group.alice, "/done docker-workshop")
    said = await say(group.alice, "/leaderboard")
    shown = await click(group.alice, said, "Show everyone")
    assert shown.fields == {"At the top": said.fields["At the top"]}
    assert shown.fields["At the top"].startswith("🥇 member 00")


async def test_whoever_is_hidden_sees_themselves_alone(group: World) -> None:
    """A hidden member is on nobody's board and in no count, and sees themselves where they would stand."""
    await crowd(group, 12)
    await ask(group, group.alice, "done", item="python")
    await say(group.alice, "/preferences board:hidden")
    await ask(group, group.alice, "done", item="docker-workshop")
    others = await say(group.bob, "/leaderboard")
    assert "alice" not in others
    assert "12 members with points" in others.footer
    mine = await say(group.alice, "/leaderboard")
    assert mine.text.splitlines()[0] == "🥇 **alice** · 61 points ← you"
    assert mine.text.splitlines()[1] == "🥇 member 00 · 12 points"
    assert "only you see yourself" in mine.fields["You"]
    assert "61 points, rank 1" in await say(group.alice, "/progress")
    assert "alice" not in await click(group.alice, mine, "Show everyone")
    assert "alice · " not in await say(group.alice, "/leaderboard page:1")
    await say(group.alice, "/preferences board:name")
    assert "🥇 alice · 61 points" in await say(group.bob, "/leaderboard")


async def test_whoever_is_hidden_first_joins_no_board_either(group: World) -> None:
    """What was chosen before joining holds from the first record on."""
    await say(group.alice, "/preferences board:hidden")
    await say(group.bob, "/preferences alias:Robin")
    for who in (group.alice, group.bob):
        await ask(group, who, "done", item="docker")
    assert (await say(group.olivia, "/leaderboard")).text == "🥇 Robin · 12 points"


async def test_an_alias_is_shown_instead_of_the_name(group: World) -> None:
    """Under an alias the name is on no board, and everybody, oneself too, reads the alias."""
    await ask(group, group.alice, "done", item="docker")
    await say(group.alice, "/preferences alias:Night Owl")
    assert "alice" not in await say(group.bob, "/leaderboard")
    assert "🥇 Night Owl · 12 points" in await say(group.bob, "/leaderboard")
    assert "**Night Owl** · 12 points ← you" in await say(group.alice, "/leaderboard")


async def test_a_new_name_is_learned_from_any_command(group: World) -> None:
    """Whoever is renamed stands on boards under the new name after their next command, whatever it is."""
    await ask(group, group.alice, "done", item="docker")
    renamed = Person(str(group.alice.id), "Alice B.")
    await ask_as(group, request(group.alice, "next"), person=renamed)
    assert "alice · 12" in (await say(group.bob, "/leaderboard")).text
    await group.app.tick()
    assert "Alice B. · 12 points" in (await say(group.bob, "/leaderboard")).text
