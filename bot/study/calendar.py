"""Weekly times: a group's zone, weekday (0 = Monday) and minute of the day (0 to 1439) as moments in UTC.

The local date and the wall clock come first and the moment is derived from them, one week at a time, so that
a change of the clocks moves one occurrence and never loses or doubles any.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.study.spoken import (
    DAYS,
    NotUnderstood,
    format_time,
    parse_date,
    parse_day,
    parse_past_day,
    parse_time,
)
from bot.study.zones import (
    UnknownZone,
    find_zones,
    parse_zone,
    use_packaged_zones,
    zone,
    zone_for_locale,
    zone_names,
)

__all__ = (
    "DAYS",
    "NotUnderstood",
    "Periods",
    "UnknownZone",
    "find_zones",
    "format_time",
    "local",
    "moment",
    "next_weekly",
    "occurrences",
    "parse_date",
    "parse_day",
    "parse_past_day",
    "parse_time",
    "parse_zone",
    "period_keys",
    "periods_of",
    "use_packaged_zones",
    "week_start",
    "zone",
    "zone_for_locale",
    "zone_names",
)

_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)


class Periods(NamedTuple):
    """The ISO week (`2026-W03`) and the month (`2026-01`) that a moment lies in."""

    week: str
    month: str


def local(now: datetime, zone: ZoneInfo) -> datetime:
    """Tell what the clocks of a zone show at an aware moment. Raises ValueError for a naive one."""
    if now.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return now.astimezone(zone)


def moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Find the aware UTC moment when the clocks of a zone show a minute of a day.

    One that the clocks skip becomes the first moment that exists after the gap, even if the whole day is
    skipped; one that they show twice is the first of the two.
    """
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    found = wall.replace(tzinfo=zone).astimezone(UTC)  # fold=0 is the first of two
    if _wall(found, zone) == wall:
        return found
    return _end_of_gap(wall, zone, found)


def _end_of_gap(wall: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    """Find the change that skips `wall`. Inside a gap fold=1 gives a moment before it (PEP 495)."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _wall(middle, zone) < wall:
            before = middle
        else:
            after = middle
    return after


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def week_start(day: date, weekday: int) -> date:
    """Find the latest date up to `day` that falls on a weekday."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def next_weekly(after: datetime, weekday: int, minute: int, zone: ZoneInfo) -> tuple[date, datetime]:
    """Find the first occurrence strictly after an aware moment: its local date and its UTC moment."""
    # Whatever the clocks did, yesterday's times have passed, so the search never starts too late.
    day = week_start(local(after, zone).date() - timedelta(days=1), weekday)
    while (found := moment(day, minute, zone)) <= after:
        day += _WEEK
    return day, found


def occurrences(
    after: datetime, until: datetime, weekday: int, minute: int, zone: ZoneInfo
) -> Iterator[tuple[date, datetime]]:
    """Find every occurrence with after < moment <= until, in order: local dates and UTC moments."""
    day, found = next_weekly(after, weekday, minute, zone)
    while found <= until:
        yield day, found
        day += _WEEK
        found = moment(day, minute, zone)


def period_keys(at: datetime, zone: ZoneInfo) -> Periods:
    """Name the week and the month of an aware moment, by the zone's own calendar."""
    return periods_of(local(at, zone).date())


@lru_cache(maxsize=1024)
def periods_of(day: date) -> Periods:
    """Name the week and the month of a day."""
    year, week, _ = day.isocalendar()
    return Periods(f"{year:04}-W{week:02}", f"{day.year:04}-{day.month:02}")
