"""Recording: /done, /skip and /undo."""

import pytest
from simcord import OptionError

from tests.commands.asking import ask, rows
from tests.conftest import DATABASES, World
from tests.talk import Said, click, say, suggestions

pytestmark = pytest.mark.databases(*DATABASES)


def marks(world: World) -> list[tuple[str, int]]:
    """What was recorded, oldest first: the act and the points."""
    return rows(world, "SELECT act, points FROM mark ORDER BY id")


async def board(world: World) -> list[str]:
    """The lines of the board, without who asks."""
    return (await say(world.bob, "/leaderboard")).text.replace(" ← you", "").splitlines()


async def test_done_says_what_it_added_and_what_is_next(group: World) -> None:
    """One /done is one mark; the answer names the points, the next step and how far one is."""
    said = await say(group.alice, "/done docker")
    assert said.title == "Recorded: Docker"
    assert "+12 points" in said
    assert "Next: [" in said
    assert "1 of 14 topics done" in said.footer
    assert said.buttons == ["Next", "Undo", "Leaderboard"]
    assert said.private
    assert marks(group) == [("finished", 12)]


async def test_done_again_says_already(group: World) -> None:
    """The second /done of a topic or a resource changes nothing and says since when it is recorded."""
    for item in ("docker", "kodekloud-kubernetes", "leetcode"):
        await ask(group, group.alice, "done", item=item)
    before = marks(group)
    said = await say(group.alice, "/done docker")
    assert said.title == "Already recorded: Docker"
    assert "on 1 January 2026" in said
    assert "Your hours were not added" in await say(group.alice, "/done docker hours:2")
    assert "Your hours and note were not added" in await say(group.alice, "/done docker hours:2 note:late")
    assert (await say(group.alice, "/done leetcode")).title.startswith("Already recorded")
    assert marks(group) == before


async def test_done_without_an_item_is_the_current_topic(group: World) -> None:
    """/done alone finishes the topic that one is on, then the one after it."""
    assert (await say(group.alice, "/done")).title == "Recorded: Python"
    assert (await say(group.alice, "/done")).title.startswith("Recorded: Bash Basics")


async def test_a_topic_after_its_resources_brings_only_the_rest(group: World) -> None:
    """The steps that finish a topic share its hours, and what is more than it needs brings a point."""
    assert "+30 points" in await say(group.alice, "/done leetcode")
    assert "+30 points" in await say(group.alice, "/done python")
    after = await say(group.alice, "/done python-crash-course")
    assert "+0 points, its points came with the topic" in after
    assert "+1 point" in await say(group.alice, "/done learn-python-3")
    assert "61 points" in (await board(group))[0]


async def test_the_last_resource_completes_its_topic(group: World) -> None:
    """With what it asks for done a topic is done, and recording it says so without another mark."""
    said = await say(group.alice, "/done docker-by-nana")
    assert "That completes **Docker**" in said
    assert "+12 points" in said
    again = await say(group.alice, "/done docker")
    assert "What it asks for is done" in again
    assert len(marks(group)) == 1
    assert "1 of 14 topics" in await say(group.alice, "/progress")
    await say(group.alice, "/undo")
    assert "0 of 14 topics" in await say(group.alice, "/progress")


async def test_the_exercise_can_be_recorded(group: World) -> None:
    """By its key, by its name or by a button of More, it finishes a topic that asks for any one thing."""
    more = await click(group.alice, await say(group.alice, "/next docker"), "More")
    assert "3. Docker: exercise" in more
    said = await click(group.alice, more, "Done: 3")
    assert said.title == "Recorded: Docker: exercise"
    assert "That completes **Docker**" in said
    for typed in ("docker exercise", "docker.exercise", "Docker: exercise"):
        assert (await say(group.alice, "/done", item=typed)).title == "Already recorded: Docker: exercise"
    assert "terraform.exercise" in await suggestions(group.alice, "done", "item", "terraform exer")
    assert "terraform.exercise" not in await suggestions(group.alice, "done", "item", "terraform")


async def test_next_follows_what_the_member_likes(group: World) -> None:
    """The way that /next offers begins with what somebody learns from best; the others are one click away."""
    assert "Applied Machine Learning" not in await say(group.alice, "/next ml-fundamentals")
    await say(group.alice, "/preferences study:book")
    said = await say(group.alice, "/next ml-fundamentals")
    assert "Applied Machine Learning" in said
    more = await click(group.alice, said, "More")
    assert "1. [Applied Machine Learning" in more
    assert "mlcourse" in more


