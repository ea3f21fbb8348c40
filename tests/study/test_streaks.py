"""Streaks: the same in whatever order, never worse for recording more, resting in rule, or being away."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.calendar import week_start
from bot.study.preferences import Away
from bot.study.progress import Act, Mark
from bot.study.streaks import IN_ANY, Kind, Streak, paused_days, streak, studied

FIRST = date(2026, 1, 5)
"""A Monday."""
WEEK = timedelta(weeks=1)
SHORT = {
    "x": Kind.MARKED,
    "_": Kind.REST,
    "-": Kind.MISSED,
    ".": Kind.RUNNING,
    "p": Kind.PAUSED,
    "a": Kind.AWAY,
}


def at(week: int, day: int = 0) -> date:
    """A day of a week, counted from the first."""
    return FIRST + week * WEEK + timedelta(days=day)


def of(pattern: str) -> Streak:
    """The streak of weeks drawn as letters, the last of them running: x marked, p paused, a away, - nothing."""
    days = [at(n, n % 7) for n, letter in enumerate(pattern) if letter == "x"]
    spans = {kind: [Away(at(n), at(n + 1)) for n, c in enumerate(pattern) if c == kind] for kind in "pa"}
    return streak(days, at(len(pattern) - 1, 6), spans["p"], spans["a"])


def drawn(found: Streak) -> str:
    """The weeks as letters: _ is a rest."""
    letters = {kind: letter for letter, kind in SHORT.items()}
    return "".join(letters[week.kind] for week in found.weeks)


@pytest.mark.parametrize(
    "pattern, seen, length, best",
    [
        ("x", "x", 1, 1),
        ("xx-", "xx.", 2, 2),
        ("xx-x", "xx_x", 3, 3),
        ("xx-xx-x", "xx-xx_x", 3, 4),
        ("x-xxxxx-x", "x_xxxxx_x", 7, 7),
        ("x-xxxx-x", "x-xxxx_x", 5, 5),
        ("xx--x", "xx--x", 1, 2),
        ("xx---", "xx--.", 0, 2),
        ("xxpp-xx", "xxpp_xx", 4, 4),
        ("xx-pp-xx", "xx-pp-xx", 2, 2),
        ("xxapaxx", "xxapaxx", 4, 4),
        ("-", "", 0, 0),
    ],
)
def test_streaks_by_example(pattern: str, seen: str, length: int, best: int) -> None:
    """One rest in six keeps a streak and adds nothing; two missing weeks within six end what was before the first."""
    found = of(pattern)
    assert (drawn(found), found.length, found.best) == (seen, length, best)


patterns = st.text("xxx-pa", max_size=24)


def naive(pattern: str) -> tuple[int, int]:
    """Length and best, by trying every run of weeks: any six of it may have one without a mark."""
    past = pattern[:-1] + pattern[-1].replace("-", ".") if pattern else ""

    def fair(run: str) -> bool:
        return all(run[n : n + IN_ANY].count("-") <= 1 for n in range(len(run)))

    ends = range(len(past) + 1)
    fair_runs = [(start, end) for end in ends for start in range(end) if fair(past[start:end])]
    best = max((past[start:end].count("x") for start, end in fair_runs), default=0)
    now = max((past[start:end].count("x") for start, end in fair_runs if end == len(past)), default=0)
    return now, best


@given(patterns)
def test_a_streak_is_the_longest_fair_run_up_to_now(pattern: str) -> None:
    """It is what trying every run gives, in which no six weeks have more than one that is missing."""
    found = of(pattern)
    assert (found.length, found.best) == naive(pattern)
    assert found.length == sum(
        week.kind is Kind.MARKED for week in found.weeks if found.since and week.monday >= found.since
    )
    assert (found.since is None) == (found.length == 0)


@given(st.lists(st.integers(0, 150)), st.randoms(use_true_random=False), st.integers(0, 160))
def test_the_order_of_marks_does_not_matter(days: list[int], chance: object, today: int) -> None:
    """The same days give the same streak in any order, and days to come give nothing."""
    marked = [FIRST + timedelta(days=n) for n in days]
    now = FIRST + timedelta(days=today)
    before = streak(marked, now)
    chance.shuffle(marked)  # type: ignore[attr-defined]
    assert streak(marked, now) == before == streak([d for d in marked if d <= now], now)


@given(patterns.filter(bool), st.integers(0, 23))
def test_recording_more_never_costs_anything(pattern: str, place: int) -> None:
    """A mark that is added, however late, leaves a streak as long as it was or makes it longer."""
    place %= len(pattern)
    more = of(pattern[:place] + "x" + pattern[place + 1 :])
    assert more.length >= of(pattern).length
    assert more.best >= of(pattern).best


@given(patterns.filter(bool), st.integers(0, 23), st.sampled_from("pa"))
def test_no_pause_counts_against_anyone(pattern: str, place: int, why: str) -> None:
    """A missing week in which the group paused or the member was away never makes a streak shorter."""
    place %= len(pattern)
    if pattern[place] == "-":
        assert of(pattern[:place] + why + pattern[place + 1 :]).length >= of(pattern).length


@given(patterns)
def test_the_next_week_of_rest_is_one(pattern: str) -> None:
    """A streak lives on when nothing is recorded in the week that is named as free, and before it everything."""
    found = of(pattern)
    if found.length and found.rest_from is not None:
        weeks = (found.rest_from - at(len(pattern) - 1)).days // 7
        resting = pattern if weeks == 0 else pattern[:-1] + "x" * weeks + "-"
        rested = of((resting[:-1] + "-" if weeks == 0 else resting) + "x")
        assert rested.length > found.length - (pattern[-1] == "x")


def test_what_is_mended_late_counts() -> None:
    """A mark for a week that had ended the streak brings back all that was before it."""
    assert of("xxxx--xx").length == 2
    assert of("xxxx-xxx").length == 7


def test_marks_that_were_left_out_are_no_study() -> None:
    """What was done counts, what was skipped does not."""
    now = datetime(2026, 1, 7, 12, tzinfo=UTC)
    marks = [Mark(1, 1, Act.FINISHED, now, FIRST), Mark(2, 2, Act.SKIPPED, now, FIRST)]
    assert list(studied(marks)) == [FIRST]


@pytest.mark.parametrize(
    "began, ended, first, back",
    [
        ("2026-01-05T00:00", "2026-01-12T00:00", "2026-01-05", "2026-01-12"),
        ("2026-01-05T09:00", "2026-01-12T09:00", "2026-01-06", "2026-01-12"),
        ("2026-01-05T09:00", "2026-01-05T18:00", "2026-01-06", "2026-01-05"),
        ("2026-01-05T09:00", None, "2026-01-06", "2026-01-21"),
    ],
)
def test_a_pause_is_its_whole_days(began: str, ended: str | None, first: str, back: str) -> None:
    """Days that were paused from midnight to midnight count; one without an end lasts until today is over."""
    zone = ZoneInfo("Asia/Kolkata")

    def moment(text: str | None) -> datetime | None:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC) if text else None

    start = moment(began)
    assert start is not None
    found = paused_days(start, moment(ended), zone, date(2026, 1, 20))
    assert found == Away(date.fromisoformat(first), date.fromisoformat(back))


def test_weeks_begin_on_monday_where_the_member_lives() -> None:
    """Sunday belongs to the week before, Monday to the next."""
    days = [FIRST + timedelta(days=6), FIRST + timedelta(days=7)]
    assert [week.monday for week in streak(days, days[-1]).weeks] == [FIRST, week_start(days[1], 0)]
