"""What the bot says by itself: the weekly prompt, its discussion, the reminder, and a notice to an organizer."""

from datetime import datetime, timedelta

from sqlmodel import Session

from bot.commands.board_post import board_message
from bot.commands.counted import nobody_left, topic_counts
from bot.commands.lines import resource_line
from bot.core.arguments import GROUP, POST
from bot.core.markup import bold, escape
from bot.core.reply import Button, Field, Reply, Style, Tone
from bot.core.text import clean, hours_text, plural
from bot.store.groups import schedule_of
from bot.store.tables import Group, Post, PostKind, Workspace
from bot.study.calendar import local
from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace, Week
from bot.study.progress import Standing, remaining
from bot.study.roadmap import Kind, Resource, Topic
from bot.study.schedule import next_prompts
from bot.study.spoken import format_time
from bot.study.zones import zone

LATE = "This comes late: it was due {}."
LATE_AFTER = timedelta(minutes=10)
START_HERE, FOCUS, QUESTION, EXERCISE = "Start here", "Focus", "To discuss", "Hands-on exercise"
PROMPT_TITLE, THREAD_TITLE, PART = "Topic {} of {} · {}", "Topic {}: {}", "week {} of {}"
PROMPT_FOOTER = "{} of effort · record what you did with Done, or /done · discuss in the thread"
REMINDER_TITLE = "{}: {} left"
REMINDER_LAST = "{}: the week ends today"
REMINDER_OVER = "{}: nobody has anything left"
CLOSING = "🏁 The last topic of the plan"
CLOSING_TEXT = (
    "After this week nothing more is posted by itself. All that you recorded stays, and so do the boards: `/next` goes "
    "on with what is still open, and whoever is through gets a `/certificate`. "
    "An organizer can say `/resume` to start again with the first topic, or `/setup` for another roadmap."
)
LEFT = "What is left"
HELD_TITLE = "A post in #{} is on hold"
HELD_TEXT = (
    "In **{}**: {}\nNothing was lost. Mend it, then say `/status` in the server: it shows what is waiting."
)
ASK_ALL = "What are you working on this week?"
SHOWN = 3
THREAD_NAME = 90


def composed(session: Session, catalog: Catalog, group: Group, post: Post, now: datetime) -> Reply:
    """The words of a post as they are sent at `now`."""
    edition = catalog.editions[group.roadmap_id]
    if post.kind == PostKind.BOARD:
        return board_message(session, edition, group, mark_of(post), now)
    week = week_of(edition, group, post)
    if post.kind == PostKind.PROMPT:
        return prompt(edition, group, post, week, now)
    return reminder(session, edition, group, post, week, now)


def week_of(edition: Edition, group: Group, post: Post) -> Week:
    """The week of the plan that a post is about, found by its topic where the plan has changed since."""
    weeks = edition.weeks(Pace(group.pace_hours))
    key = edition.keys.get(post.item_id)
    planned = weeks[min(max(post.step, 1), len(weeks)) - 1]
    if key is None or planned.topic.key == key:
        return planned
    return next((week for week in weeks if week.topic.key == key), planned)


def prompt(edition: Edition, group: Group, post: Post, week: Week, now: datetime) -> Reply:
    """The week's topic: goal, focus, three resources, a question, the exercise."""
    topic, topics = week.topic, edition.roadmap.topics
    fields = (
        Field(FOCUS, "\n".join(f"• {escape(line)}" for line in week.focus)),
        Field(START_HERE, "\n".join(map(resource_line, easiest(topic)[:SHOWN]))),
        Field(QUESTION, escape(question_of(week))),
        Field(EXERCISE, escape(topic.exercise)),
    )
    title = PROMPT_TITLE.format(topics.index(topic) + 1, len(topics), escape(topic.title))
    return Reply(
        title + (f" · {part_text(week)}" if week.parts > 1 else ""),
        f"{bold(topic.goal)}{_late(group, post, now)}",
        tuple(field for field in fields if field.text),
        post_buttons(group, post, topic),
        footer=PROMPT_FOOTER.format(hours_text(topic.hours)),
        private=False,
    )


def part_text(week: Week) -> str:
    """Which week of its topic it is. Weeks of the whole plan are not counted: a change of pace changes them all."""
    return PART.format(week.part, week.parts)


