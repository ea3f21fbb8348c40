"""The roadmaps in memory: parsed once, immutable, with the ids that the database gave their items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.study.matching import Matcher
from bot.study.pace import Pace, Week, plan
from bot.study.roadmap import Resource, Roadmap, Topic

Item = tuple[Topic, Resource | None]
"""A topic, or a resource with the topic it belongs to."""


@dataclass(frozen=True)
class Edition:
    """A published roadmap. `ids` maps item keys to database ids; `retired` maps keys that vanished to titles."""

    id: int
    roadmap: Roadmap
    ids: Mapping[str, int]
    retired: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> dict[int, str]:
        """Item keys by database id."""
        return {number: key for key, number in self.ids.items()}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Keys by the names they had before."""
        named: list[Topic | Resource] = [item for _, item in self.roadmap.items()]
        return {old: item.key for item in named for old in item.renamed_from}

    @cached_property
    def matcher(self) -> Matcher:
        """Finds items by what people type."""
        return Matcher(self.roadmap)

    @cached_property
    def _plans(self) -> dict[int, tuple[Week, ...]]:
        return {}

    def weeks(self, pace: Pace) -> tuple[Week, ...]:
        """The plan at a pace, worked out once."""
        if pace.hours not in self._plans:
            self._plans[pace.hours] = plan(self.roadmap, pace)
        return self._plans[pace.hours]

    @cached_property
    def items(self) -> dict[str, Item]:
        """Everything that can be marked, by key."""
        topics: dict[str, Item] = {topic.key: (topic, None) for topic in self.roadmap.topics}
        return topics | self.roadmap.resources

    def item(self, key: str) -> Item | None:
        """The topic or resource of that key, or of a key that was renamed to it."""
        return self.items.get(self.aliases.get(key, key))


@dataclass(frozen=True)
class Catalog:
    """Every roadmap that groups can study, by database id."""

    editions: Mapping[int, Edition] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    """Keys of the roadmaps that a new group can choose; a retired one still serves its groups."""

    def by_key(self, key: str) -> Edition | None:
        """The roadmap of that key."""
        return next((e for e in self.editions.values() if e.roadmap.key == key), None)

    def title(self, key: str) -> str:
        """The title of a roadmap, or its key."""
        edition = self.by_key(key)
        return edition.roadmap.title if edition else key
