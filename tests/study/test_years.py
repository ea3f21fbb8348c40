"""A year by days, and the day on which a roadmap was finished."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.study.progress import Act, Mark
from bot.study.years import DAYS, finished_days, finished_on, year
from tests.makers import roadmap

TODAY = date(2026, 11, 25)
days = st.dates(date(2025, 9, 1), date(2027, 1, 1))


def mark(id_: int, item: int, day: date, act: Act = Act.FINISHED) -> Mark:
    """A mark at noon."""
    return Mark(id_, item, act, datetime(2027, 1, 1, tzinfo=UTC), day, 1)


@given(st.dictionaries(days, st.integers(0, 9)))
def test_a_year_counts_its_own_days_only(found: dict[date, int]) -> None:
    """365 days up to today; what lies before or after counts nothing, and months and weekdays add up."""
    made = year(found, TODAY)
    first = TODAY - timedelta(days=DAYS - 1)
    assert len(made.counts) == DAYS
    assert (made.day(0), made.day(DAYS - 1)) == (first, TODAY)
    assert made.total == sum(count for day, count in found.items() if first <= day <= TODAY)
    assert sum(count for _, count in made.months) == sum(made.weekdays) == made.total
    assert made.days <= made.total or not made.total


def test_a_day_is_the_one_that_the_mark_is_for() -> None:
    """What is recorded afterwards belongs to the day that it was for, and what is skipped to none."""
    late = Mark(1, 1, Act.FINISHED, datetime(2026, 11, 25, 4, 30, tzinfo=UTC), date(2026, 11, 24), 1)
    skipped = Mark(2, 2, Act.SKIPPED, late.at, late.day)
    assert finished_days([late, skipped]) == Counter({date(2026, 11, 24): 1})


@given(st.lists(st.tuples(st.integers(0, 4), days), max_size=12))
def test_a_roadmap_is_finished_with_the_last_topic_that_was_open(found: list[tuple[int, date]]) -> None:
    """The day on which each topic had been done once; extra and later marks change nothing."""
    topics = ("a", "b", "c")
    keys = dict(enumerate(topics))
    marks = [mark(at, item, day) for at, (item, day) in enumerate(found, 1)]
    firsts = [min((day for item, day in found if item == n), default=None) for n in range(len(topics))]
    expected = None if None in firsts else max(day for day in firsts if day is not None)
    assert finished_on(roadmap(*topics), marks, keys) == expected


def test_what_is_skipped_is_not_finished() -> None:
    """Nothing less than all topics, and nothing without a mark."""
    keys = {0: "a", 1: "b"}
    marks = [mark(1, 0, TODAY), mark(2, 1, TODAY, Act.SKIPPED)]
    assert finished_on(roadmap("a", "b"), marks, keys) is None
    assert finished_on(roadmap("a", "b"), [], keys) is None
