"""Recording: /done, /skip and /undo."""

from datetime import date

from bot.commands.context import Context
from bot.commands.items import find_item, title_of
from bot.commands.joining import joined
from bot.commands.lines import what_next
from bot.commands.options import Hours, Item, MarkId, Note, PastDay, Share
from bot.commands.plan_texts import day_text
from bot.commands.quotas import check_record
from bot.commands.scope import Learner, find_learner, remember
from bot.commands.sharing import takeaway
from bot.core.markup import bold, escape
from bot.core.reply import Aloud, Button, Draft, Reply, Style, Tone, refuse
from bot.core.text import hours_text, plural
from bot.store import members, scores
from bot.store.members import NewMark
from bot.study.catalog import Item as Found
from bot.study.points import award_resource, award_topic
from bot.study.progress import Act, Mark, skipped_topics, tally
from bot.study.spoken import NotUnderstood, parse_past_day

RECORDED = "Recorded: {}"
NOT_RECORDED = "Not recorded yet"
ALREADY = "Already recorded: {}"
ALREADY_TEXT = "You finished it on {}; it counts once, and nothing changed."
BY_PARTS = "What it asks for is done, so the topic is too; nothing changed."
KEPT_OUT = "Your {} not added. If this was your last record, `/undo` it and send it again."
NOTE, HOURS, HOURS_AND_NOTE = "note was", "hours were", "hours and note were"
TOPIC_COMPLETE = "That completes **{}**. 🎉"
WHOLE_TOPIC = "the whole topic"
NO_POINTS = "its points came with the topic"
LEFT_OUT = "Left out: {}"
LEFT_OUT_TEXT = "It no longer shows up in `/next`. You can still do it whenever you like."
NOT_SKIPPED = "You have done that already"
NOT_SKIPPED_TEXT = "{} is finished, so there is nothing to leave out."
ALREADY_OUT = "Already left out: {}"
TAKEN_BACK = "Taken back: {}"
NOTHING_TO_UNDO = "Nothing to take back"
NOTHING_TO_UNDO_TEXT = "There is no record of yours here that could be taken back."
LEFT, LEFT_TEXT = "You have left the group", "What you recorded is kept as it is; `/join` brings you back."
GONE_ALREADY = "That was taken back already, or is no record of yours here. `/history` shows all of them."
NOT_YET = "Another record comes first"
NOT_YET_TEXT = "Together with {} it finished its topic. Take that back first."
GONE = "something that is no longer on the roadmap"


def done(
    ctx: Context, item: Item = "", on: PastDay = "", hours: Hours = 0, note: Note = "", share: Share = ""
) -> Reply | Draft:
    """Record a resource or a whole topic as finished.

    It counts once however often you send it, for today or for a day up to 30 days ago. Left empty it means the topic
    you are on. The answer says what it added and what is next; /undo takes it back. A note is yours alone unless you
    share it.
    """
    who = find_learner(ctx, ctx.request.person.id)
    day = _day(ctx, who, on)
    found = find_item(ctx, who, item)
    if _is_done(who, found):
        return _already(who, found, hours, note)
    new = NewMark(
        _id(who, found),
        Act.FINISHED,
        ctx.now,
        day,
        _points(who, found),
        hours or None,
        note,
        finishes=_finishes(who, found),
    )
    after = _recorded(ctx, who, new)
    shared = takeaway(ctx, after, found[0], note, after.marks[-1].id) if share == "true" else (None, "")
    about = f" · for {day_text(day)}" if on and day != who.today(ctx.now) else ""
    return lambda: _told(who, after, found, _added(new, whole=found[1] is None) + about, shared)


def _told(who: Learner, after: Learner, found: Found, added: str, shared: tuple[Aloud | None, str]) -> Reply:
    """What a record has added, and what is next."""
    (topic, resource), (aloud, about_note) = found, shared
    lines = [added]
    if resource is not None and after.at.topic_done(topic) and not who.at.topic_done(topic):
        lines.append(TOPIC_COMPLETE.format(escape(topic.title)))
    lines += [about_note] if about_note else []
    lines.append(what_next(after.current, after.at, after.study))
    counted = tally(after.edition.roadmap.topics, after.at)
    return Reply(
        RECORDED.format(_title(found)),
        "\n".join(lines),
        buttons=_after(after),
        footer=f"{counted.topics_done} of {plural(counted.topics, 'topic')} done",
        tone=Tone.GOOD,
        aloud=aloud,
    )


def _day(ctx: Context, who: Learner, on: str) -> date:
    """The day that a record is for, by the person's own calendar. Raises Refused."""
    today = who.today(ctx.now)
    try:
        return parse_past_day(on, today) if on else today
    except NotUnderstood as error:
        raise refuse(NOT_RECORDED, escape(str(error))) from error


def _is_done(who: Learner, found: Found) -> bool:
    topic, resource = found
    return who.at.topic_done(topic) if resource is None else resource.key in who.at.finished


def _finishes(who: Learner, found: Found) -> int | None:
    """The item of the topic, if this part is the last that it needs."""
    topic, resource = found
    if resource is None or topic.steps_done({*who.at.finished, resource.key}) < topic.steps:
        return None
    return None if who.at.topic_done(topic) else who.edition.ids[topic.key]


def _points(who: Learner, found: Found) -> int:
    topic, resource = found
    if resource is None:
        return award_topic(topic, who.earned)
    return award_resource(topic, resource, who.earned)


