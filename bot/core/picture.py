"""What a picture of a Reply shows: plain data, drawn after the commit by bot/pictures.

Every text here is as people wrote it, only cleaned: a picture has no markup, so nothing is escaped.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How far a topic is. NOW is the one that somebody is on."""

    DONE = "done"
    BEGUN = "begun"
    NOW = "now"
    OPEN = "open"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Stop:
    """A topic on the map."""

    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Stretch:
    """A section of the map, its topics in the order of the file."""

    title: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number worth seeing, and what it counts: `14`, `points`."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class RoadmapMap:
    """Where somebody stands: the roadmap as a map of sections and topics. `name` is "" for who only looks."""

    name: str
    roadmap: str
    stretches: tuple[Stretch, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a board."""

    rank: int
    name: str
    points: int
    you: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """Who has how many points. `around` are the asker and the neighbours, where `places` does not show them.

    `best` is the highest number of points on the whole board, which the bars are measured by.
    """

    title: str
    roadmap: str
    places: tuple[Place, ...]
    best: int
    around: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """What was recorded on each day: `counts` end on the day `until` and go back as far as they are long."""

    title: str
    subtitle: str
    until: date
    counts: tuple[int, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Halt:
    """A topic and how many members are on it; `now` is the one that the group is on."""

    title: str
    members: int
    now: bool = False
    names: tuple[str, ...] = ()
    """Whose initials are shown; only of members who let themselves be seen."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where the members of a group are on the roadmap, topics in study order."""

    title: str
    roadmap: str
    halts: tuple[Halt, ...]
    finished: int
    """Members who are through."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """That somebody finished a roadmap."""

    name: str
    roadmap: str
    group: str
    began: date
    finished: date
    topics: int
    hours: int


Scene = RoadmapMap | Board | Year | Crowd | Certificate


@dataclass(frozen=True, slots=True)
class Picture:
    """A scene, and what it says in words for who can't see it; `name` is that of its file, without an ending."""

    scene: Scene
    alt: str
    name: str