def question_of(week: Week) -> str:
    """The week's question; a topic of several weeks asks another one each week."""
    questions = week.topic.questions
    return questions[(week.part - 1) % len(questions)] if questions else ""


def mark_of(post: Post) -> str:
    """What a post is known by in its channel; the same for a row that was planned anew in a restored database."""
    return f"{post.group_id}{post.kind[0]}{post.occurrence:%y%m%d}.{post.edition}"


def post_buttons(group: Group, post: Post, topic: Topic) -> tuple[Button, ...]:
    """Done, Next and Stuck?; they carry the post's mark, by which it is found again in the channel."""
    mark = mark_of(post)
    home: dict[str, str | int] = {GROUP: group.id or 0, POST: mark}
    return (
        Button("Done", "done", {**home, "item": topic.key}, Style.GOOD, "✅"),
        Button("Next", "next", home, Style.PRIMARY, "➡️"),
        Button("Stuck?", "stuck", {**home, "item": topic.key}, emoji="🆘"),
    )


def discussion(catalog: Catalog, group: Group, post: Post) -> tuple[str, str]:
    """Name (plain) and opening text of the thread under a prompt."""
    edition = catalog.editions[group.roadmap_id]
    week = week_of(edition, group, post)
    title = THREAD_TITLE.format(edition.roadmap.topics.index(week.topic) + 1, week.topic.title)
    name = f"{title} · {part_text(week)}" if week.parts > 1 else title
    return clean(name, THREAD_NAME), f"💬 {escape(question_of(week)) or ASK_ALL}"


def easiest(topic: Topic) -> list[Resource]:
    """Where to begin: resources, the shortest free one first; the exercise stands for itself."""
    return [r for r in remaining(topic, Standing()) if r.kind is not Kind.EXERCISE]


def reminder(
    session: Session, edition: Edition, group: Group, post: Post, week: Week, now: datetime
) -> Reply:
    """Counts, never names; what is left; how many days. The plan's last one says what comes after it."""
    topic, closes = week.topic, is_last(edition, group, week)
    over = closes and nobody_left(session, edition, group, topic, now)
    left = "\n".join(map(resource_line, easiest(topic)[:SHOWN]))
    fields = (
        Field(LEFT, "" if over else left),
        Field(EXERCISE, "" if over else escape(topic.exercise)),
        Field(CLOSING, CLOSING_TEXT if closes else ""),
    )
    return Reply(
        REMINDER_OVER.format(escape(topic.title)) if over else _how_long(topic, days_left(group, now)),
        f"{topic_counts(session, edition, group, topic)}{_late(group, post, now)}",
        tuple(field for field in fields if field.text),
        post_buttons(group, post, topic),
        private=False,
    )


def is_last(edition: Edition, group: Group, week: Week) -> bool:
    """Whether the plan ends with this week; its reminder closes the plan, and comes whoever has something left."""
    return week.number == len(edition.weeks(Pace(group.pace_hours)))


def is_needless(session: Session, edition: Edition, group: Group, post: Post, now: datetime) -> bool:
    """Whether a reminder has nobody to remind, and nothing to close either."""
    week = week_of(edition, group, post)
    return not is_last(edition, group, week) and nobody_left(session, edition, group, week.topic, now)


def _how_long(topic: Topic, days: int) -> str:
    title = escape(topic.title)
    return REMINDER_TITLE.format(title, plural(days, "day")) if days else REMINDER_LAST.format(title)


def days_left(group: Group, now: datetime) -> int:
    """Whole days from the local date until the next prompt's."""
    return (next_prompts(schedule_of(group), now, 1)[0].day - local(now, zone(group.zone)).date()).days


def _late(group: Group, post: Post, now: datetime) -> str:
    if now - post.due_at <= LATE_AFTER:
        return ""
    due = local(post.due_at, zone(group.zone))
    return "\n🕰️ " + LATE.format(f"{due:%A} {due.day} {due:%B}, {format_time(due.hour * 60 + due.minute)}")


def held_notice(group: Group, workspace: Workspace, reason: str) -> Reply:
    """What an organizer is told once, privately."""
    title = HELD_TITLE.format(escape(group.channel_name or group.channel))
    return Reply(title, HELD_TEXT.format(escape(workspace.name), escape(reason)), tone=Tone.WARN)
