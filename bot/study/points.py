"""Points and boards. A topic is worth its hours of effort; its main resources share them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.study.calendar import periods_of
from bot.study.progress import Act, Mark
from bot.study.roadmap import Resource, Topic

EXTRA_POINTS = 1
ALL_TIME = "all"


def share(topic: Topic, resource: Resource) -> int:
    """What a resource is worth. The shares of a topic's main resources add up to its hours exactly."""
    if resource.extra:
        return EXTRA_POINTS
    main = [r.key for r in topic.main]
    base, left_over = divmod(topic.hours, len(main))
    return base + (main.index(resource.key) < left_over)


def award_topic(topic: Topic, earned: Mapping[str, int]) -> int:
    """What marking a whole topic adds: its hours less what its main resources brought already.

    `earned` maps the keys of finished items to the points that their marks brought.
    """
    return max(0, topic.hours - sum(earned.get(r.key, 0) for r in topic.main))


def award_resource(topic: Topic, resource: Resource, earned: Mapping[str, int]) -> int:
    """What marking a resource adds: its share, or nothing when its topic was marked as a whole before.

    Resources added to a topic later share nothing out again: it never brings more than its hours.
    """
    if resource.extra:
        return share(topic, resource)
    return 0 if topic.key in earned else min(share(topic, resource), award_topic(topic, earned))


@dataclass(frozen=True, slots=True)
class Score:
    """A row of a board: the points, and when that many were reached (aware UTC)."""

    points: int
    reached_at: datetime


def scores(marks: Iterable[Mark]) -> dict[str, Score]:
    """Derive a member's score in every period from standing marks: all time, and the weeks and months of their days."""
    found: dict[str, tuple[int, datetime]] = {}
    for mark in marks:
        if mark.act is Act.FINISHED and mark.points:
            for period in (ALL_TIME, *periods_of(mark.day)):
                points, reached = found.get(period, (0, mark.at))
                found[period] = points + mark.points, max(reached, mark.at)
    return {period: Score(*score) for period, score in found.items()}
