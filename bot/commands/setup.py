"""Starting a group: /setup."""

from dataclasses import dataclass

from bot.commands.context import Context
from bot.commands.options import AChannel, APace, ARoadmap, Day, Time, Zone
from bot.commands.plan_texts import (
    change_button,
    clock_text,
    missing_field,
    next_posts,
    plan_lines,
    zone_button,
)
from bot.commands.scope import IN_A_DM, schedule_of
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Style, Tone, refuse
from bot.core.request import Channel, ChannelKind
from bot.core.text import clean, join_words
from bot.store import groups
from bot.store.tables import Group, GroupState, Workspace
from bot.study.catalog import Edition
from bot.study.pace import parse_pace
from bot.study.schedule import next_due
from bot.study.spoken import NotUnderstood, parse_day, parse_time
from bot.study.zones import parse_zone, zone_for_locale

READY, CHANGED = "The study group is ready", "The study group is changed"
CHANGED_KEEPS = "Everyone's progress stays as it is."
ZONE_GUESSED = "🌍 It is {} in {} now. If that is not your time, set the zone first."
NOT_THERE = "Study groups need a text or announcement channel"
NOT_THERE_TEXT = {
    ChannelKind.FORUM: "A forum has no place for a weekly post. Choose a text channel: `/setup channel:#study`.",
    ChannelKind.DIRECT: IN_A_DM[1],
    ChannelKind.OTHER: "Choose a text channel: `/setup channel:#study`.",
}
NO_ROADMAP, NO_ROADMAP_TEXT = "No roadmap called “{}”", "There is: {}."
NOTHING_OFFERED = "No roadmap is loaded. Whoever runs Roadmate can check with `roadmate roadmap check`."
NOT_UNDERSTOOD = "Not changed yet"
DEFAULT_ROADMAP = "mlops"
MONDAY, NINE, REMINDER_AFTER_DAYS = 0, 9 * 60, 3
MOST_GROUPS = 50
TOO_MANY = "This server has {} study groups already, which is the most there can be."


def setup(
    ctx: Context,
    roadmap: ARoadmap = "",
    channel: AChannel = None,
    day: Day = "",
    time: Time = "",
    timezone: Zone = "",
    pace: APace = "",
) -> Reply:
    """Start a study group in this channel, or change the one that is here.

    With no options: the MLOps roadmap, a topic a week, Mondays at 09:00. The answer shows the whole plan.
    """
    if ctx.request.workspace is None:
        raise refuse(*IN_A_DM)
    where = _place(channel or ctx.request.channel)
    workspace = groups.enter_workspace(
        ctx.session,
        ctx.request.platform,
        ctx.request.workspace,
        clean(ctx.request.workspace_name, 100),
        ctx.now,
    )
    group, is_new = _group(ctx, workspace, where)
    edition = _edition(ctx, roadmap, group)
    guessed = is_new and not timezone
    change_times(group, TimesTyped(day, time, timezone or (_guess(ctx) if is_new else ""), pace))
    if group.roadmap_id != edition.id:
        group.roadmap_id, group.step = edition.id, 0
    _begin(ctx, group)
    return _answer(ctx, group, where, is_new=is_new, guessed=guessed)


def _place(channel: Channel) -> Channel:
    if channel.kind in NOT_THERE_TEXT:
        raise refuse(NOT_THERE, NOT_THERE_TEXT[channel.kind])
    return channel


def _group(ctx: Context, workspace: Workspace, where: Channel) -> tuple[Group, bool]:
    assert workspace.id is not None
    found = groups.groups_of(ctx.session, workspace.platform, workspace.external_id)
    here = next((group for group in found if group.channel == where.home), None)
    if here is not None:
        return here, False
    if len(found) >= MOST_GROUPS:
        raise refuse(NOT_UNDERSTOOD, TOO_MANY.format(MOST_GROUPS))
    name = clean(where.name, 100) if where.parent is None else ""
    new = Group(
        workspace_id=workspace.id,
        roadmap_id=0,
        channel=where.home,
        channel_name=name,
        weekday=MONDAY,
        minute=NINE,
        reminder_weekday=MONDAY + REMINDER_AFTER_DAYS,
        reminder_minute=NINE,
        planned_to=ctx.now,
        created_at=ctx.now,
    )
    return new, True


