"""What a member's marks add up to. Everything here is derived and can be derived again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.study.preferences import Study
from bot.study.roadmap import Cost, Kind, Resource, Roadmap, Section, Topic


class Act(StrEnum):
    """What a mark says that happened."""

    FINISHED = "finished"
    SKIPPED = "skipped"
    UNDONE = "undone"


class Mark(NamedTuple):
    """An append-only record. `undoes` is the id of the mark that an UNDONE takes back.

    `finishes` is the item of the topic that was done with this mark, though it is about a part of it.

    `at` is when it was recorded, aware UTC. `day` is the day of the member's own calendar that it is for: boards,
    streaks and dates that are shown go by it, and a change of zones later moves nothing.
    """

    id: int
    item: int
    act: Act
    at: datetime
    day: date
    points: int = 0
    undoes: int | None = None
    finishes: int | None = None


def standing_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks that nobody took back, oldest first."""
    taken_back = {mark.undoes for mark in marks if mark.act is Act.UNDONE}
    if not taken_back:
        return tuple(marks)
    return tuple([mark for mark in marks if mark.act is not Act.UNDONE and mark.id not in taken_back])


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands on a roadmap, by item key. What was finished is no longer skipped."""

    finished: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()

    def topic_done(self, topic: Topic) -> bool:
        """A topic is done when it was marked itself, or what its roadmap asks for was."""
        return topic.key in self.finished or topic.steps_done(self.finished) == topic.steps

    def topic_open(self, topic: Topic) -> bool:
        """Whether the topic is still ahead: neither done nor skipped."""
        return topic.key not in self.skipped and not self.topic_done(topic)

    def begun(self, topic: Topic) -> bool:
        """Whether anything in a topic that is not done was finished."""
        return not self.topic_done(topic) and any(
            r.key in self.finished for r in (*topic.resources, topic.task)
        )


def standing(marks: Iterable[Mark], keys: dict[int, str]) -> Standing:
    """Derive a Standing from standing marks; `keys` maps item ids to keys, items that it lacks are retired.

    A topic that a mark has finished stays so, whatever the roadmap asks for now.
    """
    finished: set[str] = set()
    skipped: set[str] = set()
    for mark in marks:
        key = keys.get(mark.item)
        if mark.finishes is not None and (topic := keys.get(mark.finishes)) is not None:
            finished.add(topic)
        if key is not None:
            (finished if mark.act is Act.FINISHED else skipped).add(key)
    return Standing(frozenset(finished), frozenset(skipped - finished))


def current_topic(roadmap: Roadmap, at: Standing) -> Topic | None:
    """What a member is on: the first topic in study order that is neither done nor skipped."""
    return next((topic for topic in roadmap.topics if at.topic_open(topic)), None)


def skipped_topics(roadmap: Roadmap, at: Standing) -> tuple[Topic, ...]:
    """Topics left out so far; they can be done later all the same."""
    return tuple(t for t in roadmap.topics if t.key in at.skipped and not at.topic_done(t))


class Left(NamedTuple):
    """What remains of a topic: `way` is the shortest that finishes it, `others` would do instead or come on top."""

    way: tuple[Resource, ...] = ()
    others: tuple[Resource, ...] = ()


def left_of(topic: Topic, at: Standing, study: Study = Study.ANY) -> Left:
    """Find the way on: what is liked first, then free before partly free before paid, then short before long.

    What was left out comes back into the way only where nothing else can finish the topic.
    """
    ways = [r for r in _ways(topic, study) if r.key not in at.finished]
    way: set[str] = set()
    if not at.topic_done(topic):
        for need in topic.needs:
            open_ = [r.key for r in ways if r.key in need.of]
            wanted = [key for key in open_ if key not in at.skipped]
            missing = need.count - len(need.of & at.finished)
            way.update((wanted if len(wanted) >= missing else open_)[: max(0, missing)])
    others = [r for r in ways if r.key not in way and r.key not in at.skipped]
    return Left(tuple([r for r in ways if r.key in way]), tuple(others))


def remaining(topic: Topic, at: Standing, study: Study = Study.ANY) -> tuple[Resource, ...]:
    """All that could be done of a topic without its extras: the shortest way first, then the others."""
    left = left_of(topic, at, study)
    return (*left.way, *left.others)


def extras_left(topic: Topic, at: Standing, study: Study = Study.ANY) -> tuple[Resource, ...]:
    """Extra resources not done yet, in the same order."""
    left = (r for r in topic.extras if r.key not in at.finished and r.key not in at.skipped)
    return tuple(_easiest_first(left, study))


_CHEAPEST_FIRST = {cost: place for place, cost in enumerate(Cost)}
_LIKED = {
    Study.ANY: frozenset(Kind),
    Study.BOOK: frozenset({Kind.BOOK, Kind.ARTICLE}),
    Study.VIDEO: frozenset({Kind.COURSE, Kind.TRACK}),
    Study.HANDS_ON: frozenset({Kind.EXERCISE, Kind.PRACTICE, Kind.TUTORIAL, Kind.REPOSITORY}),
}


@lru_cache(maxsize=1024)
def _ways(topic: Topic, study: Study) -> tuple[Resource, ...]:
    """What may count towards finishing a topic, easiest first; every answer about it asks for that."""
    return tuple(_easiest_first(topic.ways, study))


def _easiest_first(resources: Iterable[Resource], study: Study) -> list[Resource]:
    liked = _LIKED[study]
    return sorted(resources, key=lambda r: (r.kind not in liked, _CHEAPEST_FIRST[r.cost], r.length))


def missing_before(roadmap: Roadmap, topic: Topic, at: Standing) -> tuple[Topic, ...]:
    """Required topics that are not done; they warn and never lock."""
    return tuple(t for key in topic.requires if not at.topic_done(t := roadmap.by_key[key]))


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of something is done."""

    topics: int
    topics_done: int
    resources: int
    resources_done: int


def tally(topics: Sequence[Topic], at: Standing) -> Tally:
    """Count topics and main resources; extras never count against anyone.

    A topic that was marked as a whole covers its resources: nothing of it is open any more.
    """
    topics_done = resources = resources_done = 0
    for topic in topics:
        resources += len(topic.main_keys)
        if topic.keys.isdisjoint(at.finished):
            continue
        done = at.topic_done(topic)
        topics_done += done
        resources_done += len(topic.main_keys if done else topic.main_keys & at.finished)
    return Tally(len(topics), topics_done, resources, resources_done)


def tally_sections(roadmap: Roadmap, at: Standing) -> tuple[tuple[Section, Tally], ...]:
    """The same for each section, in the order of the file."""
    return tuple((section, tally(section.topics, at)) for section in roadmap.sections)
