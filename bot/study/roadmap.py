"""What a roadmap is: sections of topics of resources, immutable once read."""

from collections.abc import Iterator
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
}


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

    @property
    def length(self) -> float:
        """Hours it takes: as stated, else what its kind typically takes."""
        return self.kind.typical_hours if self.hours is None else self.hours


@dataclass(frozen=True)
class Topic:
    """What one weekly prompt is about. `hours` is the effort of the whole topic."""

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

    @cached_property
    def main(self) -> tuple[Resource, ...]:
        """The resources that count; a topic always has at least one."""
        return tuple(r for r in self.resources if not r.extra)

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
        """Every resource by its key, with the topic it belongs to."""
        return {r.key: (topic, r) for topic in self.topics for r in topic.resources}

    def items(self) -> Iterator[tuple[str, Topic | Resource]]:
        """Everything that can be marked, topic before its resources, in study order."""
        for topic in self.topics:
            yield topic.key, topic
            for resource in topic.resources:
                yield resource.key, resource
