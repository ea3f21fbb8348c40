"""Running a group: /schedule, /pause, /resume."""

from datetime import timedelta

from bot.commands.context import Context
from bot.commands.options import APace, Day, ReminderDay, ReminderTime, Time, Until, Zone
from bot.commands.plan_texts import change_button, date_text, next_posts, plan_lines
from bot.commands.scope import find_group, schedule_of, weeks_of
from bot.commands.setup import NOT_UNDERSTOOD, TimesTyped, change_times
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Tone, refuse
from bot.store import groups, members, posts
from bot.store.tables import Group, GroupState, PostKind
from bot.study.calendar import local, moment
from bot.study.schedule import next_due, rescheduled_from, same_place
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
COMPLETE_TEXT = (
    "Every week was posted, so there is nothing to pause or resume. `/setup` starts another roadmap."
)
PAUSE_REASON = "The group was paused."


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
    typed = TimesTyped(day, time, timezone, pace, reminder_day, reminder_time)
    changed = typed != TimesTyped()
    if changed:
        _change(ctx, group, typed)
    title = SCHEDULE_CHANGED if changed else SCHEDULE
    return Reply(
        title,
        plan_lines(ctx, group),
        (next_posts(ctx, group),),
        (change_button(group),),
        tone=Tone.GOOD if changed else Tone.PLAIN,
    )


def _change(ctx: Context, group: Group, typed: TimesTyped) -> None:
    old_zone, old_weeks = group.zone, weeks_of(ctx, group)
    change_times(group, typed)
    group.step = same_place(old_weeks, weeks_of(ctx, group), group.step)
    if group.state == GroupState.ACTIVE and _moved(typed):
        group.planned_to = rescheduled_from(schedule_of(group), group.planned_to, ctx.now)
        group.next_due_at = next_due(schedule_of(group), group.planned_to)
    elif group.state == GroupState.FINISHED and group.step < len(weeks_of(ctx, group)):
        _go_on(ctx, group)
    elif group.paused_until is not None:
        _pause_until(group)
    ctx.session.add(group)
    ctx.session.flush()
    if group.zone != old_zone:
        # Weeks and months of the boards begin at the group's midnight.
        for member in members.members_of(ctx.session, group.id or 0):
            members.rebuild_scores(ctx.session, member, zone(group.zone))


def _moved(typed: TimesTyped) -> bool:
    return any((typed.day, typed.time, typed.timezone, typed.reminder_day, typed.reminder_time))


def pause(ctx: Context, until: Until = "") -> Reply:
    """Post nothing until a date, or until /resume; the plan shifts, so no topic is lost."""
    group = find_group(ctx)
    if group.state == GroupState.FINISHED:
        return Reply(COMPLETE, COMPLETE_TEXT)
    group.paused_until = None
    if until:
        where = zone(group.zone)
        try:
            group.paused_until = moment(parse_date(until, local(ctx.now, where).date()), 0, where)
        except NotUnderstood as error:
            raise Refused(Reply(NOT_UNDERSTOOD, escape(str(error)), tone=Tone.WARN)) from error
        if group.paused_until <= ctx.now:
            raise refuse(NOT_UNDERSTOOD, BEGUN)
    _drop_waiting(ctx, group)
    group.state, group.held_reason = GroupState.PAUSED, ""
    _pause_until(group)
    ctx.session.add(group)
    when = f"**{date_text(group, group.paused_until)}**" if group.paused_until else UNTIL_RESUME
    resume_button = Button("Resume", "resume", {"group": group.id or 0}, emoji="▶️")
    return Reply(PAUSED, PAUSED_TEXT.format(when), buttons=(resume_button,))


def _pause_until(group: Group) -> None:
    if group.paused_until is None:
        group.next_due_at = None
    else:
        # Midnight of the day itself belongs to the time after the pause.
        group.planned_to = group.paused_until - timedelta(microseconds=1)
        group.next_due_at = next_due(schedule_of(group), group.planned_to)


def _drop_waiting(ctx: Context, group: Group) -> None:
    for post in posts.unsent(ctx.session, group.id or 0):
        assert post.id is not None
        posts.record_missed(ctx.session, post.id, PAUSE_REASON)
        if post.kind == PostKind.PROMPT and post.step == group.step:
            group.step -= 1


def resume(ctx: Context) -> Reply:
    """Go on after a pause or a hold; the next post comes at its scheduled time."""
    group = find_group(ctx)
    if group.state == GroupState.FINISHED:
        return Reply(COMPLETE, COMPLETE_TEXT)
    was_running = group.state == GroupState.ACTIVE
    if not was_running:
        _go_on(ctx, group)
        groups.save(ctx.session, group)
    title, text = (RUNNING, "") if was_running else (RESUMED, RESUMED_TEXT)
    buttons = (
        Button("Post this week's topic now", "prompt", {"group": group.id or 0}, emoji="📌"),
        change_button(group),
    )
    return Reply(title, text, (next_posts(ctx, group),), buttons, tone=Tone.GOOD)


def _go_on(ctx: Context, group: Group) -> None:
    group.state, group.held_reason, group.paused_until = GroupState.ACTIVE, "", None
    group.planned_to = ctx.now
    group.next_due_at = next_due(schedule_of(group), ctx.now)
