"""Starting a group: /setup."""

from collections.abc import Sequence
from contextlib import suppress

from bot.commands.carrying import portable
from bot.commands.context import Context
from bot.commands.options import AChannel, APace, ARoadmap, Day, Move, Time, Zone
from bot.commands.plan_texts import (
    again_button,
    change_button,
    missing_field,
    next_posts,
    plan_lines,
    zone_button,
)
from bot.commands.quotas import MOST_GROUPS
from bot.commands.running import change, drop_waiting, go_on
from bot.commands.scope import IN_A_DM, NOT_FOUND, weeks_of
from bot.commands.times import TimesTyped, change_times, times_now
from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Style, Tone, refuse
from bot.core.request import Channel, ChannelKind
from bot.core.text import clean, join_words
from bot.store import groups, pauses, posts, twins, workspaces
from bot.store.tables import Group, GroupState, Workspace
from bot.study.catalog import Edition
from bot.study.zones import UnknownZone, parse_zone, zone_for_locale

READY, CHANGED = "The study group is ready", "The study group is changed"
POST_FIRST, POST_NEXT = "Post the first topic now", "Post this week's topic now"
THERE = "There is a study group here already"
CHANGED_KEEPS = "Everyone's progress stays as it is."
ZONE_GUESSED = "🌍 If that is not your time, set the zone first."
NOT_THERE = "Study groups need a text or announcement channel"
NOT_THERE_TEXT = {
    ChannelKind.FORUM: "A forum has no place for a weekly post. Choose a text channel: `/setup channel:#study`.",
    ChannelKind.DIRECT: IN_A_DM[1],
    ChannelKind.OTHER: "Choose a text channel: `/setup channel:#study`.",
}
NO_ROADMAP, NO_ROADMAP_TEXT = "No roadmap called “{}”", "There is: {}."
NOTHING_OFFERED = "No roadmap is loaded. Whoever runs Roadmate can check with `roadmate roadmap check`."
DEFAULT_ROADMAP = "mlops"
MONDAY, NINE, REMINDER_AFTER_DAYS = 0, 9 * 60, 3
OTHER_ROADMAP, HELD_REASON = "The group changed its roadmap.", "The group was on hold."
LOST_CHANNEL = "A group of this server is on hold"
LOST_CHANNEL_TEXT = "Its channel may be gone. It can move here with its members and everything they recorded."
MOVE_HERE, START_NEW = "Move #{} here", "Start a new group"
MOVE, NEW = 1, 2
MOST_OFFERED = 10
SHARED = "This channel shares a group with another one"
SHARED_TEXT = "`/schedule` changes its times for both. `/twin` takes the two apart."
TOO_MANY = "This server has {} study groups already, which is the most there can be."


def setup(
    ctx: Context,
    roadmap: ARoadmap = "",
    channel: AChannel = None,
    day: Day = "",
    time: Time = "",
    timezone: Zone = "",
    pace: APace = "",
    move: Move = 0,
) -> Reply:
    """Start a study group in this channel, or change the one that is here.

    With no options: the MLOps roadmap, a topic a week, Mondays at 09:00. The answer shows the whole plan.
    """
    if ctx.request.workspace is None:
        raise refuse(*IN_A_DM)
    where = place(channel or ctx.request.channel)
    workspace = workspaces.enter(
        ctx.session,
        ctx.request.platform,
        ctx.request.workspace,
        clean(ctx.request.workspace_name, 100),
        ctx.now,
    )
    group = _group(ctx, workspace, where, move, asked=channel is None)
    if group.twin_of is not None:
        return _moved_here(ctx, group)
    is_new = group.id is None
    edition = _edition(ctx, roadmap, group)
    guessed = is_new and not timezone
    typed = TimesTyped(day, time, timezone or (_guess(ctx) if is_new else ""), pace)
    before = _facts(group)
    _begin(ctx, group, edition, typed)
    title = READY if is_new else CHANGED if move == MOVE or _facts(group) != before else THERE
    return _answer(ctx, group, where, title, guessed=guessed)


def _facts(group: Group) -> tuple[object, ...]:
    """What somebody who set a group up can have changed."""
    return group.roadmap_id, group.state, times_now(group)


def place(channel: Channel) -> Channel:
    """A channel in which a group can live. Raises Refused."""
    if channel.kind in NOT_THERE_TEXT:
        raise refuse(NOT_THERE, NOT_THERE_TEXT[channel.kind])
    return channel


