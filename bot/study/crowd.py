"""Where the members of a group are on its roadmap, and what they do this week. Who is hidden counts and has no name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.study.progress import Act, Mark, Standing, current_topic, standing, standing_marks
from bot.study.roadmap import Roadmap, Topic

A_WEEK = timedelta(weeks=1)


@dataclass(slots=True)
class People:
    """Some members: the names of those who let themselves be seen, and how many others there are."""

    names: list[str] = field(default_factory=list)
    unseen: int = 0

    @property
    def count(self) -> int:
        """How many they are together."""
        return len(self.names) + self.unseen

    def add(self, name: str | None) -> None:
        """Add one by name, or one who is not seen."""
        if name is None:
            self.unseen += 1
        else:
            self.names.append(name)


@dataclass(slots=True)
class Crowd:
    """Members by the key of the topic that they are on, and who is through with all of it.

    `started` and `done` are about the topic that the group is on. `records` were made for the week by `active` members.
    """

    on: dict[str, People] = field(default_factory=dict)
    through: People = field(default_factory=People)
    started: People = field(default_factory=People)
    done: People = field(default_factory=People)
    records: int = 0
    active: int = 0


def gathered(
    roadmap: Roadmap,
    keys: dict[int, str],
    members: Iterable[tuple[str | None, Sequence[Mark]]],
    now: Topic | None,
    monday: date,
) -> Crowd:
    """Look at members, each by the name to show (None: hidden) and the marks, in the week of a Monday."""
    found = Crowd()
    for name, marks in members:
        standing_now = standing_marks(marks)
        _place(found, roadmap, standing(standing_now, keys), name, now)
        records = sum(
            mark.act is Act.FINISHED and monday <= mark.day < monday + A_WEEK for mark in standing_now
        )
        found.records += records
        found.active += bool(records)
    return found


def _place(found: Crowd, roadmap: Roadmap, at: Standing, name: str | None, now: Topic | None) -> None:
    topic = current_topic(roadmap, at)
    (found.on.setdefault(topic.key, People()) if topic else found.through).add(name)
    if now is not None and at.topic_done(now):
        found.done.add(name)
    elif now is not None and at.begun(now):
        found.started.add(name)
