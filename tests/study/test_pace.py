"""A pace and the weekly plan that follows from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.calendar import NotUnderstood
from bot.study.pace import Pace, parse_pace, plan
from bot.study.roadmap import Kind, Resource, Roadmap, Section, Topic

thorough = settings(max_examples=200, deadline=None)
paces = st.builds(Pace, st.integers(0, 60))


def topic(key: str, hours: int, lines: int) -> Topic:
    """Make a topic with so many lines of focus."""
    focus = tuple(f"{key} {n}" for n in range(lines))
    resource = Resource(f"{key}-r", key, Kind.ARTICLE, "https://example.com")
    return Topic(key, key, "s", "", "", hours, "", focus=focus, resources=(resource,))


@st.composite
def roadmaps(draw: st.DrawFn) -> Roadmap:
    """Make a roadmap whose study order differs from the order of its file."""
    sizes = draw(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 12)), min_size=1, max_size=8))
    topics = tuple(topic(f"t{n}", hours, lines) for n, (hours, lines) in enumerate(sizes))
    order = draw(st.permutations([t.key for t in topics]))
    return Roadmap("r", "R", "", (Section("s", "S", topics),), tuple(order))


@thorough
@given(roadmaps(), paces)
def test_topics_fill_contiguous_weeks(roadmap: Roadmap, pace: Pace) -> None:
    """Weeks count from 1, topics keep their study order, and each has all its parts in a row."""
    weeks = plan(roadmap, pace)
    assert [w.number for w in weeks] == list(range(1, len(weeks) + 1))
    expected = []
    for t in roadmap.topics:
        parts = -(-t.hours // pace.hours) if pace.hours else 1
        expected += [(t.key, part, parts) for part in range(1, parts + 1)]
    assert [(w.topic.key, w.part, w.parts) for w in weeks] == expected


@thorough
@given(roadmaps(), paces)
def test_every_line_of_focus_has_a_week(roadmap: Roadmap, pace: Pace) -> None:
    """No line of focus is lost, their order stays, and no week of a topic that has lines is without one."""
    weeks = plan(roadmap, pace)
    for t in roadmap.topics:
        own = [w.focus for w in weeks if w.topic.key == t.key]
        seen = [line for focus in own for line in focus]
        assert tuple(dict.fromkeys(seen)) == t.focus
        assert seen == sorted(seen, key=t.focus.index)
        assert all(own) or not t.focus


def test_lines_are_shared_out() -> None:
    """Three lines over two weeks meet in the middle, and one week gets them all."""
    roadmap = Roadmap("r", "R", "", (Section("s", "S", (topic("a", 12, 3),)),), ("a",))
    assert [w.focus for w in plan(roadmap, Pace(6))] == [("a 0", "a 1"), ("a 1", "a 2")]
    assert [w.focus for w in plan(roadmap, Pace(0))] == [("a 0", "a 1", "a 2")]


@pytest.mark.parametrize(
    "typed,hours",
    [
        ("topic", 0),
        ("a topic a week", 0),
        ("One Topic per week", 0),
        ("6", 6),
        ("6h", 6),
        ("6 hours", 6),
        (" 6  Hours a week ", 6),
        ("6h/week", 6),
        ("1 hour a week", 1),
        ("60", 60),
    ],
)
def test_parse_pace(typed: str, hours: int) -> None:
    """A pace is read the way people say it."""
    assert parse_pace(typed) == Pace(hours)


@pytest.mark.parametrize("typed", ["", "0", "61", "-6", "6.5", "fast", "6 topics", "9" * 5000])
def test_parse_pace_refuses(typed: str) -> None:
    """What is no pace is answered with what would be one."""
    with pytest.raises(NotUnderstood, match="hours a week, 1 to 60"):
        parse_pace(typed)


@thorough
@given(paces)
def test_paces_read_back(pace: Pace) -> None:
    """Every pace that the bot writes it can read."""
    assert parse_pace(str(pace)) == pace


@pytest.mark.parametrize("hours", [-1, 61])
def test_a_pace_has_bounds(hours: int) -> None:
    """Nobody plans with less than nothing or more than 60 hours a week."""
    with pytest.raises(ValueError, match="0 to 60"):
        Pace(hours)
