"""Weeks in a row: /streak."""

from tests.commands.asking import ask, days
from tests.conftest import World
from tests.talk import click, say

ITEMS = ("python-install-venv-ide", "learn-python-3", "leetcode", "linux-command-line", "docker-by-nana")


async def weeks(world: World, pattern: str) -> None:
    """Let weeks go by: in those drawn as x alice records something; then it is the Monday after them."""
    left = iter(ITEMS)
    for letter in pattern:
        if letter == "x":
            reply = await ask(world, world.alice, "done", item=next(left))
            assert reply.title.startswith("Recorded")
        await days(world, 7)


async def test_a_streak_forgives_one_week_and_says_which(prompted: World) -> None:
    """Weeks with a record count, a rest between them does not end it, and why tells each week in a line."""
    await weeks(prompted, "x-x")
    said = await say(prompted.alice, "/streak")
    assert said.title == "🔥 2 weeks in a row"
    assert said.private
    assert "Since the week of 5 January" in said.text
    assert "open until Sunday" in said.text
    assert "the next one is free from the week of 23 February" in said.text
    why = await click(prompted.alice, said, "Why?")
    assert why.fields["Week by week"].splitlines() == [
        "26 January: ⏳ nothing yet; it is not over",
        "19 January: ✅ 1 record",
        "12 January: 😴 nothing, and that was your rest",
        "5 January: ✅ 1 record",
    ]


async def test_two_weeks_without_end_it(prompted: World) -> None:
    """What was before two missing weeks in six is over, once; the best stays, and one can begin again."""
    await weeks(prompted, "xx--")
    said = await say(prompted.alice, "/streak why:yes")
    assert said.title == "No streak just now"
    assert "Your best: 2 weeks." in said.text
    assert said.fields["Week by week"].splitlines()[1:3] == [
        "26 January: ✖️ nothing",
        "19 January: ✖️ nothing; the streak before ends here",
    ]
    await ask(prompted, prompted.alice, "done", item=ITEMS[3])
    assert (await say(prompted.alice, "/streak")).title == "🔥 1 week in a row"


async def test_taking_a_record_back_takes_its_week_back(prompted: World) -> None:
    """A streak says what the marks say now: after /undo the week is open again."""
    await weeks(prompted, "x")
    await say(prompted.alice, "/done learn-python-3")
    assert "This week counts already" in await say(prompted.alice, "/streak")
    await say(prompted.alice, "/undo")
    said = await say(prompted.alice, "/streak")
    assert said.title == "🔥 1 week in a row"
    assert "You may rest this week" in said.text


async def test_pauses_and_being_away_are_passed_over(prompted: World) -> None:
    """Weeks in which the group paused, or the member was away, neither count nor end anything, also long after."""
    await weeks(prompted, "x")
    await say(prompted.olivia, "/pause")
    await days(prompted, 14)
    assert "This week is passed over: the group is paused" in await say(prompted.alice, "/streak")
    await say(prompted.olivia, "/resume")
    await days(prompted, 7)
    await say(prompted.alice, "/away 3 weeks")
    await days(prompted, 21)
    await say(prompted.alice, "/done learn-python-3")
    said = await say(prompted.alice, "/streak why:yes")
    assert said.title == "🔥 2 weeks in a row"
    lines = said.fields["Week by week"]
    assert lines.count("the group was paused") == 2
    assert lines.count("you were away") == 3
    assert lines.count("that was your rest") == 1
    assert "✖️" not in lines


async def test_a_pause_with_an_end_ends_there(prompted: World) -> None:
    """A pause until a day covers the days up to it and no more, and one that is changed has its new end."""
    await weeks(prompted, "x")
    await say(prompted.olivia, "/pause 2027-01-11")
    await say(prompted.olivia, "/pause 2 weeks")
    await days(prompted, 35)
    lines = (await say(prompted.alice, "/streak why:yes")).fields["Week by week"]
    assert lines.count("the group was paused") == 2
    assert lines.count("✖️") == 3


async def test_many_weeks_come_in_pages(prompted: World) -> None:
    """However long ago the first record is, an answer shows a dozen weeks and buttons lead to the others."""
    await weeks(prompted, "x" + "-" * 30)
    said = await say(prompted.alice, "/streak why:yes")
    assert len(said.fields["Week by week"].splitlines()) == 12
    assert said.footer == "Page 1 of 3"
    last = await click(prompted.alice, await click(prompted.alice, said, "Older ▶"), "Older ▶")
    assert last.fields["Week by week"].splitlines()[-1] == "5 January 2026: ✅ 1 record"
    assert "Older ▶" not in last.buttons


async def test_whoever_has_recorded_nothing_reads_how_it_begins(group: World) -> None:
    """Without a record there is no streak and no list, and looking makes nobody a member."""
    said = await say(group.alice, "/streak why:yes")
    assert said.title == "No streak just now"
    assert "a streak begins" in said.text
    assert list(said.fields) == ["How it counts"]
