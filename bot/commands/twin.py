"""One group in two channels, of whatever servers and platforms: /twin."""

from collections.abc import Sequence

from bot.commands.context import Context
from bot.commands.names import name_of
from bot.commands.options import ACode, Flag, RowId
from bot.commands.plan_texts import missing_field, next_posts, places_text, plan_lines
from bot.commands.quotas import MOST_CHANNELS, MOST_GROUPS
from bot.commands.scope import IN_A_DM, NOT_FOUND, edition_of, find_groups, find_rows
from bot.commands.setup import place
from bot.core.identity import key_of
from bot.core.markup import bold, escape
from bot.core.reply import Button, Notice, Reply, Style, Tone, refuse
from bot.core.request import Channel
from bot.core.text import clean, plural
from bot.store import accounts, members, twins, workspaces
from bot.store.accounts import CODE_LIVES
from bot.store.tables import Code, CodeKind, Group, Workspace

NEW = "Let the group live in one more channel"
NEW_TEXT = (
    "An organizer of the other server says this in the channel there, within {} minutes:\n`/twin code:{}`\nThen both "
    "channels have one group: the same schedule, members and board. The code works once; give it to them alone."
)
NOT_VALID = (
    "That code does not work",
    "It has a typo, was used already, or is older than ten minutes. An organizer of the group makes another: `/twin`.",
)
TAKEN = (
    "This channel has a group already",
    "A group can only come into a channel that has none. Say it in another one.",
)
TOO_MANY = (
    "That would be too many",
    "A group lives in {} channels at most, and a server has {} groups at most.",
)
SURE = "Share a group with another server?"
SURE_TEXT = (
    "{} of the group #{} in {}, {}, invites this channel to study {} together. Topics and reminders come here too; the "
    "organizers of both run it; and the people of both see each other's names, progress and points."
)
YES, READY = "Yes, share it", "This channel shares the group now"
GUEST = "This channel shares a group"
GUEST_TEXT = "It began in {}; the organizers there decide in which further channels it lives."
TOLD, NOT_TOLD = (
    "Who made the code was told so.",
    "Who made the code could not be told: they take no messages.",
)
NEWS = "Your group lives in one more channel"
NEWS_TEXT = (
    "{} entered the code that you made with `/twin`: the group #{} is in #{} of {} on {} now, and the people there see "
    "its board.\nWas that not meant? Say `/twin` in the group's channel, and take it out."
)
APART = "Take #{} out"
APART_TEXT = (
    "Taken out, a channel is a group of its own at the same place of the plan. Everybody stays with the channel where "
    "they joined, with all that they recorded."
)
TAKEN_APART = "The channels are groups of their own now"
TAKEN_APART_TEXT = (
    "{} with #{}, the others stay with the group that they were in. Both go on with the plan as it is."
)


def twin(ctx: Context, code: ACode = "", sure: Flag = 0, apart: RowId = 0) -> Reply:
    """Let the group live in a second channel, of another server or platform: one schedule, one board.

    You get a code here, and an organizer of the other server enters it in the channel there. The same command takes
    them apart again.
    """
    if ctx.group_id is None and code:
        return _enter(ctx, code.strip().lower(), sure=bool(sure))
    group, row = find_rows(ctx)
    further = _removable(ctx, group, row)
    if apart:
        return _take_apart(ctx, group, further, apart)
    return (
        _new(ctx, group, further) if row.workspace_id == group.workspace_id else _guest(ctx, group, further)
    )


def _removable(ctx: Context, group: Group, row: Group) -> Sequence[Group]:
    """The further channels that may be taken out here: of a workspace where the group is a guest, its own."""
    found = (further for further, _ in twins.channels_of(ctx.session, group)[1:])
    return [f for f in found if row.workspace_id in (group.workspace_id, f.workspace_id)]


