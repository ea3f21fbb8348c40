"""The clocks change everywhere, and every week still has exactly one occurrence."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.calendar import (
    DAYS,
    NotUnderstood,
    UnknownZone,
    find_zones,
    format_time,
    local,
    moment,
    next_weekly,
    occurrences,
    parse_date,
    parse_day,
    parse_past_day,
    parse_time,
    parse_zone,
    period_keys,
    use_packaged_zones,
    week_start,
    zone,
    zone_for_locale,
    zone_names,
)
from tests.study.zones import SECOND, WEEK, changes, one_of_each, zones_and_days


def wall(at: datetime, where: ZoneInfo) -> datetime:
    """Read the clocks of a zone."""
    return at.astimezone(where).replace(tzinfo=None)


weekdays, minutes = st.integers(0, 6), st.integers(0, 1439)
thorough = settings(max_examples=400, deadline=None)


@thorough
@given(zones_and_days(), minutes)
def test_a_moment_is_the_first_that_reaches_its_wall_clock(
    where_day: tuple[ZoneInfo, date], minute: int
) -> None:
    """No earlier moment shows the wall clock or a later one: gap rule and fold rule in one."""
    where, day = where_day
    due = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    at = moment(day, minute, where)
    assert at.tzinfo is UTC
    assert wall(at, where) >= due
    assert wall(at - SECOND, where) < due
    assert all(wall(at - n * timedelta(minutes=15), where) < due for n in range(1, 4 * 26))


@thorough
@given(zones_and_days(), weekdays, minutes)
def test_one_occurrence_a_week(where_day: tuple[ZoneInfo, date], weekday: int, minute: int) -> None:
    """Over ten weeks each date of that weekday occurs once, in order, and follows from the one before."""
    where, day = where_day
    start = moment(day, 0, where)
    found = list(occurrences(start, start + 10 * WEEK, weekday, minute, where))
    days, moments = [d for d, _ in found], [at for _, at in found]
    assert days == [days[0] + n * WEEK for n in range(len(days))]
    assert all(d.weekday() == weekday for d in days)
    assert len(days) in {9, 10, 11}
    assert all(a < b for a, b in pairwise(moments))
    assert all(start < at <= start + 10 * WEEK for at in moments)
    assert [next_weekly(at, weekday, minute, where) for at in moments[:-1]] == found[1:]


@thorough
@given(zones_and_days(), weekdays, minutes, st.integers(-(10**6), 10**6))
def test_no_occurrence_lies_between_a_moment_and_its_next(
    where_day: tuple[ZoneInfo, date], weekday: int, minute: int, seconds: int
) -> None:
    """A week before the next occurrence is one that is never after the moment that was asked about."""
    where, day = where_day
    after = moment(day, 0, where) + timedelta(seconds=seconds)
    found, at = next_weekly(after, weekday, minute, where)
    assert found.weekday() == weekday
    assert moment(found - WEEK, minute, where) <= after < at == moment(found, minute, where)


@thorough
@given(zones_and_days(), weekdays, minutes)
def test_an_occurrence_is_never_a_day_early_or_late(
    where_day: tuple[ZoneInfo, date], weekday: int, minute: int
) -> None:
    """The clocks show its own date and time, or they have just jumped over both."""
    where, day = where_day
    found, at = next_weekly(moment(day, 0, where) - SECOND, weekday, minute, where)
    due, shown = datetime.combine(found, time(minute // 60, minute % 60)), wall(at, where)
    jumped_from = wall(at - SECOND, where) + SECOND
    assert shown == due or jumped_from <= due < shown
    assert timedelta(0) <= found - day < WEEK


def test_every_change_of_clocks_in_every_zone() -> None:
    """A time inside a gap fires at the change, and one inside a fold before it."""
    count = 0
    for name in one_of_each():
        where = ZoneInfo(name)
        for change in changes(name):
            before, after = wall(change - SECOND, where) + SECOND, wall(change, where)
            middle = (min(before, after) + abs(after - before) / 2).replace(second=0, microsecond=0)
            at = moment(middle.date(), middle.hour * 60 + middle.minute, where)
            if middle >= min(before, after):  # else the clocks moved by seconds only
                in_order = at == change if after > before else at < change and wall(at, where) == middle
                assert in_order, (name, change)
                count += 1
    assert count > 15_000


@pytest.mark.parametrize("weekday", range(7))
def test_the_weeks_around_every_change(weekday: int) -> None:
    """Three weeks around a change of clocks hold three occurrences, at midnight and at half past two."""
    for name in one_of_each()[weekday::7]:
        where = ZoneInfo(name)
        for change in changes(name):
            day = week_start(local(change, where).date(), weekday)
            for minute in (0, 150):
                start = moment(day - WEEK, minute, where)
                until = start + timedelta(days=16)
                found = occurrences(start - SECOND, until, weekday, minute, where)
                assert [d for d, _ in found] == [day - WEEK, day, day + WEEK], (name, change)


@pytest.mark.parametrize(
    "name,day,minute,expected",
    [
        ("Europe/Berlin", "2026-03-29", 150, "2026-03-29T03:00+02:00"),
        ("Asia/Beirut", "2025-03-30", 0, "2025-03-30T01:00+03:00"),
        ("Africa/Cairo", "2026-04-24", 0, "2026-04-24T01:00+03:00"),
        ("America/Sao_Paulo", "2018-11-04", 30, "2018-11-04T01:00-02:00"),
        ("Australia/Lord_Howe", "2026-10-04", 135, "2026-10-04T02:30+11:00"),
        ("Pacific/Apia", "2011-12-30", 540, "2011-12-31T00:00+14:00"),
        ("Pacific/Apia", "2011-12-30", 0, "2011-12-31T00:00+14:00"),
    ],
)
def test_gaps(name: str, day: str, minute: int, expected: str) -> None:
    """A skipped wall clock becomes the first moment after its gap, even when the whole day is missing."""
    found = moment(date.fromisoformat(day), minute, zone(name))
    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "name,day,minute,expected",
    [
        ("Europe/Berlin", "2026-10-25", 150, "2026-10-25T02:30+02:00"),
        ("America/Sao_Paulo", "2018-02-17", 1410, "2018-02-17T23:30-02:00"),
        ("Australia/Lord_Howe", "2026-04-05", 105, "2026-04-05T01:45+11:00"),
        ("Africa/Cairo", "2026-10-29", 1439, "2026-10-29T23:59+03:00"),
    ],
)
def test_folds(name: str, day: str, minute: int, expected: str) -> None:
    """A wall clock that is shown twice is meant the first time."""
    found = moment(date.fromisoformat(day), minute, zone(name))
    assert found == datetime.fromisoformat(expected)


def test_the_date_that_samoa_skipped_still_occurs() -> None:
    """A Friday that never was keeps its date as an occurrence and fires when Saturday begins."""
    apia = zone("Pacific/Apia")
    found = list(
        occurrences(datetime(2011, 12, 22, tzinfo=UTC), datetime(2012, 1, 7, tzinfo=UTC), 4, 540, apia)
    )
    assert [day.isoformat() for day, _ in found] == ["2011-12-23", "2011-12-30", "2012-01-06"]
    assert found[1][1] == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_next_is_strictly_after() -> None:
    """At the very moment of an occurrence the next one is a week away."""
    utc, at = zone("UTC"), datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert next_weekly(at, 0, 540, utc) == (date(2026, 1, 12), at + WEEK)
    assert next_weekly(at - SECOND, 0, 540, utc) == (date(2026, 1, 5), at)
    assert list(occurrences(at - SECOND, at, 0, 540, utc)) == [(date(2026, 1, 5), at)]
    assert list(occurrences(at, at, 0, 540, utc)) == []


def test_a_naive_moment_is_refused() -> None:
    """A moment without a zone would be read as the machine's own time, so it is an error."""
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 1, 1), zone("UTC"))  # noqa: DTZ001 - what is refused


