"""Running a group: /schedule, /pause and /resume."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.commands.asking import FIRST_PROMPT, ask, days, rows
from tests.commands.test_posting import lock
from tests.conftest import World
from tests.talk import click, say, suggestions


async def test_schedule_alone_only_shows(group: World) -> None:
    """/schedule without options shows the plan and changes nothing."""
    before = rows(group, "SELECT * FROM study_group")
    said = await say(group.olivia, "/schedule")
    assert said.title == "The schedule"
    assert "Monday 5 January, 09:00" in said
    assert rows(group, "SELECT * FROM study_group") == before


async def test_every_option_of_schedule_is_taken(group: World) -> None:
    """Day, time, zone, pace, reminder day and reminder time are used, shown, and posted by."""
    said = await say(
        group.olivia,
        "/schedule",
        day="sunday",
        time="08:15",
        timezone="Asia/Tokyo",
        pace="20 hours a week",
        reminder_day="friday",
        reminder_time="noon",
    )
    assert said.title == "The schedule is changed"
    assert "**Sunday at 08:15**" in said
    assert "**Friday at 12:00**" in said
    assert "Asia/Tokyo" in said
    assert "20 hours a week" in said
    assert "• Sunday 4 January, 08:15: **Python**, week 1 of 3" in said
    await group.forward(days=2, hours=23)
    assert group.posts() == []
    await group.forward(minutes=20)
    assert [post.title for post in group.posts()] == ["Topic 1 of 14 · Python · week 1 of 3"]


@pytest.mark.parametrize(
    "options,hint",
    [
        ({"time": "half past nine"}, "09:00"),
        ({"timezone": "Berlinn"}, "Europe/Berlin"),
        ({"pace": "0"}, "hours a week"),
        ({"pace": "fast"}, "topic"),
        ({"reminder_time": "24:00"}, "09:00"),
        ({"day": "tuesday", "time": "nonsense"}, "09:00"),
    ],
)
async def test_a_wrong_value_changes_nothing(group: World, options: dict[str, str], hint: str) -> None:
    """What is not understood is answered with an example, and what was right beside it is not applied either."""
    before = rows(group, "SELECT * FROM study_group")
    said = await say(group.olivia, "/schedule", **options)
    assert said.title == "Not changed yet"
    assert hint in said
    assert rows(group, "SELECT * FROM study_group") == before


async def test_a_day_that_is_not_one_is_refused_with_the_choices(group: World) -> None:
    """Where no platform checked the choice, the answer lists what can be chosen."""
    reply = await ask(group, group.olivia, "schedule", day="someday")
    assert "Monday, Tuesday" in reply.text


async def test_while_paused_nothing_is_posted_and_the_plan_shifts(prompted: World) -> None:
    """A pause without an end lasts until /resume, which posts nothing by itself; no topic is lost."""
    said = await say(prompted.olivia, "/pause")
    assert "until you say `/resume`" in said
    await days(prompted, 14)
    assert len(prompted.posts()) == 1
    assert "Paused" in await say(prompted.olivia, "/status")
    assert (await say(prompted.alice, "/done docker")).title == "Recorded: Docker"
    resumed = await click(prompted.olivia, said, "Resume")
    assert resumed.title == "The group goes on"
    assert "Monday 26 January, 09:00: **Bash" in resumed
    await prompted.forward(hours=1)
    assert len(prompted.posts()) == 1
    await days(prompted, 7)
    assert [post.title.split(" of")[0] for post in prompted.posts()] == ["Topic 1", "Topic 2"]


async def test_a_pause_with_a_date_ends_by_itself(prompted: World) -> None:
    """/pause until a date goes on by itself at the first time after that date."""
    said = await say(prompted.olivia, "/pause 2026-01-20")
    assert "until **Tuesday 20 January**." in said
    status = await say(prompted.olivia, "/status")
    assert "Paused until Tuesday 20 January" in status
    assert "Monday 26 January, 09:00: **Bash" in status
    await days(prompted, 20)
    assert len(prompted.posts()) == 1
    await days(prompted, 1)
    assert prompted.posts()[-1].title.startswith("Topic 2 of 14")


@pytest.mark.parametrize("timezone", ["America/Los_Angeles", "Asia/Tokyo"])
async def test_a_pause_ends_with_its_date_in_whatever_zone(prompted: World, timezone: str) -> None:
    """A group that moves to another zone while it is paused goes on with the date that was said, there."""
    await say(prompted.olivia, "/pause 2026-01-19")
    said = await say(prompted.olivia, "/schedule", timezone=timezone)
    assert "Monday 19 January" in said
    [(end,)] = rows(prompted, "SELECT paused_until FROM study_group")
    midnight = datetime(2026, 1, 19, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    assert end == f"{midnight:%Y-%m-%d %H:%M:%S}.000000"


async def test_the_day_of_the_date_is_no_longer_paused(prompted: World) -> None:
    """A pause until a Monday lets that Monday's topic be posted."""
    await say(prompted.olivia, "/pause 2 weeks")
    await days(prompted, 13)
    await prompted.forward(hours=23)
    assert len(prompted.posts()) == 1
    await prompted.forward(hours=1)
    assert len(prompted.posts()) == 2


