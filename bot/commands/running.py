"""How a group's schedule runs, pauses and goes on: shared by /setup, /schedule, /pause and /resume."""

from datetime import datetime, timedelta

from bot.commands.context import Context
from bot.commands.post_texts import week_of
from bot.commands.scope import edition_of, weeks_of
from bot.commands.times import TimesTyped, change_times
from bot.store import groups, posts, twins
from bot.store.groups import schedule_of
from bot.store.tables import Group, GroupState, PostKind
from bot.study.calendar import local, moment
from bot.study.schedule import before_end, next_due, rescheduled_from, same_place
from bot.study.zones import zone


def go_on(group: Group, now: datetime) -> None:
    """Run from now on; what would have been due before is not posted."""
    group.state, group.held_reason, group.paused_until = GroupState.ACTIVE, "", None
    group.planned_to = now
    group.next_due_at = next_due(schedule_of(group), now)


def wait_for_end_of_pause(group: Group) -> None:
    """Plan nothing before `paused_until`, when planning ends the pause, or nothing at all without one."""
    group.next_due_at = group.paused_until
    if group.paused_until is not None:
        group.planned_to = before_end(group.paused_until)


def reschedule(group: Group, now: datetime) -> None:
    """Find the next time after day, time or zone were changed; near the firing nothing is lost or doubled."""
    if group.state == GroupState.PAUSED:
        wait_for_end_of_pause(group)
    elif group.state == GroupState.ACTIVE:
        since = rescheduled_from(schedule_of(group), group.planned_to, now)
        # What has come due and no tick has seen yet is still to come; what is older is not of the new times.
        due = group.next_due_at or now
        group.planned_to = max(group.planned_to, min(since, due - timedelta(microseconds=1)))
        group.next_due_at = next_due(schedule_of(group), group.planned_to)


def drop_waiting(ctx: Context, group: Group, reason: str) -> None:
    """Give up posts that nobody saw; the plan goes on with the topic of the last prompt, if that was one of them."""
    weeks = weeks_of(ctx, group)
    last = weeks[group.step - 1].topic.key if group.step else None
    for row, _ in twins.channels_of(ctx.session, group):
        for post in posts.unsent(ctx.session, row.id or 0):
            posts.miss(ctx.session, post.id or 0, reason)
            week = week_of(edition_of(ctx, group), group, post)
            seen = groups.is_elsewhere(ctx.session, post)
            if post.kind == PostKind.PROMPT and week.topic.key == last and not seen:
                group.step = min(group.step, week.number - 1)


def change(ctx: Context, group: Group, typed: TimesTyped) -> None:
    """Apply changed times to a group that exists, and what follows from them. Raises Refused."""
    before, old_weeks = schedule_of(group), weeks_of(ctx, group)
    change_times(group, typed)
    now = schedule_of(group)
    group.step = same_place(old_weeks, weeks_of(ctx, group), group.step)
    if group.state == GroupState.FINISHED and group.step < len(weeks_of(ctx, group)):
        go_on(group, ctx.now)
    elif now != before:
        if group.paused_until is not None:
            # The date that was said, in the group's zone as it is now.
            day = local(group.paused_until, zone(before.zone)).date()
            group.paused_until = moment(day, 0, zone(now.zone))
        reschedule(group, ctx.now)
    groups.save(ctx.session, group)
