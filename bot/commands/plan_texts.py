"""A group's plan in words: shared by /setup, /schedule, /resume and /status."""

from datetime import date, datetime, timedelta

from bot.commands.context import Context
from bot.commands.post_texts import part_text
from bot.commands.scope import edition_of, weeks_of
from bot.core.markup import bold, escape
from bot.core.reply import Button, Field, Style
from bot.core.request import Channel
from bot.core.text import join_words, plural
from bot.core.words import words_of
from bot.store import posts, twins
from bot.store.groups import schedule_of
from bot.store.tables import Group, GroupState, PostState
from bot.study.calendar import local
from bot.study.pace import Pace
from bot.study.schedule import NEAR, Occurrence, next_prompts
from bot.study.spoken import DAYS, format_time
from bot.study.zones import zone

TOLD_IN_YEARS, WEEKS_A_YEAR = 78, 52.18
NEXT_POSTS = "What is posted when"
NO_MORE = "Every week of the plan was posted. "
START_AGAIN = "Start again"
WHAT_NEXT = "Nothing more comes by itself. `/resume` starts it again with the first topic; all that was recorded stays."
ANOTHER = " `/setup` with another `roadmap` goes on with that one here."
PAUSED, PAUSED_UNTIL = "⏸️ Paused; nothing is posted until `/resume`.", "⏸️ Paused until {}; the plan shifts."
HELD, GOES_ON = "⚠️ On hold: {}", " When that is mended, `/resume` goes on."
ON_HOLD = "• ⚠️ On hold since {}: {}. When that is mended, `/prompt` posts it; else it comes next."
ON_ITS_WAY = "• On its way since {}: {}"


def plan_lines(ctx: Context, group: Group) -> str:
    """What is studied, how fast, where and when."""
    plan, left = edition_of(ctx, group).roadmap, len(weeks_of(ctx, group)) - group.step
    facts = [plural(len(plan.topics), "topic"), str(Pace(group.pace_hours))]
    if left > 0:
        years = f", about {plural(round(left / WEEKS_A_YEAR), 'year')}" if left > TOLD_IN_YEARS else ""
        facts.append(f"{plural(left, 'week')} to go{years}")
    go = "went" if group.state == GroupState.FINISHED else "go"
    return (
        f"{bold(plan.title)}: {', '.join(facts)}.\n"
        f"Posts {go} to {places_text(ctx, group)} every **{DAYS[group.weekday]} at {format_time(group.minute)}**, "
        f"with a reminder on **{DAYS[group.reminder_weekday]} at {format_time(group.reminder_minute)}**.\n"
        f"Time zone **{escape(group.zone)}**, where it is {clock_text(ctx.now, group)} now."
    )


def places_text(ctx: Context, group: Group) -> str:
    """The channels of a group; one of another workspace by its name, since only its own people can open it."""
    return join_words(
        [
            f"<#{row.channel}>"
            if (there.platform, there.external_id) == (ctx.request.platform, ctx.request.workspace)
            else f"#{escape(row.channel_name or row.channel)} in {bold(there.name)}, {escape(there.platform.title())}"
            for row, there in twins.channels_of(ctx.session, group)
        ]
    )


def clock_text(now: datetime, group: Group) -> str:
    """The group's local time of day."""
    there = local(now, zone(group.zone))
    return f"{there:%A} {format_time(there.hour * 60 + there.minute)}"


def date_text(group: Group, at: datetime) -> str:
    """A moment as the group reads it: Monday 5 January, 09:00."""
    there = local(at, zone(group.zone))
    return f"{day_text(there)}, {format_time(there.hour * 60 + there.minute)}"


def day_text(day: date) -> str:
    """A date as the group reads it: Monday 5 January."""
    return f"{day:%A} {day.day} {day:%B}"


def upcoming(ctx: Context, group: Group, count: int) -> list[Occurrence]:
    """The next prompts as planning will find them: after a pause, and not close upon one that is there."""
    after = (
        group.paused_until - timedelta(microseconds=1)
        if group.paused_until
        else max(group.planned_to, ctx.now)
    )
    last = posts.last_prompt_day(ctx.session, group.id or 0)
    dates = next_prompts(schedule_of(group), after, count + 2)
    return [date for date in dates if last is None or date.day - last >= NEAR][:count]


def missing_field(ctx: Context, channel: Channel) -> Field | None:
    """What the bot may not do in a channel, and how to allow it."""
    if not channel.missing:
        return None
    words = words_of(ctx.request.platform)
    return Field(words.lacks, words.give.format(bold(join_words(channel.missing)), channel.home))


def change_button(group: Group) -> Button:
    """Opens a small form for the schedule."""
    ask = ("day", "time", "timezone", "pace")
    return Button("Change", "schedule", {"group": group.id or 0}, emoji="🗓️", ask=ask)


def zone_button(group: Group, style: Style = Style.PLAIN) -> Button:
    """Opens a small form for the time zone alone."""
    return Button("Set time zone", "schedule", {"group": group.id or 0}, style, "🌍", ask=("timezone",))


def held_text(reason: str) -> str:
    """Why nothing is posted, and what goes on with it."""
    return HELD.format(escape(reason)) + ("" if "/setup" in reason else GOES_ON)


def next_posts(ctx: Context, group: Group, count: int = 3, row: Group | None = None) -> Field:
    """The next dates with their topics, or why there are none; `row` is the one of its channels that is looked at."""
    if group.state == GroupState.PAUSED and group.paused_until is None:
        return Field(NEXT_POSTS, PAUSED)
    if group.state == GroupState.HELD:
        return Field(NEXT_POSTS, held_text(group.held_reason))
    weeks = weeks_of(ctx, group)[group.step : group.step + count]
    dates = upcoming(ctx, group, len(weeks))
    lines = [
        f"• {date_text(group, date.at)}: {bold(week.topic.title)}"
        + (f", {part_text(week)}" if week.parts > 1 else "")
        for date, week in zip(dates, weeks, strict=False)
    ]
    lines[:0] = _waiting(ctx, group, row or group)
    if group.paused_until is not None:
        lines.insert(0, PAUSED_UNTIL.format(day_text(local(group.paused_until, zone(group.zone)))))
    return Field(NEXT_POSTS, "\n".join(lines) or (NO_MORE + what_next(ctx, group)).rstrip())


def what_next(ctx: Context, group: Group) -> str:
    """What an organizer can do once the plan has ended; nothing while its last reminder is still to come."""
    if group.state != GroupState.FINISHED:
        return ""
    return WHAT_NEXT + other_roadmap(ctx)


def other_roadmap(ctx: Context) -> str:
    """What else can be studied, where there is more than one roadmap."""
    return ANOTHER if len(ctx.catalog.offered) > 1 else ""


def again_button(group: Group) -> Button:
    """Begins the plan anew where it has ended."""
    return Button(START_AGAIN, "resume", {"group": group.id or 0, "again": 1}, emoji="🔁")


def _waiting(ctx: Context, group: Group, row: Group) -> list[str]:
    """The topic that should have been posted and is not there yet, which comes before all others."""
    post = posts.waiting_prompt(ctx.session, row.id or 0)
    edition = edition_of(ctx, group)
    key = edition.keys.get(post.item_id) if post else None
    if post is None or key is None:
        return []
    words = ON_HOLD if post.state == PostState.HELD else ON_ITS_WAY
    return [words.format(day_text(post.occurrence), bold(edition.items[key][0].title))]