def _group(ctx: Context, workspace: Workspace, where: Channel, move: int, *, asked: bool) -> Group:
    """The group of the channel, one that moves here because it lost its own, or a new one."""
    found = groups.groups_of(ctx.session, workspace.platform, workspace.external_id)
    here = next((group for group in found if group.channel == where.home), None)
    if here is not None and here.twin_of is not None:
        raise refuse(SHARED, SHARED_TEXT)
    held = [group for group in found if group.state == GroupState.HELD or group.held_reason]
    named = next((group for group in found if group.id == ctx.group_id), None)
    if ctx.group_id is not None and named is None:
        raise refuse(*NOT_FOUND)
    if here is None and move == MOVE and named is not None and named in held:
        here = named
        here.held_reason = ""
        posts.forget_messages(ctx.session, named.id or 0)
    if here is None and held and asked and move != NEW:
        raise Refused(_ask_which(ctx, held))
    if here is None:
        if len(found) >= MOST_GROUPS:
            raise refuse(NOT_UNDERSTOOD, TOO_MANY.format(MOST_GROUPS))
        here = _new(ctx, workspace)
    here.channel = where.home
    if where.parent is None:
        here.channel_name = clean(where.name, 100)
    return here


def _moved_here(ctx: Context, twin: Group) -> Reply:
    """One more channel of a group has moved; the plan is as it was."""
    twin.organizer, twin.state, twin.held_reason = ctx.request.person.id, GroupState.ACTIVE, ""
    groups.save(ctx.session, twin)
    return Reply(CHANGED, plan_lines(ctx, twins.home_of(ctx.session, twin)), tone=Tone.GOOD)


def _ask_which(ctx: Context, held: Sequence[Group]) -> Reply:
    carried = portable(ctx.request.args)
    moves = [
        Button(MOVE_HERE.format(group.channel_name or group.channel), "setup", {**carried, **_move(group)})
        for group in held[:MOST_OFFERED]
    ]
    new = Button(START_NEW, "setup", {**carried, "move": NEW})
    return Reply(LOST_CHANNEL, LOST_CHANNEL_TEXT, buttons=(*moves, new), tone=Tone.WARN)


def _move(group: Group) -> dict[str, int]:
    return {"group": group.id or 0, "move": MOVE}


def _new(ctx: Context, workspace: Workspace) -> Group:
    return Group(
        workspace_id=workspace.id or 0,
        roadmap_id=0,
        channel="",
        weekday=MONDAY,
        minute=NINE,
        reminder_weekday=MONDAY + REMINDER_AFTER_DAYS,
        reminder_minute=NINE,
        planned_to=ctx.now,
        created_at=ctx.now,
    )


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
    with suppress(UnknownZone):
        return parse_zone(ctx.request.zone or "")
    return zone_for_locale(ctx.request.locale) or "UTC"


def _begin(ctx: Context, group: Group, edition: Edition, typed: TimesTyped) -> None:
    group.organizer = ctx.request.person.id
    if group.id is None:
        group.roadmap_id = edition.id
        change_times(group, typed)
        go_on(group, ctx.now)
        groups.save(ctx.session, group)
        return
    if group.roadmap_id != edition.id:
        drop_waiting(ctx, group, OTHER_ROADMAP)
        group.roadmap_id, group.step = edition.id, 0
    change(ctx, group, typed)
    over = group.state == GroupState.FINISHED and group.step < len(weeks_of(ctx, group))
    if over or group.state == GroupState.HELD:
        drop_waiting(ctx, group, HELD_REASON)
        go_on(group, ctx.now)
        pauses.end(ctx.session, group.id, ctx.now)
    groups.save(ctx.session, group)
    # What people are suggested may be of another roadmap now.
    ctx.memory.seats.clear()


def _answer(ctx: Context, group: Group, where: Channel, title: str, *, guessed: bool) -> Reply:
    lines = [plan_lines(ctx, group)]
    if guessed:
        lines.append(ZONE_GUESSED)
    if title == CHANGED:
        lines.append(CHANGED_KEEPS)
    fields = [next_posts(ctx, group), missing_field(ctx, where)]
    buttons = [change_button(group)]
    label = POST_NEXT if group.step else POST_FIRST
    post = Button(label, "prompt", {"group": group.id or 0}, Style.PRIMARY, "📌")
    buttons.insert(0, again_button(group) if group.state == GroupState.FINISHED else post)
    if guessed:
        buttons.insert(0, zone_button(group, Style.GOOD if group.zone == "UTC" else Style.PLAIN))
    return Reply(
        title,
        "\n".join(lines),
        tuple(field for field in fields if field is not None),
        tuple(buttons),
        tone=Tone.WARN if where.missing else Tone.GOOD,
    )
