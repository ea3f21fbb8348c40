"""What finishes a topic, as a file says it: every mistake is told where it is, with what would put it right."""

from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from bot.study.reading import canonical, check, from_canonical, read_roadmap, roadmap_schema
from bot.study.roadmap import Complete, Need, OneOf, Roadmap
from bot.study.roadmap_files import default_folder, load_folder
from tests.makers import roadmap, topic

FILE = """\
roadmap: bread
title: Bread
summary: Bake.
sections:
  - key: basics
    title: Basics
    topics:
      - key: loaf
        title: Loaf
        goal: Bake.
        summary: Bake.
        hours: 4
        exercise: Bake.
        complete: {}
        resources:
          - {{key: book, title: B, kind: book, url: "https://a.example.org", cost: paid}}
          - {{key: film, title: F, kind: course, url: "https://a.example.org"}}
          - {{key: more, title: M, kind: course, url: "https://a.example.org", extra: true}}
"""
MISTAKES = {
    "al": ['14:19: complete "al" is not known (did you mean "all"?)'],
    "all": [
        '14:19: complete: all needs "book", which is not free (mark it extra, or name alternatives with one_of)'
    ],
    "0": ["14:19: complete must be a whole number from 1 to 60, not 0"],
    "1.5": ["14:19: complete must be a whole number from 1 to 60"],
    "3": [
        (
            "14:19: complete: 3 needs something that is not free "
            "(at most 2 can be done for free, the exercise among them)"
        )
    ],
    "4": ["14:19: complete: 4 is more than the 3 things that count (all of them: all)"],
    "[]": ["14:19: complete needs at least one entry (start each entry with `- `)"],
    "[{one_of: []}]": ["14:29: one_of needs at least one entry (start each entry with `- `)"],
    "[{oneof: [film]}]": [
        "14:20: this group of alternatives has no one_of (add a line `one_of: …`)",
        '14:21: unknown key "oneof" in this group of alternatives (did you mean "one_of"?)',
    ],
    "[{one_of: [flim]}]": ['14:30: one_of names the unknown resource "flim" (did you mean "film"?)'],
    "[{one_of: [more]}]": ['14:30: one_of names "more", which is extra (extras never count)'],
    "[{one_of: [film, film]}]": ['14:36: "film" is already named on line 14 (name each thing in one group)'],
    "[{one_of: [book]}]": [
        (
            "14:20: nothing in this group is free, though the topic has free resources "
            "(add a free one, or the word exercise)"
        )
    ],
    "{a: b}": ["14:19: complete must be text, not a mapping"],
}


@pytest.mark.parametrize("complete", MISTAKES)
def test_each_mistake_is_reported_at_its_place(complete: str) -> None:
    """Line, column, what is wrong and what to write instead."""
    found = [str(problem).removeprefix("b.yaml:") for problem in check(FILE.format(complete), "b.yaml")[1]]
    assert found == MISTAKES[complete]


@pytest.mark.parametrize(
    "complete,needs",
    [
        ("any", [({"book", "film", "loaf.exercise"}, 1)]),
        ("2", [({"book", "film", "loaf.exercise"}, 2)]),
        ("[{one_of: [book, film]}]", [({"book", "film"}, 1)]),
        ("[{one_of: [book, exercise]}, {one_of: [film]}]", [({"book", "loaf.exercise"}, 1), ({"film"}, 1)]),
    ],
)
def test_a_rule_becomes_what_the_topic_needs(complete: str, needs: list[tuple[set[str], int]]) -> None:
    """Words, a number and groups all end as so many of some items, and come back from the stored text the same."""
    found = read_roadmap(FILE.format(complete), "b.yaml")
    assert found.topics[0].needs == tuple(Need(frozenset(of), count) for of, count in needs)
    assert from_canonical(canonical(found)) == found


def test_all_is_all_main_resources_without_the_exercise() -> None:
    """A topic whose resources are all free may ask for all of them."""
    found = read_roadmap(FILE.replace(", cost: paid", "").format("all"), "b.yaml")
    assert found.topics[0].needs == (Need(frozenset({"book", "film"}), 2),)


@pytest.mark.parametrize("complete", ["any", "all", 2, (OneOf(("t-a", "exercise")),)])
def test_the_schema_takes_what_the_loader_takes(complete: Complete) -> None:
    """Each way to say it fits the JSON schema, and what means nothing does not."""
    rule = roadmap_schema()["properties"]["sections"]["items"]["properties"]["topics"]["items"]["properties"]
    said = [{"one_of": list(g.one_of)} for g in complete] if isinstance(complete, tuple) else complete
    checked = Draft202012Validator(rule["complete"])
    assert checked.is_valid(said)
    assert not checked.is_valid("some")
    assert not checked.is_valid([{"one_of": []}])


def test_a_rule_that_is_left_out_changes_no_stored_text() -> None:
    """Roadmaps that were published before there were rules keep their digest."""
    plan = roadmap(topic("t"))
    assert "complete" not in canonical(plan)
    assert canonical(roadmap(topic("t", complete="any"))) == canonical(plan)


@pytest.fixture(scope="module")
def mlops() -> Roadmap:
    """The roadmap that comes with the bot."""
    return load_folder(default_folder())[0]


def test_the_mlops_roadmap_can_be_finished_for_free(mlops: Roadmap) -> None:
    """With free resources and exercises alone every topic is done."""
    free = {r.key for t in mlops.topics for r in t.ways if r.cost == "free"}
    assert [t.key for t in mlops.topics if t.steps_done(free) != t.steps] == []


def test_an_exercise_moves_along_with_its_topic() -> None:
    """Its key is the topic's with its name after it, also for the names that the topic had before."""
    found = replace(topic("new"), renamed_from=("old",))
    assert (found.task.key, found.task.renamed_from) == ("new.exercise", ("old.exercise",))