@pytest.mark.parametrize("until", ["yesterday", "today", "2020-01-01", "2031-01-01", "31 February", "soon"])
async def test_a_date_that_is_none_does_not_pause(group: World, until: str) -> None:
    """A date that is not understood, past or too far ahead changes nothing and says how to write one."""
    said = await say(group.olivia, "/pause", until=until)
    assert said.title == "Not changed yet"
    assert "2026-01-01" not in said, "today is no end of a pause"
    assert rows(group, "SELECT state FROM study_group") == [("active",)]


async def test_pause_suggests_spans(group: World) -> None:
    """Typing into until offers weeks."""
    assert "2 weeks" in await suggestions(group.olivia, "pause", "until", "2")


async def test_resuming_what_runs_says_so(group: World) -> None:
    """/resume of a running group changes nothing."""
    before = rows(group, "SELECT * FROM study_group")
    assert (await say(group.olivia, "/resume")).title == "The group is running already"
    assert rows(group, "SELECT * FROM study_group") == before


async def test_prompt_posts_at_once_after_a_pause(prompted: World) -> None:
    """After /resume, /prompt posts the shifted topic at once."""
    await say(prompted.olivia, "/pause")
    await days(prompted, 9)
    resumed = await say(prompted.olivia, "/resume")
    assert (await click(prompted.olivia, resumed, "Post this week's topic now")).title == "Posted 📌"
    assert prompted.posts()[-1].title.startswith("Topic 2 of 14")


async def test_a_week_without_a_prompt_has_no_reminder(group: World) -> None:
    """A reminder belongs to a prompt: before the first one, and in a week that was paused, there is none."""
    await say(group.olivia, "/schedule reminder_day:friday")
    await days(group, 3)
    assert group.posts() == []
    await days(group, 2)
    await say(group.olivia, "/pause")
    await days(group, 7)
    await say(group.olivia, "/resume")
    await days(group, 6)
    assert [post.title.split(" of")[0] for post in group.posts()] == ["Topic 1"]


async def test_a_change_between_the_firing_and_the_tick_loses_nothing(group: World) -> None:
    """When /setup or /schedule comes seconds after the firing and before the tick, the week's topic is still posted."""
    await group.env.advance_time(FIRST_PROMPT * 24 * 3600 + 5)
    await say(group.olivia, "/setup")
    await say(group.olivia, "/schedule reminder_day:friday")
    await group.app.tick()
    assert [post.title for post in group.posts()] == ["Topic 1 of 14 · Python"]
    await group.env.advance_time(7 * 24 * 3600)
    await say(group.olivia, "/schedule time:08:30")
    await group.app.tick()
    assert [post.title.split(" · ")[0] for post in group.posts()][-1] == "Topic 2 of 14"


