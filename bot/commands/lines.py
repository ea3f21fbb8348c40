"""Lines that several answers share: how a resource, a topic and progress read."""

from collections.abc import Sequence
from functools import lru_cache

from bot.core.markup import bold, escape, link
from bot.core.reply import Field
from bot.core.text import bar, hours_text, join_words, plural
from bot.study.preferences import Study
from bot.study.progress import Standing, Tally, remaining
from bot.study.roadmap import ALL, ANY, Cost, Kind, Resource, Topic

STEPS = "Steps · any one of each line"
COSTS = {Cost.FREE: "free", Cost.PARTLY: "partly free", Cost.PAID: "paid"}


@lru_cache(maxsize=4096)
def resource_line(resource: Resource, mark: str = "•") -> str:
    """A resource with a working link: title, by whom, kind, length and cost.

    Cached: the same few hundred lines are in most answers, and a published resource never changes.
    """
    if resource.kind is Kind.EXERCISE:
        return f"{mark} {escape(resource.title)}"
    facts = [
        resource.kind.value,
        *([hours_text(resource.hours)] if resource.hours else []),
        COSTS[resource.cost],
    ]
    by = f" by {escape(join_words(resource.authors))}" if resource.authors else ""
    return f"{mark} {link(resource.title, resource.url)}{by} ({', '.join(facts)})"


def state_mark(topic: Topic, at: Standing) -> str:
    """One sign for how far a topic is."""
    if at.topic_done(topic):
        return "✅"
    if topic.key in at.skipped:
        return "⏭️"
    return "🔸" if at.begun(topic) else "▫️"


def resource_mark(resource: Resource, at: Standing) -> str:
    """One sign for how far a resource is."""
    if resource.key in at.finished:
        return "✅"
    return "⏭️" if resource.key in at.skipped else "▫️"


def topic_progress(topic: Topic, at: Standing) -> str:
    """How far a topic is, and what finishes it."""
    if at.topic_done(topic):
        return f"{bar(1, 1)} done"
    done = topic.steps_done(at.finished)
    return f"{bar(done, topic.steps)} {done} of {topic.steps}: {what_finishes(topic)}"


def what_finishes(topic: Topic) -> str:
    """What a topic asks for, in words."""
    if topic.complete == ANY:
        return "any one resource or the exercise"
    if topic.complete == ALL:
        return f"all {plural(len(topic.main), 'resource')}" if len(topic.main) > 1 else "its resource"
    if isinstance(topic.complete, tuple):
        return f"one for each of {topic.steps} steps" if topic.steps > 1 else "one for its step"
    return f"any {topic.complete} resources, or the exercise for one"


def steps_field(topic: Topic) -> Field:
    """What each step of a topic can be done with; empty where its steps are not told apart."""
    if not isinstance(topic.complete, tuple):
        return Field(STEPS, "")
    ways = {resource.key: escape(resource.title) for resource in topic.main}
    asked = [
        " · ".join([ways.get(name, "the exercise") for name in group.one_of]) for group in topic.complete
    ]
    return Field(STEPS, "\n".join(f"{number}. {titles}" for number, titles in enumerate(asked, 1)))


def tally_line(tally: Tally) -> str:
    """Topics and resources done, in words."""
    return (
        f"{tally.topics_done} of {plural(tally.topics, 'topic')}, "
        f"{tally.resources_done} of {plural(tally.resources, 'resource')}"
    )


def what_next(topic: Topic | None, at: Standing, study: Study = Study.ANY) -> str:
    """What to do after something was recorded."""
    if topic is None:
        return "That was the last open topic. 🎉 `/progress` shows the whole way."
    left = remaining(topic, at, study)
    if not left or left[0].kind is Kind.EXERCISE:
        return f"Next: finish {bold(topic.title)} with its exercise."
    return f"Next: {link(left[0].title, left[0].url)} in {bold(topic.title)}."


def listed(titles: Sequence[str]) -> str:
    """Bold titles in a sentence."""
    return join_words([bold(title) for title in titles])


def page_footer(page: int | None, pages: int, counted: str = "") -> str:
    """Which page of how many it is, where there are several, and what was counted. A part without a number is none."""
    where = f"Page {page} of {pages}" if page and pages > 1 else ""
    return " · ".join(filter(None, (where, counted)))