@thorough
@given(st.dates(date(1970, 1, 1)), weekdays)
def test_week_start(day: date, weekday: int) -> None:
    """A week starts on its weekday, today at the latest and six days ago at the earliest."""
    start = week_start(day, weekday)
    assert start.weekday() == weekday
    assert timedelta(0) <= day - start < WEEK


def test_periods_follow_the_zone() -> None:
    """Week and month change at local midnight, and a year's first days may lie in the week of the last."""
    at = datetime(2027, 1, 1, 2, tzinfo=UTC)
    assert period_keys(at, zone("UTC")) == ("2026-W53", "2027-01")
    assert period_keys(at, zone("America/New_York")) == ("2026-W53", "2026-12")
    assert period_keys(at + timedelta(days=3), zone("UTC")) == ("2027-W01", "2027-01")


def test_zone_names_are_places() -> None:
    """People choose among places and UTC, and every offered name is a zone."""
    names = zone_names()
    assert {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/Argentina/Buenos_Aires"} <= set(names)
    assert all("/" in name or name == "UTC" for name in names)
    assert not [name for name in names if name.startswith(("Etc/", "posix/", "right/", "US/"))]
    assert list(names) == sorted(names)
    assert all(zone(name).key == name for name in names)


@pytest.fixture
def tzpath() -> Iterator[None]:
    """Give the process its own search path back afterwards."""
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(to=before)


@pytest.mark.usefixtures("tzpath")
def test_zones_come_from_the_package() -> None:
    """After `use_packaged_zones` the system's own files are not looked at."""
    zoneinfo.reset_tzpath(to=["/nowhere"])
    use_packaged_zones()
    assert zoneinfo.TZPATH == ()
    assert zone("Europe/Berlin").key == "Europe/Berlin"


@pytest.mark.parametrize(
    "name", ["", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "é"]
)
def test_unknown_zones(name: str) -> None:
    """What is no zone is refused with a sentence, whatever file it might name."""
    with pytest.raises(UnknownZone, match="time zone"):
        zone(name)


@pytest.mark.parametrize(
    "typed,expected",
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        (" berlin ", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/new york", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("kiev", "Europe/Kiev"),
    ],
)
def test_parse_zone(typed: str, expected: str) -> None:
    """A name in any case or the city of one zone is enough."""
    assert parse_zone(typed) == expected


@pytest.mark.parametrize(
    "typed,suggestion",
    [
        ("belrin", "Europe/Berlin"),
        ("new yrok", "America/New_York"),
        ("tokio", "Asia/Tokyo"),
        ("xqxq", "for example"),
    ],
)
def test_parse_zone_suggests(typed: str, suggestion: str) -> None:
    """What is not understood is answered with what comes close, and never repeated."""
    with pytest.raises(UnknownZone) as refused:
        parse_zone(typed)
    assert suggestion in str(refused.value)
    assert typed not in str(refused.value)


@pytest.mark.parametrize("typed", ["EST", "cest", "MST", "IST"])
def test_letters_of_a_clock_are_no_misspelt_city(typed: str) -> None:
    """Who types an abbreviation reads what it lacks, and no names of cities that have a letter in common with it."""
    with pytest.raises(
        UnknownZone, match=f"{typed.upper()} alone does not say when clocks change. Type a city"
    ):
        parse_zone(typed)


@pytest.mark.parametrize("typed", ["", " ", "EST", "Etc/GMT+5", "Factory", "central", "x" * 10_000, "/"])
def test_parse_zone_refuses(typed: str) -> None:
    """Abbreviations, bare offsets and ambiguous names are asked about instead of guessed."""
    with pytest.raises(UnknownZone):
        parse_zone(typed)


def test_find_zones() -> None:
    """Cities come before other parts of names, misspelt ones last, and at most 25 in all."""
    assert find_zones("london")[0] == "Europe/London"
    assert "Europe/London" in find_zones("lon")[:3]
    assert find_zones("BERLIN")[0] == "Europe/Berlin"
    assert find_zones("new yo")[0] == "America/New_York"
    assert find_zones("berln")[0] == "Europe/Berlin"
    assert find_zones("europe/")[0] == "Europe/Amsterdam"
    assert len(find_zones("")) == len(find_zones("a")) == 25
    assert find_zones("qqqqqq") == []


@pytest.mark.parametrize(
    "locale,expected",
    [
        ("ja", "Asia/Tokyo"),
        ("pl", "Europe/Warsaw"),
        ("en-GB", "Europe/London"),
        ("sv-SE", "Europe/Stockholm"),
        ("zh-TW", "Asia/Taipei"),
        ("hi", "Asia/Kolkata"),
        ("cs", "Europe/Prague"),
        ("fr", "Europe/Paris"),
        ("en-US", None),
        ("de", None),
        ("es-419", None),
        ("pt-BR", None),
        ("sl", None),
        ("", None),
        (None, None),
    ],
)
def test_zone_for_locale(locale: str | None, expected: str | None) -> None:
    """A locale gives a zone only when its country has exactly one."""
    assert zone_for_locale(locale) == expected


@pytest.mark.parametrize(
    "typed,expected", [("Monday", 0), ("mon", 0), ("TUES", 1), (" we ", 2), ("sundays", 6), ("Sa", 5)]
)
def test_parse_day(typed: str, expected: int) -> None:
    """A day is known from its first two letters on."""
    assert parse_day(typed) == expected


@pytest.mark.parametrize(
    "typed,expected",
    [
        ("today", "2026-01-14"),
        ("Yesterday", "2026-01-13"),
        ("3 days ago", "2026-01-11"),
        ("a week ago", "2026-01-07"),
        ("4 weeks ago", "2025-12-17"),
        ("30 days ago", "2025-12-15"),
        ("wed", "2026-01-14"),
        ("Monday", "2026-01-12"),
        ("last thursday", "2026-01-08"),
        ("2026-1-2", "2026-01-02"),
    ],
)
def test_parse_past_day(typed: str, expected: str) -> None:
    """A day that was is a date, a weekday, which is the latest such one, or so long ago; here it is a Wednesday."""
    assert str(parse_past_day(typed, date(2026, 1, 14))) == expected


@pytest.mark.parametrize(
    "typed,says",
    [
        ("tomorrow", "still to come"),
        ("2026-01-15", "still to come"),
        ("3 days", "did not recognise"),
        ("ago", "did not recognise"),
        ("2026-01-02 ago", "did not recognise"),
        ("31 days ago", "earliest day that counts now is 2025-12-15"),
        ("2025-12-14", "too long ago"),
        ("999 weeks ago", "too long ago"),
        ("2026-02-30", "did not recognise"),
        ("x" * 5000, "did not recognise"),
    ],
)
def test_parse_past_day_refuses(typed: str, says: str) -> None:
    """A day to come, one too long ago and what is no day are refused, each in its own words."""
    with pytest.raises(NotUnderstood, match=says):
        parse_past_day(typed, date(2026, 1, 14))


@pytest.mark.parametrize("typed", ["", "m", "0", "monkey", "someday", "x" * 10_000])
def test_parse_day_refuses(typed: str) -> None:
    """What is no day is answered with an example."""
    with pytest.raises(NotUnderstood, match="for example"):
        parse_day(typed)


@pytest.mark.parametrize(
    "typed,expected",
    [
        ("9", "09:00"),
        ("09:00", "09:00"),
        ("9:30", "09:30"),
        ("21.15", "21:15"),
        ("21h15", "21:15"),
        ("9am", "09:00"),
        ("9:30 PM", "21:30"),
        ("9 p.m.", "21:00"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("noon", "12:00"),
        ("Midnight", "00:00"),
        ("23:59", "23:59"),
    ],
)
def test_parse_time(typed: str, expected: str) -> None:
    """Times are read the way people in many places write them."""
    assert format_time(parse_time(typed)) == expected


@pytest.mark.parametrize(
    "typed", ["", "24:00", "9:60", "13pm", "0 am", "-1", "nine", "9:3", "930000", "9" * 5000]
)
def test_parse_time_refuses(typed: str) -> None:
    """What is no time of day is answered with an example."""
    with pytest.raises(NotUnderstood, match="like 09:00"):
        parse_time(typed)


@thorough
@given(minutes)
def test_times_read_back(minute: int) -> None:
    """Every time that the bot writes it can read."""
    assert parse_time(format_time(minute)) == minute


@pytest.mark.parametrize(
    "typed,expected",
    [
        ("2026-02-01", "2026-02-01"),
        ("2026-2-1", "2026-02-01"),
        ("1.2.2026", "2026-02-01"),
        ("Friday", "2026-01-16"),
        ("next friday", "2026-01-16"),
        ("thu", "2026-01-22"),
        ("today", "2026-01-15"),
        ("Tomorrow", "2026-01-16"),
        ("1 week", "2026-01-22"),
        ("a week", "2026-01-22"),
        ("in 2 weeks", "2026-01-29"),
        ("3w", "2026-02-05"),
        ("10 days", "2026-01-25"),
        ("10d", "2026-01-25"),
        ("2027-01-16", "2027-01-16"),
    ],
)
def test_parse_date(typed: str, expected: str) -> None:
    """Dates and spans of days and weeks are read, up to a year ahead."""
    assert parse_date(typed, date(2026, 1, 15)).isoformat() == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "soon",
        "2026-02-30",
        "30.2.2026",
        "yesterday",
        "2025-12-31",
        "2027-01-17",
        "999 weeks",
        "9999w",
        "-1 days",
        "0000-01-01",
        "1.5 weeks",
    ],
)
def test_parse_date_refuses(typed: str) -> None:
    """Past, far and impossible dates are refused with an example."""
    with pytest.raises(NotUnderstood, match=r"\d+ weeks"):
        parse_date(typed, date(2026, 1, 15))


def test_days() -> None:
    """Days are named from Monday on, as `date.weekday` counts them."""
    assert [f"{date(2026, 1, 5) + timedelta(days=n):%A}" for n in range(7)] == list(DAYS)
