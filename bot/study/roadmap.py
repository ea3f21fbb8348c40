"""What a roadmap is: sections of topics of resources, immutable once read."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """What a resource is; `typical_hours` orders resources whose length nobody stated."""

    ARTICLE = "article"
    TUTORIAL = "tutorial"
    PRACTICE = "practice"
    REPOSITORY = "repository"
    ROADMAP = "roadmap"
    COURSE = "course"
    TRACK = "track"
    BOOK = "book"
    EXERCISE = "exercise"

    @property
    def typical_hours(self) -> float:
        """Hours that such a resource takes when nobody stated its length."""
        return _TYPICAL_HOURS[self]


_TYPICAL_HOURS = {
    Kind.ARTICLE: 0.5,
    Kind.TUTORIAL: 2.0,
    Kind.PRACTICE: 5.0,
    Kind.REPOSITORY: 6.0,
    Kind.ROADMAP: 8.0,
    Kind.COURSE: 12.0,
    Kind.TRACK: 20.0,
    Kind.BOOK: 25.0,
    Kind.EXERCISE: 30.0,
}
IN_FILES = tuple(kind for kind in Kind if kind is not Kind.EXERCISE)
"""What a resource in a file can be; the exercise of a topic is a thing of its own."""

LONGEST_TOPIC_KEY = 31
EXERCISE_KEY = "{}.exercise"
"""The key of a topic's exercise. No key in a file has a dot, so it is nobody else's."""


class Cost(StrEnum):
    """What a resource costs its reader."""

    FREE = "free"
    PARTLY = "partly free"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Link:
    """A name with an address: a tool of a topic, or the source that a roadmap credits."""

    name: str
    url: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing to read, watch or do. An `extra` never counts against anyone."""

    key: str
    title: str
    kind: Kind
    url: str
    authors: tuple[str, ...] = ()
    publisher: str = ""
    cost: Cost = Cost.FREE
    cost_note: str = ""
    level: str = ""
    hours: float | None = None
    extra: bool = False
    renamed_from: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def length(self) -> float:
        """Hours it takes: as stated, else what its kind typically takes."""
        return self.kind.typical_hours if self.hours is None else self.hours


@dataclass(frozen=True, slots=True)
class OneOf:
    """Alternatives: any one of these resources, or the word `exercise`."""

    one_of: tuple[str, ...]


ANY, ALL = "any", "all"
EXERCISE = "exercise"
Complete = str | int | tuple[OneOf, ...]
"""What finishes a topic: `any` one of its ways, so many of them, `all` its main resources, or one of each group."""


@dataclass(frozen=True, slots=True)
class Need:
    """So many of some items, by key."""

    of: frozenset[str]
    count: int = 1


@dataclass(frozen=True)
class Topic:
    """What one weekly prompt is about. `hours` is the effort of the whole topic, `complete` what finishes it."""

    key: str
    title: str
    section: str
    goal: str
    summary: str
    hours: int
    exercise: str
    questions: tuple[str, ...] = ()
    focus: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    helpful: tuple[str, ...] = ()
    tools: tuple[Link, ...] = ()
    resources: tuple[Resource, ...] = ()
    renamed_from: tuple[str, ...] = ()
    complete: Complete = ANY

    def __hash__(self) -> int:
        # What is cached by topic is looked up in every answer, and a hash of all that is in one takes longer than that.
        return hash(self.key)

    @cached_property
    def task(self) -> Resource:
        """The exercise, as something that can be marked."""
        old = tuple(map(EXERCISE_KEY.format, self.renamed_from))
        title = f"{self.title[:139]}: exercise"
        return Resource(EXERCISE_KEY.format(self.key), title, Kind.EXERCISE, "", renamed_from=old)

    @cached_property
    def ways(self) -> tuple[Resource, ...]:
        """What may count towards finishing the topic: its main resources and its exercise."""
        return (*self.main, self.task)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What finishes the topic: each of these, unless it is marked as a whole."""
        if isinstance(self.complete, tuple):
            return tuple(Need(frozenset(map(self._named, group.one_of))) for group in self.complete)
        if self.complete == ALL:
            return (Need(self.main_keys, len(self.main)),)
        ways = frozenset(r.key for r in self.ways)
        return (Need(ways, 1 if self.complete == ANY else min(int(self.complete), len(ways))),)

    def _named(self, name: str) -> str:
        return self.task.key if name == EXERCISE else name

    @cached_property
    def steps(self) -> int:
        """How many items finish the topic."""
        return sum(need.count for need in self.needs)

    def steps_done(self, finished: AbstractSet[str]) -> int:
        """How many of these steps are done with what is finished."""
        return sum([min(need.count, len(need.of & finished)) for need in self.needs])

    @cached_property
    def main(self) -> tuple[Resource, ...]:
        """The resources that count; a topic always has at least one."""
        return tuple(r for r in self.resources if not r.extra)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of everything that may count towards finishing it, its own among them."""
        return frozenset((self.key, *(r.key for r in self.ways)))

    @cached_property
    def main_keys(self) -> frozenset[str]:
        """The keys of the resources that count."""
        return frozenset(r.key for r in self.main)

    @cached_property
    def extras(self) -> tuple[Resource, ...]:
        """The resources beyond the roadmap's own."""
        return tuple(r for r in self.resources if r.extra)


@dataclass(frozen=True, slots=True)
class Section:
    """Topics that belong together, in the order of the file."""

    key: str
    title: str
    topics: tuple[Topic, ...]
    renamed_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roadmap:
    """A whole study plan. `order` names every topic once, in the order to study them."""

    key: str
    title: str
    summary: str
    sections: tuple[Section, ...]
    order: tuple[str, ...]
    credits: tuple[Link, ...] = field(default=())

    @cached_property
    def by_key(self) -> dict[str, Topic]:
        """Every topic by its key."""
        return {topic.key: topic for section in self.sections for topic in section.topics}

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """Every topic in study order."""
        return tuple(self.by_key[key] for key in self.order)

    @cached_property
    def resources(self) -> dict[str, tuple[Topic, Resource]]:
        """Every resource and exercise by its key, with the topic it belongs to."""
        return {r.key: (topic, r) for topic in self.topics for r in (*topic.resources, topic.task)}

    def items(self) -> Iterator[tuple[str, Topic | Resource]]:
        """Everything that can be marked, topic before its resources, in study order."""
        for topic in self.topics:
            yield topic.key, topic
            for resource in (*topic.resources, topic.task):
                yield resource.key, resource
