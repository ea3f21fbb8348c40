"""Points: what a mark brings, and boards that any history keeps right."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.study.calendar import periods_of
from bot.study.points import (
    ALL_TIME,
    EXTRA_POINTS,
    Score,
    award_resource,
    award_topic,
    score_in,
    scores,
    worth,
)
from bot.study.progress import Act, Mark, standing_marks
from bot.study.roadmap import Topic
from tests.makers import resource, topic, topics

START = datetime(2025, 12, 28, 22, 30, tzinfo=UTC)


def awarded(found: Topic, key: str, earned: dict[str, int]) -> int:
    """Return what a mark of that key brings after others."""
    if key == found.key:
        return award_topic(found, earned)
    return award_resource(found, next(r for r in (*found.resources, found.task) if r.key == key), earned)


@given(topics())
def test_steps_add_up_to_the_hours(found: Topic) -> None:
    """The steps that finish a topic are worth its hours exactly, and differ by at most a point."""
    steps = [worth(found, n + 1) - worth(found, n) for n in range(found.steps)]
    assert sum(steps) == found.hours
    assert max(steps) - min(steps) <= 1


@given(topics(), st.data())
def test_no_order_of_marks_brings_more_or_less_than_another(found: Topic, data: st.DataObject) -> None:
    """Whatever is marked in whatever order: at the end the hours, and a point for each thing beyond the needed."""
    keys = [found.key, *(r.key for r in (*found.resources, found.task))]
    earned: dict[str, int] = {}
    beyond = len(found.extras) + len(found.ways) - found.steps
    for key in data.draw(st.permutations(keys)):
        earned[key] = awarded(found, key, earned)
        assert earned[key] >= 0
        assert sum(earned.values()) <= found.hours + EXTRA_POINTS * beyond
    assert sum(earned.values()) == found.hours + EXTRA_POINTS * beyond


@given(topics(), st.data())
def test_finishing_brings_the_hours(found: Topic, data: st.DataObject) -> None:
    """Whichever way somebody finishes a topic, they have its hours then, and what was beyond on top."""
    earned: dict[str, int] = {}
    for key in data.draw(st.permutations([r.key for r in found.ways])):
        earned[key] = awarded(found, key, earned)
        beyond = len(earned) - found.steps_done(earned.keys())
        if found.steps_done(earned.keys()) == found.steps:
            assert sum(earned.values()) == found.hours + EXTRA_POINTS * beyond


@given(topics("old"), topics("old"), st.data())
def test_an_edited_topic_brings_no_more_than_it_ever_had(
    before: Topic, after: Topic, data: st.DataObject
) -> None:
    """Marks made before and after an edit of hours, resources and rule stay within the greater of the two sizes."""
    earned: dict[str, int] = {}
    for found in (before, after):
        keys = [key for key in (found.key, *(r.key for r in found.ways)) if key not in earned]
        for key in data.draw(st.permutations(keys)) if keys else ():
            if data.draw(st.booleans()):
                earned[key] = awarded(found, key, earned)
    there = [earned[key] for key in (after.key, *(r.key for r in after.ways)) if key in earned]
    assert sum(there) <= max(before.hours, after.hours) + EXTRA_POINTS * len(there)


def test_points_by_example() -> None:
    """Twelve hours: six and six where two are asked for, all at once where any one is, and one for what is more."""
    two = topic("t", 12, (resource("a"), resource("b"), resource("x", extra=True)), complete=2)
    one = topic("t", 12, (resource("a"), resource("b"), resource("x", extra=True)))
    for found, order, brought in (
        (two, ("a", "x", "b", "t.exercise"), [6, 1, 6, 1]),
        (two, ("a", "t", "b"), [6, 6, 0]),
        (one, ("a", "b", "t.exercise"), [12, 1, 1]),
        (one, ("t", "a", "b"), [12, 0, 1]),
    ):
        earned: dict[str, int] = {}
        for key in order:
            earned[key] = awarded(found, key, earned)
        assert list(earned.values()) == brought


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """Any history of an append-only table, with undos of any standing mark."""
    marks: list[Mark] = []
    at = START
    for number in range(1, draw(st.integers(0, 15)) + 1):
        at += timedelta(minutes=draw(st.integers(0, 20_000)))
        alive = standing_marks(marks)
        act = draw(st.sampled_from(Act))
        if act is Act.UNDONE and alive:
            mark = draw(st.sampled_from(alive))
            marks.append(Mark(number, mark.item, Act.UNDONE, at, at.date(), undoes=mark.id))
        elif act is not Act.UNDONE:
            day = at.date() - timedelta(days=draw(st.integers(0, 30)))
            points = draw(st.integers(0, 9)) if act is Act.FINISHED else 0
            marks.append(Mark(number, draw(st.integers(1, 5)), act, at, day, points))
    return marks


@given(histories())
def test_scores_are_sums_over_the_marks_that_stand(history: list[Mark]) -> None:
    """Each period's score is the sum of the standing points in it, reached at the last of them."""
    alive = standing_marks(history)
    counted = [m for m in alive if m.act is Act.FINISHED and m.points]
    expected: dict[str, Score] = {}
    for period in {p for m in counted for p in (ALL_TIME, *periods_of(m.day))}:
        own = [m for m in counted if period in (ALL_TIME, *periods_of(m.day))]
        expected[period] = Score(sum(m.points for m in own), max(m.at for m in own))
    assert scores(alive) == expected
    assert {period: score_in(alive, period) for period in expected} == expected
    assert score_in(alive, "1999-01") is None


@given(histories(), histories())
def test_any_later_history_that_is_undone_changes_no_score(first: list[Mark], later: list[Mark]) -> None:
    """After any marks and the undo of them all, the scores are what they were before."""
    moved = [
        Mark(m.id + 100, m.item, m.act, m.at, m.day, m.points, m.undoes and m.undoes + 100)
        for m in standing_marks(later)
    ]
    undone = [Mark(m.id + 100, m.item, Act.UNDONE, m.at, m.day, undoes=m.id) for m in moved]
    before = scores(standing_marks(first))
    assert scores(standing_marks([*first, *moved, *undone])) == before