async def test_a_change_between_the_firing_and_the_tick_brings_no_day_that_has_passed(
    prompted: World,
) -> None:
    """Moving the day seconds after the firing does not look back at the week before: nothing is posted or missed."""
    await days(prompted, 3)
    await prompted.env.advance_time(4 * 24 * 3600 + 5)
    await say(prompted.olivia, "/schedule day:sunday")
    await prompted.app.tick()
    assert [post.title for post in prompted.posts()] == ["Topic 1 of 14 · Python", "Python: 4 days left"]
    assert "missed" not in await say(prompted.olivia, "/status")
    await days(prompted, 6)
    assert prompted.posts()[-1].title.startswith("Topic 2 of 14")


async def test_a_pause_gives_the_waiting_topic_back_whatever_the_pace(group: World) -> None:
    """A prompt that waits on a missing permission comes first after a pause, also when the pace was changed."""
    await lock(group, send_messages=False)
    await days(group, FIRST_PROMPT)
    await say(group.olivia, "/schedule pace:20")
    await say(group.olivia, "/pause")
    await lock(group)
    assert "Monday 12 January, 09:00: **Python**, week 1 of 3" in await say(group.olivia, "/resume")
    await days(group, 7)
    assert group.posts()[0].title.startswith("Topic 1 of 14 · Python · week 1 of 3")


async def test_a_change_of_pace_does_not_move_the_number_of_a_topic(prompted: World) -> None:
    """After the pace changed, the next post goes on counting topics, and within one counts its weeks."""
    assert "14 topics, a topic a week, 13 weeks to go" in await say(prompted.olivia, "/schedule")
    assert "14 topics, 5 hours a week, " in await say(prompted.olivia, "/schedule pace:5")
    await days(prompted, 14)
    assert [post.title for post in prompted.posts() if post.title.startswith("Topic")] == [
        "Topic 1 of 14 · Python",
        "Topic 2 of 14 · Bash Basics & Command Line Editors · week 1 of 4",
        "Topic 2 of 14 · Bash Basics & Command Line Editors · week 2 of 4",
    ]
    assert sorted(thread.name for thread in prompted.study.threads)[1] == (
        "Topic 2: Bash Basics & Command Line Editors · week 1 of 4"
    )


async def test_a_plan_of_years_says_so(group: World) -> None:
    """Few hours a week make many weeks, and nobody has to divide them."""
    assert "377 weeks to go, about 7 years." in await say(group.olivia, "/schedule pace:1")


async def test_after_the_plan_every_look_at_it_can_start_it_again(prompted: World) -> None:
    """When every topic was posted, /schedule, /setup and /status offer to begin with the first one."""
    for _ in range(15):
        await days(prompted, 7)
    for command in ("/schedule", "/setup", "/status"):
        shown = await say(prompted.olivia, command)
        assert "Start again" in shown.buttons
        assert "Post the next topic now" not in shown.buttons


async def test_a_changed_day_moves_the_end_of_a_pause(prompted: World) -> None:
    """/setup during a pause with a date finds the first post after the pause anew."""
    await say(prompted.olivia, "/pause until:2026-01-14")
    shown = await say(prompted.olivia, "/setup day:thursday")
    assert "Thursday 15 January, 09:00: **Bash" in shown
    await days(prompted, 10)
    assert [post.title.split(" · ")[0] for post in prompted.posts()] == ["Topic 1 of 14", "Topic 2 of 14"]


async def test_status_after_a_long_sleep_and_before_the_tick(group: World) -> None:
    """/status and /schedule answer although many weeks went by unseen."""
    await group.env.advance_time(40 * 24 * 3600)
    await say(group.olivia, "/prompt")
    assert (await say(group.olivia, "/status")).title.startswith("Status")
    assert (await say(group.olivia, "/schedule")).title == "The schedule"


async def test_a_reminder_never_comes_with_the_topic(group: World) -> None:
    """A reminder at the topic's own day and time is refused, and nothing is changed."""
    answer = await say(group.olivia, "/schedule reminder_day:monday")
    assert answer.title == "Not changed yet"
    assert "Thursday" in await say(group.olivia, "/schedule")
