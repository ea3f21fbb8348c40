"""The roadmaps in memory."""

from hypothesis import given
from hypothesis import strategies as st

from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace, plan
from bot.study.roadmap import Roadmap
from tests.makers import any_roadmap, roadmap


@given(any_roadmap(), st.builds(Pace, st.integers(0, 60)))
def test_a_plan_is_worked_out_once(found: Roadmap, pace: Pace) -> None:
    """The weeks at a pace are those of the rules, and asking again gives the very same object."""
    edition = Edition(1, found, {})
    assert edition.weeks(pace) == plan(found, pace)
    assert edition.weeks(pace) is edition.weeks(Pace(pace.hours))


@given(any_roadmap())
def test_everything_that_can_be_marked_is_found(found: Roadmap) -> None:
    """Each topic and resource is found by its key, a resource with the topic it belongs to."""
    edition = Edition(1, found, {key: n for n, (key, _) in enumerate(found.items(), 1)})
    assert set(edition.items) == set(edition.ids) == set(edition.keys.values())
    for t in found.topics:
        assert edition.item(t.key) == (t, None)
        assert all(edition.item(r.key) == (t, r) for r in t.resources)


def test_a_roadmap_is_found_by_its_key() -> None:
    """A key that no roadmap has finds none and stands for its own title."""
    one, two = (Edition(n, roadmap("a", key=key), {"a": n}) for n, key in enumerate(("one", "two"), 1))
    catalog = Catalog({1: one, 2: two}, ("one",))
    assert catalog.by_key("two") is two
    assert catalog.by_key("three") is None
    assert (catalog.title("one"), catalog.title("three")) == ("ONE", "three")