def _new(ctx: Context, group: Group, further: Sequence[Group]) -> Reply:
    key = key_of(ctx.request.platform, ctx.request.person.id)
    code = accounts.new_code(ctx.session, CodeKind.TWIN, key, name_of(ctx), ctx.now, group.id)
    text = NEW_TEXT.format(int(CODE_LIVES.total_seconds() // 60), code)
    if further:
        text += f"\n\n{_where(ctx, group)}"
    return Reply(NEW, text, buttons=_apart_buttons(group, further))


def _guest(ctx: Context, group: Group, further: Sequence[Group]) -> Reply:
    """Whose people agreed to be seen by this workspace did not agree to be seen by any that it invites."""
    text = GUEST_TEXT.format(bold(twins.channels_of(ctx.session, group)[0][1].name))
    return Reply(GUEST, f"{text}\n\n{_where(ctx, group)}", buttons=_apart_buttons(group, further))


def _where(ctx: Context, group: Group) -> str:
    return f"It lives in {places_text(ctx, group)}. {APART_TEXT}"


def _apart_buttons(group: Group, further: Sequence[Group]) -> tuple[Button, ...]:
    return tuple(_apart_button(group, row) for row in further)


def _apart_button(group: Group, row: Group) -> Button:
    label = APART.format(row.channel_name or row.channel)
    return Button(label, "twin", {"group": group.id or 0, "apart": row.id or 0}, Style.DANGER)


def _take_apart(ctx: Context, group: Group, further: Sequence[Group], apart: int) -> Reply:
    row = next((row for row in further if row.id == apart), None)
    if row is None:
        raise refuse(*NOT_FOUND)
    moved = twins.take_apart(ctx.session, group, row)
    ctx.memory.seats.clear()
    name = escape(row.channel_name or row.channel)
    return Reply(TAKEN_APART, TAKEN_APART_TEXT.format(plural(moved, "member"), name), tone=Tone.GOOD)


def _enter(ctx: Context, code: str, *, sure: bool) -> Reply:
    """An organizer of this channel brings the group of the code here."""
    if ctx.request.workspace is None:
        raise refuse(*IN_A_DM)
    found = accounts.find_code(ctx.session, CodeKind.TWIN, code, ctx.now)
    home = ctx.session.get(Group, found.group_id) if found else None
    channels = twins.channels_of(ctx.session, home) if home and home.twin_of is None else ()
    if found is None or home is None or not channels or channels[0][1].left_at is not None:
        raise refuse(*NOT_VALID)
    where = _free(ctx, channels)
    if not sure:
        return _ask(ctx, found, home, channels[0][1], code)
    accounts.use_code(ctx.session, found)
    _connect(ctx, home, where)
    post = Button("Post this week's topic here", "prompt", {"group": home.id or 0}, Style.PRIMARY, "📌")
    fields = (next_posts(ctx, home), missing_field(ctx, where))
    shown = tuple(field for field in fields if field is not None)
    news, tone = _news(ctx, found, home, where), Tone.WARN if where.missing else Tone.GOOD
    text = "\n".join([plan_lines(ctx, home), *([news.said] if news else [])])
    return Reply(READY, text, shown, (post,), tone=tone, aloud=news)


def _news(ctx: Context, found: Code, home: Group, where: Channel) -> Notice | None:
    """Who made the code hears that somebody else used it, whoever that was."""
    request = ctx.request
    if found.person == key_of(request.platform, request.person.id):
        return None
    names = (
        home.channel_name or home.channel,
        clean(where.name, 100) or where.home,
        clean(request.workspace_name, 100),
    )
    shown = [escape(name) for name in (*names, request.platform.title())]
    text = NEWS_TEXT.format(bold(name_of(ctx)), *shown)
    return Notice(found.person, Reply(NEWS, text, tone=Tone.WARN), TOLD, NOT_TOLD)


def _free(ctx: Context, channels: Sequence[tuple[Group, Workspace]]) -> Channel:
    """The channel of the request, if one more group may be there. Raises Refused."""
    where, here = place(ctx.request.channel), find_groups(ctx)
    if any(row.channel == where.home for row in here):
        raise refuse(*TAKEN)
    if len(here) >= MOST_GROUPS or len(channels) >= MOST_CHANNELS:
        raise refuse(TOO_MANY[0], TOO_MANY[1].format(MOST_CHANNELS, MOST_GROUPS))
    return where


def _ask(ctx: Context, found: Code, home: Group, there: Workspace, code: str) -> Reply:
    text = SURE_TEXT.format(
        bold(found.name),
        escape(home.channel_name or home.channel),
        bold(there.name),
        escape(there.platform.title()),
        bold(edition_of(ctx, home).roadmap.title),
    )
    count = plural(members.active_members(ctx.session, home.id or 0), "member")
    yes = Button(YES, "twin", {"code": code, "sure": 1}, Style.PRIMARY, "🤝")
    return Reply(SURE, f"{text}\nIt has {count} now.", buttons=(yes,), tone=Tone.WARN)


def _connect(ctx: Context, home: Group, where: Channel) -> None:
    request = ctx.request
    name = clean(request.workspace_name, 100)
    here = workspaces.enter(ctx.session, request.platform, request.workspace or "", name, ctx.now)
    row = Group(
        workspace_id=here.id or 0,
        roadmap_id=home.roadmap_id,
        channel=where.home,
        channel_name=clean(where.name, 100) if where.parent is None else "",
        organizer=request.person.id,
        planned_to=ctx.now,
        created_at=ctx.now,
    )
    twins.connect(ctx.session, home, row)
