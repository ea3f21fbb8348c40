"""A year by days, and when a roadmap was finished: derived from marks."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.study.progress import Act, Mark, standing, tally
from bot.study.roadmap import Roadmap

DAYS = 365


@dataclass(frozen=True, slots=True)
class Year:
    """How much was finished on each of the last 365 days; the last count is the day `until`."""

    until: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How much was finished in all."""
        return sum(self.counts)

    @property
    def days(self) -> int:
        """On how many days something was finished."""
        return sum(count > 0 for count in self.counts)

    def day(self, at: int) -> date:
        """The date of a count."""
        return self.until - timedelta(days=len(self.counts) - 1 - at)

    @property
    def weekdays(self) -> tuple[int, ...]:
        """How much was finished on Mondays, Tuesdays and so on."""
        found = [0] * 7
        for at, count in enumerate(self.counts):
            found[self.day(at).weekday()] += count
        return tuple(found)

    @property
    def months(self) -> tuple[tuple[date, int], ...]:
        """The first day of each month in which something was finished, with how much, oldest first."""
        found: Counter[date] = Counter()
        for at, count in enumerate(self.counts):
            found[self.day(at).replace(day=1)] += count
        return tuple((month, count) for month, count in sorted(found.items()) if count)


def year(days: Mapping[date, int], until: date) -> Year:
    """The 365 days up to a date, of what was finished on each day; what lies outside counts nothing."""
    first = first_day(until)
    return Year(until, tuple(max(0, days.get(first + timedelta(days=at), 0)) for at in range(DAYS)))


def first_day(until: date) -> date:
    """The first of the 365 days up to a date."""
    return until - timedelta(days=DAYS - 1)


def finished_days(marks: Iterable[Mark]) -> Counter[date]:
    """How much was finished on each day, of marks that nobody took back."""
    return Counter(mark.day for mark in marks if mark.act is Act.FINISHED)


def finished_on(roadmap: Roadmap, marks: Sequence[Mark], keys: Mapping[int, str]) -> date | None:
    """The day on which the last topic was done, of marks that nobody took back; None while one is open."""
    done = [mark for mark in marks if mark.act is Act.FINISHED and mark.item in keys]
    ordered = sorted(done, key=lambda mark: (mark.day, mark.id))
    if not _whole(roadmap, ordered, keys):
        return None
    least, most = 1, len(ordered)
    while least < most:  # the fewest marks that make it whole, found by halves: what is done stays done
        middle = (least + most) // 2
        least, most = (least, middle) if _whole(roadmap, ordered[:middle], keys) else (middle + 1, most)
    return ordered[least - 1].day


def _whole(roadmap: Roadmap, marks: Sequence[Mark], keys: Mapping[int, str]) -> bool:
    counted = tally(roadmap.topics, standing(marks, dict(keys)))
    return counted.topics_done == counted.topics and bool(marks)
