"""Points and boards. A topic is worth its hours of effort; the steps that finish it share them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.study.calendar import periods_of
from bot.study.progress import Act, Mark
from bot.study.roadmap import Resource, Topic

EXTRA_POINTS = 1
ALL_TIME = "all"


def worth(topic: Topic, steps: int) -> int:
    """What so many steps towards finishing a topic are worth; all of them its hours, exactly."""
    base, left_over = divmod(topic.hours, topic.steps)
    return base * steps + min(steps, left_over)


def award_topic(topic: Topic, earned: Mapping[str, int]) -> int:
    """What marking a whole topic adds: its hours less what the steps towards it brought already.

    `earned` maps the keys of finished items to the points that their marks brought.
    """
    return max(0, _room(topic, earned, topic.steps_done(earned.keys())))


def award_resource(topic: Topic, resource: Resource, earned: Mapping[str, int]) -> int:
    """What marking a resource or the exercise adds: its step's share of the hours.

    Nothing, when the topic was marked as a whole before; what it does not need, or needs no more, counts as an extra.
    Steps that are added to a topic later share nothing out again: it never brings more than its hours and extras.
    """
    done = topic.steps_done(earned.keys())
    after = topic.steps_done({*earned, resource.key})
    if resource.extra or after == done:
        return EXTRA_POINTS
    return max(0, min(worth(topic, after) - worth(topic, done), _room(topic, earned, done)))


def _room(topic: Topic, earned: Mapping[str, int], done: int) -> int:
    """What a topic can still bring: its hours and a point for each way beyond the needed, less what it brought."""
    ways = [earned[r.key] for r in topic.ways if r.key in earned]
    beyond = len(ways) - done
    brought = earned.get(topic.key, 0) + sum(ways)
    return topic.hours + EXTRA_POINTS * beyond - brought


class Score(NamedTuple):
    """A row of a board: the points, and when that many were reached (aware UTC)."""

    points: int
    reached_at: datetime


def scores(marks: Iterable[Mark], only: Collection[str] = ()) -> dict[str, Score]:
    """Derive a member's score in every period from standing marks: all time, and the weeks and months of their days.

    `only` names the periods that are wanted, if not all; one in which nothing brought points is left out.
    """
    points: dict[str, int] = {}
    reached: dict[str, datetime] = {}
    for mark in marks:
        if mark.points and mark.act is Act.FINISHED:
            for period in (ALL_TIME, *periods_of(mark.day)):
                if only and period not in only:
                    continue
                points[period] = points.get(period, 0) + mark.points
                last = reached.get(period)
                reached[period] = mark.at if last is None or mark.at > last else last
    return {period: Score(points[period], reached[period]) for period in points}


def score_in(marks: Iterable[Mark], period: str) -> Score | None:
    """The score in one period; None where nothing in it brought points."""
    return scores(marks, (period,)).get(period)
