"""Every time zone there is, and the days on which its clocks were or will be changed."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ALL_NAMES = sorted(files("tzdata").joinpath("zones").read_text("ascii").split())
FIRST, LAST = datetime(1970, 1, 5, tzinfo=UTC), datetime(2040, 12, 31, tzinfo=UTC)
WEEK, SECOND = timedelta(days=7), timedelta(seconds=1)


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Find the moments, to the second, at which the clocks of a zone were or will be changed."""
    where, found, before = ZoneInfo(name), [], FIRST
    while before < LAST:
        after = before + WEEK
        if before.astimezone(where).utcoffset() != after.astimezone(where).utcoffset():
            found.append(change_between(before, after, where))
        before = after
    return tuple(found)


def change_between(before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    """Find the change of the clocks between two moments."""
    offset = before.astimezone(where).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(where).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def one_of_each() -> list[str]:
    """One name for each set of rules; the others are links to the same bytes."""
    root = files("tzdata.zoneinfo")
    return sorted({root.joinpath(*name.split("/")).read_bytes(): name for name in ALL_NAMES}.values())


@st.composite
def zones_and_days(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    """Any zone with any day of 1970 to 2040, every second time one near a change of its clocks."""
    name = draw(st.sampled_from(ALL_NAMES))
    near: bool = draw(st.booleans())
    if near and changes(name):
        change = draw(st.sampled_from(changes(name)))
        days: int = draw(st.integers(-8, 8))
        return ZoneInfo(name), change.date() + timedelta(days=days)
    return ZoneInfo(name), draw(st.dates(date(1970, 1, 5), date(2040, 12, 31)))
