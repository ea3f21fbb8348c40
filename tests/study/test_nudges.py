"""When somebody is spoken to privately."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.study.calendar import local
from bot.study.nudges import LET_GO_AFTER, SILENT_AFTER, after_quiet, is_silent, own_time
from bot.study.preferences import Preferences, is_quiet
from tests.makers import MONDAY
from tests.study.zones import ALL_NAMES

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive there
MINUTES = st.integers(0, 1439)
NINE = 9 * 60


@pytest.mark.parametrize(
    "zone, hours",
    [("UTC", 0), ("America/New_York", 5), ("Asia/Tokyo", 15), ("Europe/Berlin", 23)],
)
def test_everybody_hears_at_their_own_nine(zone: str, hours: int) -> None:
    """A reminder of nine comes when it is nine where the member lives, the next time after the group's."""
    assert own_time(MONDAY, NINE, ZoneInfo(zone), Preferences()) == MONDAY + timedelta(hours=hours)


def test_quiet_hours_are_waited_for() -> None:
    """What falls into quiet hours comes when they end, over midnight too."""
    night = Preferences(quiet_from=22 * 60, quiet_to=10 * 60)
    assert own_time(MONDAY, NINE, ZoneInfo("UTC"), night) == MONDAY + timedelta(hours=1)
    assert after_quiet(MONDAY + timedelta(hours=2), night, ZoneInfo("UTC")) == MONDAY + timedelta(hours=2)


@given(MOMENTS, MINUTES, st.sampled_from(ALL_NAMES), MINUTES, MINUTES)
def test_never_earlier_never_quiet_never_days_later(
    due: datetime, minute: int, name: str, start: int, end: int
) -> None:
    """In every zone the time is within two and a half days, not before the group's, and outside quiet hours."""
    assume(start != end)
    zone, chosen = ZoneInfo(name), Preferences(quiet_from=start, quiet_to=end)
    at = own_time(due, minute, zone, chosen)
    assert due <= at <= due + timedelta(hours=60)
    gap = local(at, zone).utcoffset() != local(at - timedelta(seconds=1), zone).utcoffset()
    # Where the clocks skip the end of quiet hours, they end with the skip.
    assert gap or not is_quiet(chosen, at, zone)


def test_silence_begins_after_three_weeks_and_is_let_go_after_five() -> None:
    """A way back is shown within two weeks of the third, and to nobody who has been gone for longer."""
    assert not is_silent(MONDAY, MONDAY + SILENT_AFTER - timedelta(seconds=1))
    assert is_silent(MONDAY, MONDAY + SILENT_AFTER)
    assert not is_silent(MONDAY, MONDAY + LET_GO_AFTER)
    assert not is_silent(MONDAY, MONDAY - timedelta(days=1))
