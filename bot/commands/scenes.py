"""What the pictures of answers show, and what they say in words."""

from collections.abc import Sequence

from bot.commands.scope import Learner
from bot.core.picture import Fact, Picture, RoadmapMap, State, Stop, Stretch
from bot.core.text import plural
from bot.study.progress import Standing, tally, tally_sections
from bot.study.roadmap import Topic

MAP_ALT = "The roadmap {roadmap} as a map{of}. {done} of {topics} done. {sections}.{now}"


def state_of(topic: Topic, at: Standing, current: Topic | None) -> State:
    """How far a topic is for somebody."""
    if at.topic_done(topic):
        return State.DONE
    if current is not None and topic.key == current.key:
        return State.NOW
    if topic.key in at.skipped:
        return State.SKIPPED
    return State.BEGUN if at.begun(topic) else State.OPEN


def map_of(who: Learner, name: str, facts: Sequence[Fact]) -> Picture:
    """The roadmap as a map of where somebody stands; `name` is "" for who has recorded nothing."""
    found = who.edition.roadmap
    stretches = tuple(
        Stretch(s.title, tuple(Stop(t.title, state_of(t, who.at, who.current)) for t in s.topics))
        for s in found.sections
    )
    counted = tally(found.topics, who.at)
    alt = MAP_ALT.format(
        roadmap=found.title,
        of=f" of {name}'s progress" if name else "",
        done=counted.topics_done,
        topics=plural(counted.topics, "topic"),
        sections=", ".join(
            f"{section.title} {part.topics_done} of {part.topics}"
            for section, part in tally_sections(found, who.at)
        ),
        now=f" On now: {who.current.title}." if who.current else "",
    )
    return Picture(RoadmapMap(name, found.title, stretches, tuple(facts)), alt, "progress")
