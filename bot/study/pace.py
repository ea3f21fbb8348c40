"""How fast a group studies, and the weekly plan that follows from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.text import plural
from bot.study.roadmap import Roadmap, Topic
from bot.study.spoken import NotUnderstood

MOST_HOURS = 60
"""Hours a week that anyone may plan with."""

_TOPIC = re.compile(r"(?:(?:a|one|1) )?topic(?: ?(?:a|per|/) ?week)?")
_HOURS = re.compile(r"(\d{1,3}) ?(?:h|hrs?|hours?)?(?: ?(?:a|per|/) ?week)?")


@dataclass(frozen=True, slots=True)
class Pace:
    """`hours` of study a week, 1 to 60, or 0 for a topic a week. Raises ValueError for any other number."""

    hours: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.hours <= MOST_HOURS:
            raise ValueError(f"a pace has 0 to {MOST_HOURS} hours a week, not {self.hours}")

    def __str__(self) -> str:
        return f"{plural(self.hours, 'hour')} a week" if self.hours else "a topic a week"


def parse_pace(text: str) -> Pace:
    """Read `topic`, `6`, `6h`, `6 hours a week` or the like. Raises NotUnderstood."""
    typed = " ".join(text.casefold().split())
    if _TOPIC.fullmatch(typed):
        return Pace()
    found = _HOURS.fullmatch(typed)
    if found and 1 <= int(found[1]) <= MOST_HOURS:
        return Pace(int(found[1]))
    raise NotUnderstood(
        f"I did not recognise that pace. Type hours a week, 1 to {MOST_HOURS}, or topic for a topic a week."
    )


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the plan, numbered from 1: part `part` of `parts` of a topic, with its lines of focus."""

    number: int
    topic: Topic
    part: int
    parts: int
    focus: tuple[str, ...]


def plan(roadmap: Roadmap, pace: Pace) -> tuple[Week, ...]:
    """Lay out every week of a roadmap at a pace, in study order."""
    steps = ((topic, *step) for topic in roadmap.topics for step in _parts(topic, pace))
    return tuple(Week(number, *step) for number, step in enumerate(steps, start=1))


def _parts(topic: Topic, pace: Pace) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Split a topic into weeks. Neighbours share a line of focus where lines do not divide evenly."""
    parts = max(1, -(-topic.hours // pace.hours)) if pace.hours else 1
    lines = len(topic.focus)
    for index in range(parts):
        first, last = index * lines // parts, -(-(index + 1) * lines // parts)
        yield index + 1, parts, topic.focus[first:last]
