"""When posts are due, and what a change of times or pace keeps."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.calendar import local, moment
from bot.study.pace import Pace, plan
from bot.study.roadmap import Roadmap
from bot.study.schedule import (
    EARLY,
    PROMPT,
    REMINDER,
    Occurrence,
    Schedule,
    due_between,
    next_due,
    next_prompts,
    next_reminder,
    prompt_day,
    prompt_day_now,
    rescheduled_from,
    same_place,
)
from bot.study.zones import zone
from tests.makers import any_roadmap, roadmap, topic
from tests.study.zones import zones_and_days

WEEK, DAY = timedelta(days=7), timedelta(days=1)
weekdays, minutes = st.integers(0, 6), st.integers(0, 1439)
thorough = settings(max_examples=400)
paces = st.builds(Pace, st.integers(0, 60))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """Any schedule in any zone, at any moment of 1970 to 2040, every second time near a change of the clocks."""
    where, day = draw(zones_and_days())
    times = (draw(weekdays), draw(minutes), where.key, draw(weekdays), draw(minutes))
    return Schedule(*times), moment(day, draw(minutes), where)


def naive(schedule: Schedule, after: datetime, until: datetime) -> list[Occurrence]:
    """Find what is due by looking at every single day."""
    where, found = zone(schedule.zone), []
    day = after.date() - 2 * DAY
    while day <= until.date() + 2 * DAY:
        for kind, weekday, minute in (
            (PROMPT, schedule.weekday, schedule.minute),
            (REMINDER, schedule.reminder_weekday, schedule.reminder_minute),
        ):
            at = moment(day, minute, where)
            if day.weekday() == weekday and after < at <= until:
                found.append(Occurrence(at, day, kind))
        day += DAY
    return sorted(found, key=lambda o: (o.at, o.kind == REMINDER))


@thorough
@given(situations(), st.integers(0, 60_000))
def test_due_is_what_every_single_day_says(situation: tuple[Schedule, datetime], length: int) -> None:
    """Each week has its prompt and its reminder, in order, a prompt before a reminder of the same moment."""
    schedule, after = situation
    until = after + timedelta(minutes=length)
    found = due_between(schedule, after, until)
    assert found == naive(schedule, after, until)
    assert next_due(schedule, after) == due_between(schedule, after, after + 2 * WEEK)[0].at


@thorough
@given(situations(), st.lists(st.integers(0, 20_000), max_size=5))
def test_however_often_one_looks_each_occurrence_is_found_once(
    situation: tuple[Schedule, datetime], lengths: list[int]
) -> None:
    """Intervals that follow each other find together what one long interval finds."""
    schedule, start = situation
    found, after = [], start
    for length in lengths:
        until = after + timedelta(minutes=length)
        found += due_between(schedule, after, until)
        after = until
    assert found == due_between(schedule, start, after)


@thorough
@given(situations())
def test_prompts_are_a_week_apart(situation: tuple[Schedule, datetime]) -> None:
    """The next prompts are on the right weekday, seven days apart, and the first is within eight days."""
    schedule, now = situation
    found = next_prompts(schedule, now, 4)
    assert all(later.day - earlier.day == WEEK for earlier, later in pairwise(found))
    assert all(o.day.weekday() == schedule.weekday and o.kind == PROMPT for o in found)
    assert now < found[0].at <= now + WEEK + DAY
    reminder = next_reminder(schedule, now)
    assert reminder.kind == REMINDER
    assert reminder.day.weekday() == schedule.reminder_weekday
    assert now < reminder.at <= now + WEEK + DAY


@thorough
@given(situations())
def test_a_prompt_asked_for_now_stands_for_this_week_or_the_one_about_to_begin(
    situation: tuple[Schedule, datetime],
) -> None:
    """Shortly before its time it is the coming prompt, else that of the study week that has begun."""
    schedule, now = situation
    found = prompt_day_now(schedule, now)
    coming = next_prompts(schedule, now, 1)[0]
    today = local(now, zone(schedule.zone)).date()
    assert found.weekday() == schedule.weekday
    if coming.at - now <= EARLY:
        assert found == coming.day
    else:
        assert found == prompt_day(schedule, today)
        assert today - found < WEEK
        assert coming.day - found == WEEK


@pytest.mark.parametrize(
    "now,expected",
    [
        (datetime(2026, 1, 1, 8, 59, tzinfo=UTC), date(2025, 12, 29)),
        (datetime(2026, 1, 1, 9, 0, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 5, 8, 59, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 5, 9, 1, tzinfo=UTC), date(2026, 1, 5)),
        (datetime(2026, 1, 8, 8, 59, tzinfo=UTC), date(2026, 1, 5)),
    ],
)
def test_prompt_day_now_by_example(now: datetime, expected: date) -> None:
    """From 48 hours before Monday 09:00 until 48 hours before the next one it is that Monday."""
    assert prompt_day_now(Schedule(0, 540, "UTC", 3, 540), now) == expected


@thorough
@given(situations(), st.integers(-20_000, 20_000))
def test_a_changed_schedule_counts_from_this_midnight(
    situation: tuple[Schedule, datetime], behind: int
) -> None:
    """What is planned is not planned again, yesterday does not come back, and today's time still does."""
    schedule, now = situation
    planned_to = now - timedelta(minutes=behind)
    since = rescheduled_from(schedule, planned_to, now)
    assert since >= planned_to
    assert since <= max(planned_to, now)
    where = zone(schedule.zone)
    yesterday = local(now, where).date() - DAY
    assert all(o.day > yesterday for o in due_between(schedule, since, now + WEEK))
    today = [o for o in naive(schedule, now - 2 * DAY, now + WEEK) if o.day == yesterday + DAY]
    assert [o for o in today if o.at > planned_to] == [
        o for o in due_between(schedule, since, now + WEEK) if o.day == yesterday + DAY
    ]