def _added(new: NewMark, *, whole: bool) -> str:
    facts = [f"**+{plural(new.points, 'point')}**" if new.points else f"+0 points, {NO_POINTS}"]
    if whole:
        facts.append(WHOLE_TOPIC)
    if new.hours:
        facts.append(hours_text(new.hours))
    if new.note:
        facts.append("your note is kept")
    return " · ".join(facts)


def _already(who: Learner, found: Found, hours: float, note: str) -> Reply:
    item = _id(who, found)
    mark = next((m for m in reversed(who.standing_marks) if m.item == item and m.act is Act.FINISHED), None)
    text = ALREADY_TEXT.format(f"{mark.day.day} {mark.day:%B %Y}") if mark else BY_PARTS
    lost = HOURS_AND_NOTE if hours and note else NOTE if note else HOURS if hours else ""
    lines = [text, *([KEPT_OUT.format(lost)] if lost else []), what_next(who.current, who.at, who.study)]
    return Reply(ALREADY.format(_title(found)), "\n".join(lines), buttons=(_next(who),))


def skip(ctx: Context, item: Item = "") -> Reply:
    """Leave a topic or resource out of /next; it can be done later all the same."""
    who = find_learner(ctx, ctx.request.person.id)
    found = find_item(ctx, who, item)
    if _is_done(who, found):
        return Reply(NOT_SKIPPED, NOT_SKIPPED_TEXT.format(bold(title_of(found))), buttons=(_next(who),))
    topic, resource = found
    if (resource or topic).key in who.at.skipped:
        return Reply(ALREADY_OUT.format(_title(found)), LEFT_OUT_TEXT, buttons=(_next(who),))
    after = _recorded(ctx, who, NewMark(_id(who, found), Act.SKIPPED, ctx.now, who.today(ctx.now)))
    text = f"{LEFT_OUT_TEXT}\n{what_next(after.current, after.at, after.study)}"
    return Reply(LEFT_OUT.format(_title(found)), text, buttons=_after(after))


def undo(ctx: Context, mark: MarkId = 0) -> Reply:
    """Take your last record back, a skip too; again and again.

    `/history` has a button for each of your records.
    """
    who = find_learner(ctx, ctx.request.person.id)
    standing = who.standing_marks
    last = next((m for m in standing if m.id == mark), None) if mark else standing[-1] if standing else None
    if who.member is not None and who.member.left_at is not None:
        return Reply(LEFT, LEFT_TEXT, buttons=(who.button("Join again", "join"),))
    if last is None or who.member is None:
        return Reply(NOTHING_TO_UNDO, GONE_ALREADY if mark else NOTHING_TO_UNDO_TEXT, buttons=(_next(who),))
    if (first := _finished_with(who, last)) is not None:
        title = bold(title_of(who.edition.items[who.edition.keys[first.item]]))
        button = who.button("Undo that", "undo", emoji="↩️", mark=first.id)
        return Reply(NOT_YET, NOT_YET_TEXT.format(title), buttons=(button,))
    after = _recorded(
        ctx, who, NewMark(last.item, Act.UNDONE, ctx.now, who.today(ctx.now), undoes=last.id), last
    )
    key = who.edition.keys.get(last.item)
    title = escape(title_of(who.edition.items[key])) if key else GONE
    what = f"**−{plural(last.points, 'point')}**. " if last.points else ""
    text = f"{what}{what_next(after.current, after.at, after.study)}"
    return Reply(TAKEN_BACK.format(title), text, buttons=(_next(after),))


def _finished_with(who: Learner, part: Mark) -> Mark | None:
    """The later mark that finished a topic for which it needs this one; what it finished would stay so otherwise."""
    item = who.edition.items.get(who.edition.keys.get(part.item, ""))
    topic, resource = item or (None, None)
    if topic is None or resource is None:
        return None
    without = who.at.finished - {resource.key, topic.key}
    later = (m for m in who.standing_marks if m.id > part.id and m.finishes == who.edition.ids[topic.key])
    return next(later, None) if topic.steps_done(without) < topic.steps else None


def _recorded(ctx: Context, who: Learner, new: NewMark, undone: Mark | None = None) -> Learner:
    """Append the mark, keep the board rows in step, and return the person as they stand now."""
    check_record(ctx, who)
    member = joined(ctx, who)
    after = who.with_marks(member, members.add_mark(ctx.session, member.id, new))
    gained, day = (-undone.points, undone.day) if undone else (new.points, new.day)
    if gained:
        scores.keep(ctx.session, member, after.standing_marks, day, gained)
        ctx.memory.news.touch(who.group_id)
    remember(ctx, after)
    return after


def _after(who: Learner) -> tuple[Button, ...]:
    last = who.marks[-1].id
    return (
        _next(who),
        who.button("Undo", "undo", emoji="↩️", mark=last),
        who.button("Leaderboard", "leaderboard"),
    )


def _next(who: Learner) -> Button:
    if who.current is None and not skipped_topics(who.edition.roadmap, who.at):
        return who.button("Certificate", "certificate", Style.PRIMARY, "🎓")
    return who.button("Next", "next", Style.PRIMARY, "➡️")


def _id(who: Learner, found: Found) -> int:
    topic, resource = found
    return who.edition.ids[(resource or topic).key]


def _title(found: Found) -> str:
    return escape(title_of(found))
