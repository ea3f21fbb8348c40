"""What to do now: /next."""

from functools import lru_cache
from typing import NamedTuple

from bot.commands.context import Context
from bot.commands.items import find_topic, item_buttons
from bot.commands.lines import (
    listed,
    resource_line,
    steps_field,
    tally_line,
    topic_progress,
)
from bot.commands.options import ATopic, Flag
from bot.commands.scope import Learner, group_topic, learner, weeks_of
from bot.core.markup import bold, escape, link
from bot.core.reply import Button, Field, Reply, Style, Tone
from bot.core.text import hours_text, plural
from bot.study.pace import Week
from bot.study.progress import (
    Left,
    extras_left,
    left_of,
    missing_before,
    remaining,
    skipped_topics,
    tally,
)
from bot.study.roadmap import Kind, Resource, Topic

FINISHED = "You have finished the roadmap 🎉"
FINISHED_TEXT = "All {} topics of {} are behind you. What could come next:"
FINISHED_IDEAS = (
    "• Do the exercises that you skipped, and show one to the group.\n"
    "• Help someone who is on the way: answer in a topic's thread.\n"
    "• Pick an extra resource with `/topic`."
)
SKIPPED_LEFT = "You left out {}. `/done` takes them all the same, whenever you like."
WARN_BEFORE = "Before this, {} would help; you can go on all the same."
LEFT_OUT = "You left this out; it can be done all the same."
GROUP_ELSEWHERE = "The group is on {} this week."
FOCUS, REMAINS, EXERCISE = "This week's focus", "What remains", "Hands-on exercise"
DONE_ALREADY = "This topic is finished. What else there is costs nothing and counts as an extra."
ALL_MARKED = "Every resource and the exercise are done or left out."
MORE_EXTRAS = "More, if you like"
SHOWN = 3


def next_(ctx: Context, topic: ATopic = "", more: Flag = 0) -> Reply:
    """What to do now: your topic, what remains of it, and the next step.

    Shows why the topic matters, this week's focus, the shortest way that finishes it, the exercise, and how far you
    are; More shows every other way. /preferences says what you like first. Looking makes nobody a member; the first
    mark or /join does.
    """
    who = learner(ctx)
    if not topic and who.current is None:
        return _finished(who)
    chosen = find_topic(ctx, who, topic)
    return _more(who, chosen) if more else _now(ctx, who, chosen)


def _now(ctx: Context, who: Learner, topic: Topic) -> Reply:
    left = left_of(topic, who.at, who.study)
    shown = _shown(left)
    lines = "\n".join(map(resource_line, shown)) or DONE_ALREADY
    if others := len(left.way) + len(left.others) - len(shown):
        lines += f"\n… {plural(others, 'other way')} under **More**"
    about = _about(topic, _week(ctx, who, topic))
    remains = Field(f"{REMAINS} · {topic_progress(topic, who.at)}", lines)
    return Reply(
        about.title,
        about.text + _notices(ctx, who, topic),
        (*about.before, remains, *about.after),
        topic_buttons(who.group_id, topic.key, who.at.topic_done(topic)),
        footer=f"{about.effort} · {tally_line(tally(who.edition.roadmap.topics, who.at))}",
    )


class _About(NamedTuple):
    """What everybody reads of a topic, whatever they have done."""

    title: str
    text: str
    before: tuple[Field, ...]
    after: tuple[Field, ...]
    effort: str


@lru_cache(maxsize=512)
def _about(topic: Topic, week: Week) -> _About:
    focus, exercise = Field(FOCUS, _focus(week)), Field(EXERCISE, escape(topic.exercise))
    return _About(
        escape(topic.title),
        f"{bold(topic.goal)}\n{escape(topic.summary)}",
        (focus,) if focus.text else (),
        (exercise,) if exercise.text else (),
        f"{hours_text(topic.hours)} of effort",
    )


def _shown(left: Left) -> tuple[Resource, ...]:
    """The way on; where that is the exercise alone, which stands below anyway, something to learn from as well."""
    if left.way and all(r.kind is Kind.EXERCISE for r in left.way):
        return (*left.way, *left.others[:1])[:SHOWN]
    return left.way[:SHOWN]


@lru_cache(maxsize=1024)
def topic_buttons(group_id: int, topic: str, done: bool) -> tuple[Button, ...]:
    """Done, Skip, Stuck? and More: the same for all who are on a topic; who is through with it goes on."""
    return (
        *item_buttons(group_id, topic, done),
        Button("Stuck?", "stuck", {"group": group_id, "item": topic}, emoji="🆘"),
        Button("More", "next", {"group": group_id, "topic": topic, "more": 1}, emoji="📚"),
    )


def _notices(ctx: Context, who: Learner, topic: Topic) -> str:
    found = []
    before = missing_before(who.edition.roadmap, topic, who.at)
    if before:
        found.append("⚠️ " + WARN_BEFORE.format(listed([t.title for t in before])))
    if topic.key in who.at.skipped:
        found.append("⏭️ " + LEFT_OUT)
    group = group_topic(ctx, who.group)
    if group is not None and group.key != topic.key:
        found.append("👥 " + GROUP_ELSEWHERE.format(bold(group.title)))
    return "".join(f"\n{line}" for line in found)


def _week(ctx: Context, who: Learner, topic: Topic) -> Week:
    """The topic's week that the group is in, else its first."""
    weeks = [week for week in weeks_of(ctx, who.group) if week.topic.key == topic.key]
    return next((week for week in weeks if week.number == who.group.step), weeks[0])


def _focus(week: Week) -> str:
    lines = "\n".join(f"• {escape(line)}" for line in week.focus)
    return lines if week.parts == 1 or not lines else f"Week {week.part} of {week.parts}\n{lines}"


def _more(who: Learner, topic: Topic) -> Reply:
    left, extras = remaining(topic, who.at, who.study), extras_left(topic, who.at, who.study)
    fields = (
        Field(REMAINS, "\n".join(resource_line(r, f"{n}.") for n, r in enumerate(left, 1)) or ALL_MARKED),
        steps_field(topic),
        Field(MORE_EXTRAS, "\n".join(map(resource_line, extras))),
        Field("Questions to discuss", "\n".join(f"• {escape(question)}" for question in topic.questions)),
        Field("Tools", ", ".join(link(tool.name, tool.url) for tool in topic.tools)),
    )
    numbered = [who.button(f"Done: {n}", "done", Style.GOOD, item=r.key) for n, r in enumerate(left[:9], 1)]
    back = who.button("Back", "next", emoji="↩️", topic=topic.key)
    return Reply(
        f"{escape(topic.title)}: everything",
        topic_progress(topic, who.at),
        tuple(field for field in fields if field.text),
        (*numbered, back),
    )


def _finished(who: Learner) -> Reply:
    roadmap = who.edition.roadmap
    skipped = skipped_topics(roadmap, who.at)
    if skipped:
        text = SKIPPED_LEFT.format(listed([topic.title for topic in skipped]))
        again = [who.button(topic.title[:80], "next", topic=topic.key) for topic in skipped[:10]]
        return Reply("Nothing left but what you skipped", text, buttons=tuple(again), tone=Tone.GOOD)
    text = FINISHED_TEXT.format(len(roadmap.topics), bold(roadmap.title))
    buttons = (
        who.button("Certificate", "certificate", Style.PRIMARY, "🎓"),
        who.button("Your progress", "progress"),
        who.button("Leaderboard", "leaderboard"),
    )
    return Reply(FINISHED, f"{text}\n{FINISHED_IDEAS}", buttons=buttons, tone=Tone.GOOD)
