"""The group together: /group."""

from collections.abc import Iterator, Sequence

from bot.commands.context import Context
from bot.commands.counted import Counts
from bot.commands.options import Flag
from bot.commands.scenes import crowd_of
from bot.commands.scope import Learner, group_topic, learner
from bot.core.markup import bold, escape
from bot.core.picture import Fact
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import join_words, named, plural
from bot.store import boards, members
from bot.store.places import Membership
from bot.study.calendar import local, periods_of, week_start
from bot.study.crowd import Crowd, People, gathered
from bot.study.progress import Mark
from bot.study.roadmap import Topic

TITLE = "{} · {}"
NOBODY = "Nobody has joined yet. `/join` or a first `/done` makes someone a member."
ON = "On now: {}, topic {} of {}. {}"
BEFORE = "The first topic is not posted yet."
AFTER = "The plan is through: every topic was posted."
WEEK = "This week: {} by {}, {}."
QUIET = "This week nobody has recorded anything yet."
WHERE, DONE, STARTED, THROUGH = (
    "Who is where",
    "Finished {}",
    "On the way with {}",
    "🏁 Through with all of it",
)
SOME = "The places are those of the first {:,} members."
MOST, AT_ONCE, NAMES = 3000, 500, 6
"""Members who are looked at, how many of them at once, and how many are named in a line."""


def group(ctx: Context, shared: Flag = 0) -> Reply:
    """How the group is doing: who is where on the roadmap, this week's records, the topic that it is on.

    Whoever is hidden on boards is counted without a name. Only you see it, until you press Show everyone.
    """
    who = learner(ctx)
    topic, some = group_topic(ctx, who.group), members.some_of(ctx.session, who.group_id, MOST)
    monday = week_start(local(ctx.now, who.zone).date(), 0)
    plan = who.edition.roadmap
    found = gathered(plan, who.edition.keys, _each(ctx, some), topic, monday)
    count = members.active_members(ctx.session, who.group_id) if len(some) == MOST else len(some)
    steps = boards.steps(ctx.session, who.group_id, periods_of(monday).week)
    points = sum(value * held for value, held in steps.steps)
    facts = (
        Fact(str(found.records), f"{named(found.records, 'record')} this week"),
        Fact(f"{points:,}", f"{named(points, 'point')} this week"),
    )
    return Reply(
        TITLE.format(escape(plan.title), plural(count, "member")),
        "\n".join(_lines(who, found, topic, points, count)) if some else NOBODY,
        tuple(_fields(who, found, topic)),
        () if shared or not some else _buttons(who),
        footer=SOME.format(MOST) if count > MOST else "",
        private=not shared,
        picture=crowd_of(
            f"#{who.group.channel_name or who.group.channel}",
            plan,
            {key: people.names for key, people in found.on.items()},
            topic,
            found.through.count,
            facts,
            {key: people.unseen for key, people in found.on.items()},
        )
        if some
        else None,
    )


def _each(ctx: Context, some: Sequence[Membership]) -> Iterator[tuple[str | None, Sequence[Mark]]]:
    """Members by the name that boards show, with their marks."""
    for start in range(0, len(some), AT_ONCE):
        part = some[start : start + AT_ONCE]
        marks = members.marks_of_each(ctx.session, [member.id for member in part])
        for member in part:
            yield (None if member.hidden else member.alias or member.name), marks.get(member.id, ())


def _lines(who: Learner, found: Crowd, topic: Topic | None, points: int, count: int) -> Iterator[str]:
    topics = who.edition.roadmap.topics
    if topic is None:
        yield AFTER if who.group.step else BEFORE
    else:
        place = topics.index(topic) + 1
        counts = Counts(found.done.count, found.started.count)
        yield ON.format(bold(topic.title), place, len(topics), counts)
    if found.records:
        records, active = plural(found.records, "record"), plural(found.active, "member")
        yield WEEK.format(
            records, active, plural(points, "point") if count <= MOST else f"{points:,} points in all"
        )
    else:
        yield QUIET


def _fields(who: Learner, found: Crowd, topic: Topic | None) -> Iterator[Field]:
    places = [(t, found.on[t.key]) for t in who.edition.roadmap.topics if t.key in found.on]
    lines = [f"▫️ {escape(t.title)}: {_people(people)}" for t, people in places]
    if found.through.count:
        lines.append(f"{THROUGH}: {_people(found.through)}")
    if lines:
        yield Field(WHERE, "\n".join(lines))
    for title, people in ((DONE, found.done), (STARTED, found.started)):
        if topic is not None and people.count:
            yield Field(title.format(escape(topic.title)), _people(people))


def _people(people: People) -> str:
    """How many, and some of them by name."""
    named = [escape(name) for name in people.names[:NAMES]]
    if not named:
        return str(people.count)
    others = people.count - len(named)
    return f"{people.count} · {join_words([*named, *([plural(others, 'other')] if others else [])])}"


def _buttons(who: Learner) -> tuple[Button, ...]:
    return (
        who.button("Next", "next", Style.PRIMARY, "➡️"),
        who.button("Leaderboard", "leaderboard"),
        who.button("Show everyone", "group", emoji="📣", shared=1),
    )
