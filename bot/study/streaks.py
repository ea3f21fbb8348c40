"""Streaks: weeks with something recorded, in the member's own calendar. Worked out anew from the marks each time.

One week of rest is allowed in any six: a week without a mark is a rest, unless another one follows within the next
five; then it ends the streak, and what comes after it begins a new one. Weeks in which the group paused or the member
was away are passed over, and count where something was recorded all the same. The week that runs is not over: it can
only add. So recording something late for a week that is past mends whatever that week had broken.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate, zip_longest
from zoneinfo import ZoneInfo

from bot.study.calendar import local, week_start
from bot.study.preferences import Away
from bot.study.progress import Act, Mark

IN_ANY = 6
"""In so many weeks one may be a rest."""

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a week is to a streak."""

    MARKED = "marked"
    RUNNING = "running"
    PAUSED = "paused"
    AWAY = "away"
    REST = "rest"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday, what it is, and how many marks are in it."""

    monday: date
    kind: Kind
    marks: int = 0


@dataclass(frozen=True, slots=True)
class Streak:
    """Every week since the first mark, oldest first. `length` and `best` count weeks with marks.

    `since` is the Monday of the streak's first week. `rest_from` is the Monday of the first week, from the running one
    on, that could be a rest.
    """

    weeks: tuple[Week, ...] = ()
    length: int = 0
    best: int = 0
    since: date | None = None
    rest_from: date | None = None


def studied(marks: Iterable[Mark]) -> Iterable[date]:
    """The days for which standing marks say that something was done; leaving something out is no study."""
    return (mark.day for mark in marks if mark.act is not Act.SKIPPED)


def paused_days(began: datetime, ended: datetime | None, zone: ZoneInfo, today: date) -> Away:
    """The whole days of a pause between two aware moments, in a zone; one that has no end lasts until tomorrow."""
    first = local(began, zone)
    begins = first.date() if first.time() == time() else first.date() + _DAY
    return Away(begins, local(ended, zone).date() if ended else max(begins, today) + _DAY)


def streak(
    days: Iterable[date], today: date, pauses: Sequence[Away] = (), aways: Sequence[Away] = ()
) -> Streak:
    """Work a streak out from the days for which something was recorded; those to come are left out."""
    marks = Counter(week_start(day, 0) for day in days if day <= today)
    if not marks:
        return Streak()
    now, weeks = week_start(today, 0), []
    monday = min(marks)
    while monday <= now:
        weeks.append(Week(monday, _kind(monday, now, marks, pauses, aways), marks[monday]))
        monday += _WEEK
    return _counted(_rested(weeks), now)


def _kind(
    monday: date, now: date, marks: Counter[date], pauses: Sequence[Away], aways: Sequence[Away]
) -> Kind:
    if marks[monday]:
        return Kind.MARKED
    if _touches(aways, monday):
        return Kind.AWAY
    if _touches(pauses, monday):
        return Kind.PAUSED
    return Kind.RUNNING if monday == now else Kind.MISSED


def _touches(spans: Sequence[Away], monday: date) -> bool:
    return any(max(span.first_day, monday) < min(span.back_on, monday + _WEEK) for span in spans)


def _rested(weeks: Sequence[Week]) -> list[Week]:
    """Say of each missing week whether it is a rest: no other one follows soon, and a streak stands before it."""
    found = list(weeks)
    missing = [place for place, week in enumerate(weeks) if week.kind is Kind.MISSED]
    begun_at = 0
    for place, following in zip_longest(missing, missing[1:]):
        begun = any(week.kind is Kind.MARKED for week in weeks[begun_at:place])
        if begun and (following is None or following - place >= IN_ANY):
            found[place] = Week(weeks[place].monday, Kind.REST)
        else:
            begun_at = place
    return found


def _counted(weeks: Sequence[Week], now: date) -> Streak:
    length, since, rest = 0, None, None
    for week in weeks:
        if week.kind is Kind.MISSED:
            length, since, rest = 0, None, None
        elif week.kind is Kind.MARKED:
            length, since = length + 1, since or week.monday
        elif week.kind is Kind.REST:
            rest = week.monday
    free = max(now, rest + IN_ANY * _WEEK) if rest else now
    return Streak(tuple(weeks), length, _best(weeks), since, free)


def _best(weeks: Sequence[Week]) -> int:
    """The most weeks with marks between two missing ones that are too close: what once was a rest counts here."""
    best = start = 0
    last: int | None = None
    marked = list(accumulate((week.kind is Kind.MARKED for week in weeks), initial=0))
    for place, week in enumerate(weeks):
        if week.kind in (Kind.MISSED, Kind.REST):
            if last is not None and place - last < IN_ANY:
                start = last + 1
            last = place
        best = max(best, marked[place + 1] - marked[start])
    return best
