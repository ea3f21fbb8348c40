"""What there is to study: /topic, /roadmap, and the way on when someone is stuck."""

from bot.commands.context import Context
from bot.commands.items import find_item, find_topic, item_buttons
from bot.commands.lines import (
    resource_line,
    resource_mark,
    state_mark,
    steps_field,
    tally_line,
    what_finishes,
)
from bot.commands.now import EXERCISE, SHOWN, topic_buttons
from bot.commands.options import AnItem, Item
from bot.commands.scope import Learner, learner
from bot.core.markup import bold, escape, link
from bot.core.reply import Field, Reply, Style
from bot.core.text import hours_text, plural
from bot.core.words import words_of
from bot.store import posts
from bot.store.tables import Post
from bot.study.progress import (
    extras_left,
    missing_before,
    remaining,
    tally,
    tally_sections,
)
from bot.study.roadmap import Kind, Topic

STUCK_TEXT = "Everyone gets stuck. Smaller steps that often help:"


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
            buttons=(*item_buttons(who.group_id, resource.key, resource.key in who.at.finished), about),
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
        steps_field(found),
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
        topic_buttons(who.group_id, found.key, who.at.topic_done(found)),
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
    text = escape(plan.summary) + (f"\nBased on {sources}" if sources else "")
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