async def test_an_ambiguous_text_offers_buttons_that_work(group: World) -> None:
    """What could be several things records nothing and asks; the button records with the hours that were typed."""
    said = await say(group.alice, "/done", item="introduction", hours=2.5)
    assert said.title == "Which one do you mean?"
    assert "Nothing was recorded yet" in said
    assert len(said.buttons) > 1
    assert marks(group) == []
    done = await click(group.alice, said, said.buttons[0])
    assert done.title.startswith("Recorded: ")
    assert rows(group, "SELECT hours FROM mark") == [(2.5,)]


async def test_a_note_is_never_lost_silently(group: World) -> None:
    """A note does not travel with the buttons of a question, and the question says so."""
    said = await say(group.alice, "/done", item="introduction", note="Layers are cached")
    assert said.title == "Which one do you mean?"
    assert "can't carry your note" in said
    assert "note" not in (await say(group.alice, "/done", item="introduction")).text
    await ask(group, group.olivia, "setup", group.random)
    lounge = group.guild.create_text_channel("lounge")
    which = await say(group.alice, "/done", lounge, item="docker", note="Layers are cached")
    assert which.title == "Which group do you mean?"
    assert "can't carry your note" in which


@pytest.mark.parametrize(
    "typed,found",
    [
        ("Docker", "Docker"),
        ("DOCKER", "Docker"),
        ("dokcer", "Docker"),
        ("terrafrm", "Infrastructure as Code: Terraform"),
        ("kubernets", "Kubernetes"),
        ("Infrastructure as Code: Terraform", "Infrastructure as Code: Terraform"),
    ],
)
async def test_a_typed_text_is_matched_by_key_title_and_likeness(
    group: World, typed: str, found: str
) -> None:
    """What was typed and not chosen is matched: exact key, then exact title, then with a typing mistake."""
    assert (await say(group.alice, "/done", item=typed)).title.startswith(f"Recorded: {found}")


async def test_nothing_alike_says_where_to_look(group: World) -> None:
    """A text that fits nothing records nothing and shows the way to the list."""
    said = await say(group.alice, "/done sourdough bread")
    assert said.title.startswith("Nothing called")
    assert marks(group) == []
    assert "MLOps Engineer" in await click(group.alice, said, "Show the roadmap")


async def test_suggestions_begin_with_what_one_is_on(group: World) -> None:
    """An empty box offers the current topic first, and a mistyped word still finds its topic."""
    assert (await suggestions(group.alice, "done", "item", ""))[0] == "python"
    await say(group.alice, "/done")
    assert (await suggestions(group.alice, "done", "item", ""))[0] == "bash-and-editors"
    for typed in ("dcker", "dockre", "docter"):
        assert "docker" in (await suggestions(group.alice, "skip", "item", typed))[:3]


async def test_hours_and_a_note_are_kept(group: World) -> None:
    """Hours and a note of up to 500 characters are recorded with the mark; a longer one Discord refuses."""
    said = await say(group.alice, "/done", item="docker", hours=2.5, note="n" * 500)
    assert "2.5 h" in said
    assert "your note is kept" in said
    assert rows(group, "SELECT hours, note FROM mark") == [(2.5, "n" * 500)]
    with pytest.raises(OptionError):
        await say(group.alice, "/done", item="python", note="n" * 501)
    await ask(group, group.alice, "done", item="python", note="n" * 501)
    ((longest,),) = rows(group, "SELECT max(length(note)) FROM mark")
    assert longest == 500


@pytest.mark.parametrize("hours", [-1, 501, "nan", "inf", "many"])
async def test_hours_out_of_bounds_record_nothing(group: World, hours: float | str) -> None:
    """Hours that cannot be meant are refused with the bounds, also where no platform has checked them."""
    assert "between 0 and 500" in (await ask(group, group.alice, "done", item="docker", hours=hours)).text
    assert marks(group) == []


async def test_what_is_skipped_can_be_done_later(group: World) -> None:
    """/skip leaves a topic out of /next without points; /done takes it all the same."""
    said = await say(group.alice, "/skip")
    assert said.title == "Left out: Python"
    assert "Nobody has points" in await say(group.bob, "/leaderboard")
    assert (await say(group.alice, "/next")).title.startswith("Bash Basics")
    assert (await say(group.alice, "/skip python")).title == "Already left out: Python"
    assert "+60 points" in await say(group.alice, "/done python")
    assert (await say(group.alice, "/skip python")).title == "You have done that already"