def test_a_time_moved_to_earlier_today_is_still_due_today() -> None:
    """At 08:55 a prompt of 09:00 moves to 08:00: it is due at once; moved to Sunday, it waits for Sunday."""
    thursday, now = datetime(2026, 1, 1, 9, tzinfo=UTC), datetime(2026, 1, 5, 8, 55, tzinfo=UTC)
    earlier, sunday = Schedule(0, 480, "UTC", 3, 540), Schedule(6, 540, "UTC", 3, 540)
    since = rescheduled_from(earlier, thursday, now)
    assert [o.day for o in due_between(earlier, since, now)] == [date(2026, 1, 5)]
    assert due_between(sunday, rescheduled_from(sunday, thursday, now), now) == []
    assert next_prompts(sunday, now, 1)[0].day == date(2026, 1, 11)


@given(any_roadmap(), paces, paces)
def test_a_change_of_pace_keeps_the_place(found: Roadmap, old: Pace, new: Pace) -> None:
    """Nobody goes back or jumps a topic: later steps stay later, and the last week's topic is the same."""
    before, after = plan(found, old), plan(found, new)
    places = [same_place(before, after, step) for step in range(len(before) + 1)]
    assert places[0] == 0
    assert places[-1] == len(after)
    assert places == sorted(places)
    for step, place in enumerate(places[1:], 1):
        assert after[place - 1].topic == before[step - 1].topic
        if before[step - 1].part == before[step - 1].parts:
            assert after[place - 1].part == after[place - 1].parts
    if old == new:
        assert places == list(range(len(before) + 1))


def test_a_place_is_found_by_its_topic_where_the_roadmap_changed() -> None:
    """A topic put in before moves the place on, a renamed one keeps it, for a vanished one the one before counts."""
    old = plan(roadmap("a", "b", "c"), Pace())
    assert same_place(old, plan(roadmap("a", "x", "b", "c"), Pace()), 2) == 3
    assert same_place(old, plan(roadmap("a", "b", "x", "c"), Pace()), 2) == 2
    assert same_place(old, plan(roadmap("a", topic("bb"), "c"), Pace()), 2, {"b": "bb"}) == 2
    assert same_place(old, plan(roadmap("a", "c"), Pace()), 2) == 1
    assert same_place(old, plan(roadmap("b", "c"), Pace()), 1) == 0
