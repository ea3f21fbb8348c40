"""Quiet hours and days away."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.study.preferences import Away, Preferences, is_away, is_quiet

BERLIN = ZoneInfo("Europe/Berlin")
minutes = st.integers(0, 1439)


@given(minutes, minutes, minutes)
def test_quiet_hours_go_over_midnight(start: int, end: int, minute: int) -> None:
    """Counted on from its beginning, a minute is quiet exactly if it comes before the end; equal times are a day."""
    chosen = Preferences(quiet_from=start, quiet_to=end)
    at = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=minute)
    assert is_quiet(chosen, at, ZoneInfo("UTC")) == ((minute - start) % 1440 < ((end - start) % 1440 or 1440))


def test_quiet_hours_are_those_of_the_persons_clock() -> None:
    """Ten in the evening in Berlin is nine in UTC in winter and eight in summer."""
    chosen = Preferences(quiet_from=22 * 60, quiet_to=8 * 60)
    for month, hour in ((1, 21), (7, 20)):
        first = datetime(2026, month, 5, hour, tzinfo=UTC)
        assert is_quiet(chosen, first, BERLIN)
        assert not is_quiet(chosen, first - timedelta(minutes=1), BERLIN)
    assert not is_quiet(Preferences(), datetime(2026, 1, 5, 23, tzinfo=UTC), BERLIN)


def test_the_day_back_is_not_away() -> None:
    """A span is away from its first day to the day before they are back."""
    spans = [Away(date(2026, 1, 5), date(2026, 1, 12)), Away(date(2026, 2, 1), date(2026, 2, 2))]
    away = [day for day in range(1, 32) if is_away(spans, date(2026, 1, day))]
    assert away == list(range(5, 12))
    assert is_away(spans, date(2026, 2, 1))
    assert not is_away([], date(2026, 1, 5))
