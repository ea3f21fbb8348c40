"""Standing, what is on now and what remains, as a member's marks say."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.study.catalog import Edition
from bot.study.preferences import Study
from bot.study.progress import (
    Act,
    Mark,
    Standing,
    current_topic,
    extras_left,
    left_of,
    missing_before,
    remaining,
    skipped_topics,
    standing,
    standing_marks,
    tally,
    tally_sections,
)
from bot.study.roadmap import Cost, Kind, OneOf, Roadmap
from tests.makers import any_roadmap, resource, roadmap, topic

START = datetime(2026, 1, 5, tzinfo=UTC)


@st.composite
def standings(draw: st.DrawFn) -> tuple[Roadmap, Standing]:
    """Any roadmap with anything of it finished or skipped."""
    found = draw(any_roadmap())
    keys = [key for key, _ in found.items()]
    finished = draw(st.frozensets(st.sampled_from(keys)))
    skipped = draw(st.frozensets(st.sampled_from(keys)))
    return found, Standing(finished, skipped - finished)


@st.composite
def histories(draw: st.DrawFn) -> list[Mark]:
    """Any history as commands write it: an undo takes back the last mark that still stands."""
    marks: list[Mark] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        at = START + timedelta(hours=number)
        alive = standing_marks(marks)
        if alive and draw(st.booleans()):
            marks.append(Mark(number, alive[-1].item, Act.UNDONE, at, at.date(), undoes=alive[-1].id))
        else:
            act = draw(st.sampled_from((Act.FINISHED, Act.SKIPPED)))
            marks.append(Mark(number, draw(st.integers(1, 4)), act, at, at.date(), 3))
    return marks


@given(histories())
def test_an_undo_takes_back_exactly_the_last_standing_mark(history: list[Mark]) -> None:
    """What stands is what a stack of the marks holds, in the order in which they were made."""
    stack: list[Mark] = []
    for mark in history:
        if mark.act is Act.UNDONE:
            stack.pop()
        else:
            stack.append(mark)
    assert list(standing_marks(history)) == stack


@given(histories())
def test_undoing_everything_leaves_nothing(history: list[Mark]) -> None:
    """After an undo for every standing mark a member stands where nobody has begun."""
    undone = [
        Mark(100 + n, mark.item, Act.UNDONE, mark.at, mark.day, undoes=mark.id)
        for n, mark in enumerate(standing_marks(history))
    ]
    assert standing(standing_marks([*history, *undone]), {1: "a", 2: "b"}) == Standing()


@given(histories())
def test_finished_outweighs_skipped_and_retired_items_are_silent(history: list[Mark]) -> None:
    """An item both skipped and finished is finished, and an item without a key is in neither set."""
    at = standing(standing_marks(history), {1: "one", 2: "two"})
    assert not at.finished & at.skipped
    assert at.finished | at.skipped <= {"one", "two"}
    done = {mark.item for mark in standing_marks(history) if mark.act is Act.FINISHED}
    assert at.finished == {key for item, key in {1: "one", 2: "two"}.items() if item in done}


@given(standings())
def test_the_current_topic_is_the_first_open_one(found: tuple[Roadmap, Standing]) -> None:
    """Everything before the current topic in study order is done or skipped, and it itself is neither."""
    plan, at = found
    current = current_topic(plan, at)
    before = plan.topics[: plan.topics.index(current)] if current else plan.topics
    assert all(at.topic_done(t) or t.key in at.skipped for t in before)
    assert current is None or at.topic_open(current)


@given(standings(), st.sampled_from(Study))
def test_the_way_finishes_the_topic(found: tuple[Roadmap, Standing], study: Study) -> None:
    """Doing what the way names, and nothing else, finishes a topic; it is as short as can be."""
    plan, at = found
    for t in plan.topics:
        left = left_of(t, at, study)
        keys = {r.key for r in left.way}
        assert Standing(at.finished | keys, at.skipped).topic_done(t)
        assert not keys & at.finished
        assert at.topic_done(t) == (not left.way)
        missing = 0 if at.topic_done(t) else t.steps - t.steps_done(at.finished)
        assert len(left.way) == missing
        assert not set(left.way) & set(left.others)
        assert {r.key for r in left.others} | keys >= {r.key for r in t.ways} - at.finished - at.skipped


@given(standings())
def test_what_is_left_is_the_shortest_free_one_first(found: tuple[Roadmap, Standing]) -> None:
    """Free before partly free before paid, short before long, and nothing finished or skipped."""
    plan, at = found
    for t in plan.topics:
        for left in (left_of(t, at).others, extras_left(t, at)):
            ranks = [({"free": 0, "partly free": 1, "paid": 2}[r.cost], r.length) for r in left]
            assert ranks == sorted(ranks)
            assert not {r.key for r in left} & (at.finished | at.skipped)


@given(standings())
def test_a_roadmap_can_be_finished_for_free(found: tuple[Roadmap, Standing]) -> None:
    """A topic that any one thing finishes is finished by its exercise alone, whatever the resources cost."""
    plan, _ = found
    for t in plan.topics:
        if t.complete == "any":
            assert Standing(frozenset({t.task.key})).topic_done(t)


def test_the_way_by_example() -> None:
    """A two-hour free tutorial comes before a half-hour article that costs money, unless something else is liked."""
    paid = resource("paid", cost=Cost.PAID)
    partly = resource("partly", cost=Cost.PARTLY, hours=0.1)
    book, short = resource("book", kind=Kind.BOOK), resource("short", kind=Kind.COURSE, hours=2.0)
    found = topic("t", 9, (book, paid, partly, short))
    keys = [r.key for r in remaining(found, Standing())]
    assert keys == ["short", "book", "t.exercise", "partly", "paid"]
    for study, first in ((Study.BOOK, "book"), (Study.VIDEO, "short"), (Study.HANDS_ON, "t.exercise")):
        assert [r.key for r in left_of(found, Standing(), study).way] == [first]


def test_what_was_left_out_comes_back_only_where_it_is_needed() -> None:
    """The way goes around what was skipped, and through it where nothing else finishes the topic."""
    found = topic("t", 4, complete=(OneOf(("t-a", "exercise")), OneOf(("t-b",))))
    at = Standing(frozenset(), frozenset({"t-a", "t-b"}))
    assert [r.key for r in left_of(found, at).way] == ["t-b", "t.exercise"]


@given(standings())
def test_tallies_add_up(found: tuple[Roadmap, Standing]) -> None:
    """The sections' counts add up to the roadmap's, extras count nowhere, and done is never more than all."""
    plan, at = found
    whole = tally(plan.topics, at)
    parts = [counted for _, counted in tally_sections(plan, at)]
    assert whole.topics == sum(part.topics for part in parts) == len(plan.order)
    assert whole.topics_done == sum(part.topics_done for part in parts) <= whole.topics
    assert whole.resources == sum(len(t.main) for t in plan.topics)
    assert whole.resources_done == sum(part.resources_done for part in parts) <= whole.resources


@given(standings())
def test_a_topic_is_in_one_state(found: tuple[Roadmap, Standing]) -> None:
    """Done, skipped and open exclude each other, and only a topic that is not done can be begun."""
    plan, at = found
    skipped = skipped_topics(plan, at)
    for t in plan.topics:
        assert [at.topic_done(t), t in skipped, at.topic_open(t)].count(True) == 1
        assert not (at.begun(t) and at.topic_done(t))


def test_what_makes_a_topic_done() -> None:
    """Its own mark always; else any one way, so many, all main resources, or one of each group; never an extra."""
    parts = (resource("a"), resource("b"), resource("x", extra=True))
    groups = (OneOf(("a", "b")), OneOf(("exercise",)))
    done = {
        "any": [{"a"}, {"b"}, {"t.exercise"}],
        "all": [{"a", "b"}],
        2: [{"a", "b"}, {"a", "t.exercise"}, {"b", "t.exercise"}],
        groups: [{"a", "t.exercise"}, {"b", "t.exercise"}],
    }
    for complete, enough in done.items():
        found = topic("t", 4, parts, complete=complete)
        assert Standing(frozenset({"t"})).topic_done(found)
        for some in (
            {"a"},
            {"b"},
            {"t.exercise"},
            {"x"},
            {"a", "b"},
            {"a", "t.exercise"},
            {"b", "t.exercise"},
        ):
            assert Standing(frozenset(some)).topic_done(found) == any(some >= one for one in enough)


def test_a_finished_topic_stays_finished_when_the_file_changes() -> None:
    """The mark that finished it says so: with another rule, or without that resource, it is done all the same."""
    mark = Mark(1, 2, Act.FINISHED, START, START.date(), 4, finishes=1)
    for after in (topic("t", 4, complete="all"), topic("t", 4, (resource("new"),))):
        assert standing([mark], {1: "t", 2: "t-a"}).topic_done(after)
        assert standing([mark], {1: "t"}).topic_done(after)
    assert not standing([], {1: "t"}).topic_done(topic("t"))


def test_missing_prerequisites_are_named_until_done() -> None:
    """A required topic is named as long as it is not done, even if it was skipped."""
    plan = roadmap("a", "b", topic("c", requires=("a", "b"), helpful=("d",)), "d")
    at = Standing(frozenset({"a"}), frozenset({"b"}))
    assert [t.key for t in missing_before(plan, plan.by_key["c"], at)] == ["b"]
    assert missing_before(plan, plan.by_key["c"], Standing(frozenset({"a", "b"}))) == ()


def test_an_item_is_found_by_its_old_names() -> None:
    """A renamed item answers to its key and to every name it had before."""
    plan = roadmap(topic("new", 4, (resource("r2", renamed_from=("r1", "r0")),), renamed_from=("old",)))
    edition = Edition(1, plan, {"new": 1, "r2": 2})
    assert edition.item("old") == edition.item("new") == (plan.topics[0], None)
    assert edition.item("r0") == edition.item("r1") == edition.item("r2")
    assert edition.item("nothing") is None
