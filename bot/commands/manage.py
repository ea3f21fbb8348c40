"""Running a group: /schedule, /pause, /resume."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.commands.context import Context
from bot.commands.options import Again, APace, Day, ReminderDay, ReminderTime, Time, Until, Zone
from bot.commands.plan_texts import (
    again_button,
    change_button,
    day_text,
    next_posts,
    other_roadmap,
    plan_lines,
    what_next,
)
from bot.commands.running import change, drop_waiting, go_on, wait_for_end_of_pause
from bot.commands.scope import find_group, find_rows
from bot.commands.times import TimesTyped, times_now
from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Tone, refuse
from bot.store import groups, pauses
from bot.store.tables import Group, GroupState
from bot.study.calendar import local, moment
from bot.study.spoken import NotUnderstood, parse_date
from bot.study.zones import zone

SCHEDULE, SCHEDULE_CHANGED = "The schedule", "The schedule is changed"
PAUSED = "The group is paused"
PAUSED_TEXT = (
    "Nothing is posted until {}. The plan shifts: no topic is lost, and everyone can go on recording."
)
UNTIL_RESUME = "you say `/resume`"
BEGUN = "That day has begun already, so there would be no pause. Type a later one, or a span like 2 weeks."
RESUMED = "The group goes on"
RESUMED_TEXT = (
    "Nothing is posted just now; the next post comes at its time. `/prompt` posts this week's topic at once."
)
RUNNING = "The group is running already"
COMPLETE = "The plan is complete"
COMPLETE_TEXT = "Every week was posted, so there is nothing to pause. "
AGAIN_ASKED = "Every week was posted. Start again with the first topic? All that was recorded stays."
AGAIN = "The plan begins again"
PAUSE_REASON, HELD_REASON = "The group was paused.", "The group was on hold."
AGAIN_REASON = "The plan was begun again."


def schedule(
    ctx: Context,
    day: Day = "",
    time: Time = "",
    timezone: Zone = "",
    pace: APace = "",
    reminder_day: ReminderDay = "",
    reminder_time: ReminderTime = "",
) -> Reply:
    """Show or change when the topic and the reminder are posted, and how fast the group goes."""
    group = find_group(ctx)
    before = times_now(group)
    typed = TimesTyped(day, time, timezone, pace, reminder_day, reminder_time)
    if typed != TimesTyped():
        change(ctx, group, typed)
    changed = times_now(group) != before
    title = SCHEDULE_CHANGED if changed else SCHEDULE
    return Reply(
        title,
        plan_lines(ctx, group),
        (next_posts(ctx, group),),
        (*([again_button(group)] if group.state == GroupState.FINISHED else []), change_button(group)),
        tone=Tone.GOOD if changed else Tone.PLAIN,
    )


def present_times(ctx: Context) -> Mapping[str, str]:
    """What the options of /schedule are now, for the form that changes them."""
    return asdict(times_now(find_group(ctx)))


def pause(ctx: Context, until: Until = "") -> Reply:
    """Post nothing until a date, or until /resume; the plan shifts, so no topic is lost."""
    group = find_group(ctx)
    if group.state == GroupState.FINISHED:
        return _complete(COMPLETE_TEXT + what_next(ctx, group), group)
    group.paused_until = None
    if until:
        where = zone(group.zone)
        try:
            group.paused_until = moment(parse_date(until, local(ctx.now, where).date()), 0, where)
        except NotUnderstood as error:
            raise Refused(Reply(NOT_UNDERSTOOD, escape(str(error)), tone=Tone.WARN)) from error
        if group.paused_until <= ctx.now:
            raise refuse(NOT_UNDERSTOOD, BEGUN)
    drop_waiting(ctx, group, PAUSE_REASON)
    group.state, group.held_reason = GroupState.PAUSED, ""
    wait_for_end_of_pause(group)
    groups.save(ctx.session, group)
    pauses.begin(ctx.session, group.id or 0, ctx.now, group.paused_until)
    end = group.paused_until
    when = UNTIL_RESUME if end is None else f"**{day_text(local(end, zone(group.zone)))}**"
    resume_button = Button("Resume", "resume", {"group": group.id or 0}, emoji="▶️")
    return Reply(PAUSED, PAUSED_TEXT.format(when), buttons=(resume_button,))


def resume(ctx: Context, again: Again = 0) -> Reply:
    """Go on after a pause or a hold, with the next post at its time; after the plan, start it again."""
    group, row = find_rows(ctx)
    if group.state == GroupState.FINISHED:
        return _begun_again(ctx, group) if again else _complete(AGAIN_ASKED + other_roadmap(ctx), group)
    was_running = group.state == GroupState.ACTIVE and not row.held_reason
    if group.state != GroupState.ACTIVE:
        drop_waiting(ctx, group, HELD_REASON)
        go_on(group, ctx.now)
        groups.save(ctx.session, group)
        pauses.end(ctx.session, group.id or 0, ctx.now)
    if row.held_reason:
        # The group goes on elsewhere; this one of its channels joins in again.
        row.state, row.held_reason = GroupState.ACTIVE, ""
        groups.save(ctx.session, row)
    title, text = (RUNNING, "") if was_running else (RESUMED, RESUMED_TEXT)
    return _going_on(ctx, group, title, text)


def _going_on(ctx: Context, group: Group, title: str, text: str) -> Reply:
    buttons = (
        Button("Post this week's topic now", "prompt", {"group": group.id or 0}, emoji="📌"),
        change_button(group),
    )
    return Reply(title, text, (next_posts(ctx, group),), buttons, tone=Tone.GOOD)


def _complete(text: str, group: Group) -> Reply:
    return Reply(COMPLETE, text, buttons=(again_button(group),))


def _begun_again(ctx: Context, group: Group) -> Reply:
    """The first topic comes next; nobody's records are touched."""
    drop_waiting(ctx, group, AGAIN_REASON)
    group.step = 0
    go_on(group, ctx.now)
    groups.save(ctx.session, group)
    return _going_on(ctx, group, AGAIN, RESUMED_TEXT)
