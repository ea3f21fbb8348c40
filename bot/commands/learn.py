"""What to study: /next, /topic, /roadmap, and the way on when someone is stuck."""

from bot.commands.context import Context
from bot.commands.items import find_item, find_topic, item_buttons
from bot.commands.lines import (
    listed,
    resource_line,
    resource_mark,
    state_mark,
    tally_line,
    topic_progress,
    what_finishes,
)
from bot.commands.options import AnItem, ATopic, Flag, Item
from bot.commands.scope import Learner, group_topic, learner, weeks_of
from bot.core.markup import bold, escape, link
from bot.core.reply import Button, Field, Reply, Style, Tone
from bot.core.text import hours_text, plural
from bot.core.words import words_of
from bot.store import posts
from bot.store.tables import Post
from bot.study.progress import (
    Left,
    extras_left,
    left_of,
    missing_before,
    remaining,
    skipped_topics,
    tally,
    tally_sections,
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
GROUP_ELSEWHERE = "The group is on {} this week."
FOCUS, REMAINS, EXERCISE = "This week's focus", "What remains", "Hands-on exercise"
DONE_ALREADY = "This topic is finished. What else there is costs nothing and counts as an extra."
ALL_MARKED = "Every resource and the exercise are done or left out."
MORE_EXTRAS = "More, if you like"
STUCK_TEXT = "Everyone gets stuck. Smaller steps that often help:"
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
    fields = (
        Field(FOCUS, _focus(ctx, who, topic)),
        Field(f"{REMAINS} · {topic_progress(topic, who.at)}", lines),
        Field(EXERCISE, escape(topic.exercise)),
    )
    return Reply(
        escape(topic.title),
        f"{bold(topic.goal)}\n{escape(topic.summary)}{_notices(ctx, who, topic)}",
        tuple(field for field in fields if field.text),
        _buttons(who, topic),
        footer=f"{hours_text(topic.hours)} of effort · {tally_line(tally(who.edition.roadmap.topics, who.at))}",
    )


def _shown(left: Left) -> tuple[Resource, ...]:
    """The way on; where that is the exercise alone, which stands below anyway, something to learn from as well."""
    if left.way and all(r.kind is Kind.EXERCISE for r in left.way):
        return (*left.way, *left.others[:1])[:SHOWN]
    return left.way[:SHOWN]


def _buttons(who: Learner, topic: Topic) -> tuple[Button, ...]:
    return (
        *item_buttons(who, topic.key),
        who.button("Stuck?", "stuck", emoji="🆘", item=topic.key),
        who.button("More", "next", emoji="📚", topic=topic.key, more=1),
    )


def _notices(ctx: Context, who: Learner, topic: Topic) -> str:
    found = []
    before = missing_before(who.edition.roadmap, topic, who.at)
    if before:
        found.append("⚠️ " + WARN_BEFORE.format(listed([t.title for t in before])))
    group = group_topic(ctx, who.group)
    if group is not None and group.key != topic.key:
        found.append("👥 " + GROUP_ELSEWHERE.format(bold(group.title)))
    return "".join(f"\n{line}" for line in found)


def _focus(ctx: Context, who: Learner, topic: Topic) -> str:
    weeks = [week for week in weeks_of(ctx, who.group) if week.topic.key == topic.key]
    now = next((week for week in weeks if week.number == who.group.step), weeks[0])
    lines = "\n".join(f"• {escape(line)}" for line in now.focus)
    return lines if now.parts == 1 or not lines else f"Week {now.part} of {now.parts}\n{lines}"


def _more(who: Learner, topic: Topic) -> Reply:
    left, extras = remaining(topic, who.at, who.study), extras_left(topic, who.at, who.study)
    fields = (
        Field(REMAINS, "\n".join(resource_line(r, f"{n}.") for n, r in enumerate(left, 1)) or ALL_MARKED),
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


def topic(ctx: Context, item: AnItem) -> Reply:
    """Everything about one topic or resource: summary, resources, questions, exercise."""
    who = learner(ctx)
    found, resource = find_item(ctx, who, item)
    if resource is not None:
        text = f"{resource_line(resource, resource_mark(resource, who.at))}\nIn {bold(found.title)}."
        notes = " · ".join(
            filter(None, (escape(resource.publisher), escape(resource.level), escape(resource.cost_note)))
        )
        about = who.button("The whole topic", "topic", item=found.key)
        exercise = (Field(EXERCISE, escape(found.exercise)),) if resource.kind is Kind.EXERCISE else ()
        return Reply(
            escape(resource.title),
            text,
            exercise,
            footer=notes,
            buttons=(*item_buttons(who, resource.key), about),
        )
    return _topic_page(who, found)


def _topic_page(who: Learner, found: Topic) -> Reply:
    by_key = who.edition.roadmap.by_key
    before = [
        f"{state_mark(by_key[key], who.at)} {escape(by_key[key].title)} ({need})"
        for keys, need in ((found.requires, "required"), (found.helpful, "helpful"))
        for key in keys
    ]
    fields = (
        Field("Before this", "\n".join(before)),
        Field("Resources", "\n".join(resource_line(r, resource_mark(r, who.at)) for r in found.main)),
        Field("Extras", "\n".join(resource_line(r, resource_mark(r, who.at)) for r in found.extras)),
        Field("Questions to discuss", "\n".join(f"• {escape(question)}" for question in found.questions)),
        Field(EXERCISE, escape(found.exercise)),
        Field("Tools", ", ".join(link(tool.name, tool.url) for tool in found.tools)),
    )
    return Reply(
        f"{state_mark(found, who.at)} {escape(found.title)}",
        f"{bold(found.goal)}\n{escape(found.summary)}\nIt is finished by {what_finishes(found)}.",
        tuple(field for field in fields if field.text),
        _buttons(who, found),
        footer=f"{hours_text(found.hours)} of effort",
    )


def roadmap(ctx: Context) -> Reply:
    """The whole roadmap: sections and topics, and how far you are in each."""
    who = learner(ctx)
    plan = who.edition.roadmap
    order = {key: number for number, key in enumerate(plan.order, 1)}
    fields = tuple(
        Field(
            f"{escape(section.title)} · {counted.topics_done} of {plural(counted.topics, 'topic')}",
            "\n".join(
                f"{state_mark(t, who.at)} {order[t.key]}. {escape(t.title)} ({t.hours} h)"
                for t in sorted(section.topics, key=lambda t: order[t.key])
            ),
        )
        for section, counted in tally_sections(plan, who.at)
    )
    sources = " · ".join(
        link(c.name, c.url) + (f" by {escape(c.author)}" if c.author else "") for c in plan.credits
    )
    text = escape(plan.summary) + (f"\nAfter {sources}" if sources else "")
    footer = f"{tally_line(tally(plan.topics, who.at))} · the numbers are the order to study in"
    return Reply(
        escape(plan.title), text, fields, (who.button("What now?", "next", Style.PRIMARY),), footer=footer
    )


def stuck(ctx: Context, item: Item = "") -> Reply:
    """A way on for someone who is stuck: what comes before, an easier resource, whom to ask."""
    who = learner(ctx)
    found = find_topic(ctx, who, item)
    before = missing_before(who.edition.roadmap, found, who.at)
    easier = [*remaining(found, who.at, who.study), *extras_left(found, who.at, who.study)][:SHOWN]
    prompt = posts.sent_prompt_of(ctx.session, who.group.row, who.edition.ids[found.key])
    ask = f"Ask in {_discussion(ctx, who, prompt)}"
    fields = (
        Field("First this", "\n".join(f"• {bold(t.title)}: {escape(t.goal)}" for t in before)),
        Field("Another way in", "\n".join(map(resource_line, easier))),
        Field("Ask", f"{ask}: say what you tried and what happened instead. Others are on the same topic."),
    )
    back = who.button("Back to the topic", "next", topic=found.key)
    return Reply(
        f"Stuck on {escape(found.title)}?",
        STUCK_TEXT,
        tuple(field for field in fields if field.text),
        (back,),
    )


def _discussion(ctx: Context, who: Learner, prompt: Post | None) -> str:
    """Where the group discusses a topic: under its prompt, or else in the channel."""
    if prompt is None or not prompt.thread_id:
        return f"<#{who.group.channel}>"
    url = ctx.message_url(who.group.channel, prompt.message_id)
    return words_of(ctx.request.platform).discussion.format(thread=prompt.thread_id, url=url)