def _edition(ctx: Context, typed: str, group: Group) -> Edition:
    offered = [e for key in ctx.catalog.offered if (e := ctx.catalog.by_key(key))]
    if not offered:
        raise refuse(NOT_UNDERSTOOD, NOTHING_OFFERED)
    if not typed:
        by_default = next((e for e in offered if e.roadmap.key == DEFAULT_ROADMAP), offered[0])
        return ctx.catalog.editions.get(group.roadmap_id, by_default)
    wanted = typed.lower()
    for edition in offered:
        if wanted in (edition.roadmap.key, edition.roadmap.title.lower()):
            return edition
    titles = join_words([escape(e.roadmap.title) for e in offered])
    raise refuse(NO_ROADMAP.format(escape(clean(typed, 60))), NO_ROADMAP_TEXT.format(titles))


def _guess(ctx: Context) -> str:
    return zone_for_locale(ctx.request.locale) or "UTC"


@dataclass(frozen=True, slots=True)
class TimesTyped:
    """The times of a group as somebody typed them; empty leaves a time as it is."""

    day: str = ""
    time: str = ""
    timezone: str = ""
    pace: str = ""
    reminder_day: str = ""
    reminder_time: str = ""


def change_times(group: Group, typed: TimesTyped) -> None:
    """Apply what was typed. A reminder that nobody placed moves along with the prompt. Raises Refused."""
    try:
        if typed.day:
            moved = parse_day(typed.day)
            group.reminder_weekday = (group.reminder_weekday + moved - group.weekday) % 7
            group.weekday = moved
        if typed.time:
            minute = parse_time(typed.time)
            group.reminder_minute = minute if group.reminder_minute == group.minute else group.reminder_minute
            group.minute = minute
        if typed.timezone:
            group.zone = parse_zone(typed.timezone)
        if typed.pace:
            group.pace_hours = parse_pace(typed.pace).hours
        if typed.reminder_day:
            group.reminder_weekday = parse_day(typed.reminder_day)
        if typed.reminder_time:
            group.reminder_minute = parse_time(typed.reminder_time)
    except NotUnderstood as error:
        raise Refused(Reply(NOT_UNDERSTOOD, escape(str(error)), tone=Tone.WARN)) from error


def _begin(ctx: Context, group: Group) -> None:
    if group.state == GroupState.HELD:
        group.state, group.held_reason = GroupState.ACTIVE, ""
    if group.state == GroupState.ACTIVE:
        group.planned_to = ctx.now
        group.next_due_at = next_due(schedule_of(group), ctx.now)
    group.organizer = ctx.request.person.id
    ctx.session.add(group)
    ctx.session.flush()


def _answer(ctx: Context, group: Group, where: Channel, *, is_new: bool, guessed: bool) -> Reply:
    lines = [plan_lines(ctx, group)]
    if guessed:
        lines.append(ZONE_GUESSED.format(clock_text(ctx.now, group), escape(group.zone)))
    if not is_new:
        lines.append(CHANGED_KEEPS)
    fields = [next_posts(ctx, group), missing_field(where)]
    buttons = [
        Button("Post the first topic now", "prompt", {"group": group.id or 0}, Style.PRIMARY, "📌"),
        change_button(group),
    ]
    if guessed:
        buttons.insert(0, zone_button(group, Style.GOOD if group.zone == "UTC" else Style.PLAIN))
    return Reply(
        READY if is_new else CHANGED,
        "\n".join(lines),
        tuple(field for field in fields if field is not None),
        tuple(buttons),
        tone=Tone.WARN if where.missing else Tone.GOOD,
    )