async def test_undo_takes_back_one_after_the_other_and_skips_too(group: World) -> None:
    """/undo walks back through every record, marks and skips alike, until nothing is left."""
    for command in ("/done docker", "/skip python", "/done leetcode"):
        await say(group.alice, command)
    titles = [(await say(group.alice, "/undo")).title for _ in range(4)]
    assert titles[0] == "Taken back: LeetCode problems"
    assert titles[1:] == ["Taken back: Python", "Taken back: Docker", "Nothing to take back"]
    assert (await say(group.alice, "/next")).title == "Python"
    assert "0 of 14 topics, 0 of 38" in await say(group.alice, "/progress")


async def test_undo_puts_the_board_back(group: World) -> None:
    """After /undo every window of the board is what it was before the mark."""
    await ask(group, group.bob, "done", item="python")
    await ask(group, group.alice, "done", item="docker")
    before = rows(group, "SELECT * FROM score ORDER BY period, member_id")
    await ask(group, group.alice, "done", item="kubernetes")
    await ask(group, group.alice, "undo")
    assert rows(group, "SELECT * FROM score ORDER BY period, member_id") == before


async def test_an_old_undo_button_takes_back_only_its_own_mark(group: World) -> None:
    """The Undo under an answer is about that record: it never takes back another one, and works once."""
    first = await say(group.alice, "/done docker")
    await say(group.alice, "/done python")
    assert (await click(group.alice, first, "Undo")).title == "Taken back: Docker"
    assert (await click(group.alice, first, "Undo")).title == "Nothing to take back"
    assert (await say(group.alice, "/undo")).title == "Taken back: Python"


async def test_a_part_is_not_taken_back_under_the_mark_that_finished_the_topic(group: World) -> None:
    """Taken back one by one from the history, nothing stays finished that was not."""
    part = await say(group.alice, "/done leetcode")
    await say(group.alice, "/done python-crash-course")
    said = await click(group.alice, part, "Undo")
    assert said.title == "Another record comes first"
    assert (await click(group.alice, said, "Undo that")).title.startswith("Taken back: Python Crash Course")
    assert (await click(group.alice, part, "Undo")).title == "Taken back: LeetCode problems"
    assert "0 of 14 topics, 0 of 38" in await say(group.alice, "/progress")


async def test_nothing_to_undo_is_said_kindly(group: World) -> None:
    """/undo by somebody without records makes nobody a member."""
    said: Said = await say(group.alice, "/undo")
    assert said.title == "Nothing to take back"
    assert rows(group, "SELECT * FROM member") == []


async def test_a_day_before_can_be_recorded(group: World) -> None:
    """A mark for an earlier day says so, keeps when it was recorded, and that day is shown afterwards."""
    await group.env.advance_time(3 * 24 * 3600)
    said = await say(group.alice, "/done", item="docker", on="yesterday")
    assert "for Saturday 3 January" in said
    ((day, at),) = rows(group, "SELECT day, at FROM mark")
    assert (str(day), str(at)[:10]) == ("2026-01-03", "2026-01-04")
    assert "You finished it on 3 January 2026" in await say(group.alice, "/done docker")
    assert "for " not in (await say(group.alice, "/done", item="python", on="today")).text.splitlines()[0]


async def test_today_is_the_members_own(group: World) -> None:
    """Without a day it is the one of the member's calendar, and yesterday is the one before it."""
    await say(group.alice, "/preferences timezone:Pacific/Kiritimati")
    await say(group.bob, "/preferences timezone:Pacific/Pago_Pago")
    for who in (group.alice, group.bob):
        await say(who, "/done docker")
        await say(who, "/done", item="python", on="yesterday")
    assert [str(day) for (day,) in rows(group, "SELECT day FROM mark ORDER BY id")] == [
        *("2026-01-01", "2025-12-31", "2025-12-31", "2025-12-30")
    ]


@pytest.mark.parametrize("on", ["tomorrow", "2027-01-01", "40 days ago", "someday"])
async def test_a_day_that_can_not_be_records_nothing(group: World, on: str) -> None:
    """A day to come, one too long ago, and none at all are refused with what to type."""
    said = await say(group.alice, "/done", item="docker", on=on)
    assert said.title == "Not recorded yet"
    assert marks(group) == []


async def test_days_are_suggested(group: World) -> None:
    """Today and yesterday come first."""
    assert (await suggestions(group.alice, "done", "on", ""))[:2] == ["today", "yesterday"]
