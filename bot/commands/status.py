"""How a group is: /status."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.commands.context import Context
from bot.commands.plan_texts import (
    again_button,
    change_button,
    date_text,
    day_text,
    held_text,
    missing_field,
    next_posts,
    plan_lines,
    upcoming,
)
from bot.commands.post_texts import composed, is_needless
from bot.commands.posting import FOREIGN, KINDS, link_to, try_again
from bot.commands.rewards import held_field
from bot.commands.scope import edition_of, find_rows, weeks_of
from bot.core.markup import escape
from bot.core.reply import Button, Field, Reply
from bot.core.text import plural
from bot.store import members, owner, posts
from bot.store.board_posts import OCCURRENCE
from bot.store.groups import schedule_of
from bot.store.tables import Group, GroupState, Post, PostKind, PostState
from bot.study.calendar import local, moment
from bot.study.schedule import Occurrence, is_unclosed, next_reminder, reminded_week
from bot.study.zones import zone

STATES = {
    PostState.DUE: "waiting",
    PostState.CLAIMED: "being sent",
    PostState.SENT: "posted",
    PostState.HELD: "⚠️ on hold",
    PostState.MISSED: "⚠️ missed",
    PostState.NEEDLESS: "not needed",
}
WAITS = (PostState.DUE, PostState.CLAIMED, PostState.HELD)
POSTED_ON = "posted on {}"
NOT_SENT = "It would be left out as things are: everybody has done the topic or is away."
PREVIEW, PREVIEW_WAITS = "Preview of the {} of {}", "Preview of the {} of {}, which waits"
HELD_HERE = "This channel"
BOARD, BOARD_THERE = "The board", "[Up to date]({}) in the channel"
LATEST = 5
STATUS_NAMES = {
    GroupState.ACTIVE: "▶️ running",
    GroupState.PAUSED: "⏸️ paused",
    GroupState.HELD: "⚠️ on hold",
    GroupState.FINISHED: "🏁 complete",
}


def status(ctx: Context) -> Reply:
    """How the group is: the plan, what was posted, what is on hold, and the next posts word for word."""
    group, row = find_rows(ctx)
    here = ctx.request.channel
    latest = posts.latest_posts(ctx.session, row.id or 0, LATEST)
    fields = [
        missing_field(ctx, here) if here.home == row.channel else None,
        _hold(group, row),
        held_field(ctx, group, row),
        next_posts(ctx, group, row=row),
        Field("Latest posts", "\n".join(_post_line(ctx, group, row, post) for post in latest)),
        _board(ctx, row),
        *_previews(ctx, group, latest),
    ]
    count = plural(members.active_members(ctx.session, group.id or 0), "member")
    warning = [FOREIGN] if owner.is_foreign(ctx.session, ctx.request.platform) else []
    return Reply(
        f"Status · {STATUS_NAMES[GroupState(group.state)]}",
        "\n".join([*warning, plan_lines(ctx, group), f"{count}."]),
        tuple(field for field in fields if field is not None and field.text),
        _buttons(group, latest),
    )


def _board(ctx: Context, row: Group) -> Field | None:
    """How the board in the channel is, if there was ever one."""
    post = posts.post_at(ctx.session, row.id or 0, PostKind.BOARD, OCCURRENCE)
    if post is None:
        return None
    if post.state == PostState.SENT and post.message_id:
        return Field(BOARD, BOARD_THERE.format(ctx.message_url(row.channel, post.message_id)))
    return Field(BOARD, f"{STATES[PostState(post.state)]}. {escape(post.reason)}")


def _hold(group: Group, row: Group) -> Field | None:
    """What keeps posts from this one of the group's channels."""
    if not row.held_reason or group.state == GroupState.HELD:
        return None
    return Field(HELD_HERE, held_text(row.held_reason))


def _buttons(group: Group, latest: Sequence[Post]) -> tuple[Button, ...]:
    running = group.state == GroupState.ACTIVE
    command, label, emoji = ("pause", "Pause", "⏸️") if running else ("resume", "Resume", "▶️")
    # A finished group has nothing to pause; it can only begin again.
    over = group.state == GroupState.FINISHED
    turn = again_button(group) if over else Button(label, command, {"group": group.id or 0}, emoji=emoji)
    newest = next((post for post in latest if post.kind == PostKind.PROMPT), None)
    again = (try_again(group),) if newest is not None and newest.state == PostState.HELD else ()
    return (change_button(group), turn, *again)


def _post_line(ctx: Context, group: Group, row: Group, post: Post) -> str:
    became = STATES[PostState(post.state)]
    if post.state == PostState.SENT and post.message_id:
        became = f"{_posted(group, post)} ({link_to(ctx, group, row, post)})"
    what = f"{KINDS[PostKind(post.kind)]} for {day_text(post.occurrence)}: {became}"
    return f"• {what}" + (f". {escape(post.reason)}" if post.reason else "")


def _posted(group: Group, post: Post) -> str:
    """Says when, where it did not come on its own day: it was late, or was asked for once more."""
    at = post.sent_at or post.due_at
    if local(at, zone(group.zone)).date() == post.occurrence:
        return STATES[PostState.SENT]
    return POSTED_ON.format(date_text(group, at))


def _previews(ctx: Context, group: Group, latest: Sequence[Post]) -> list[Field]:
    """What waits, or else the next prompt and the next reminder, word for word."""
    waiting = {post.kind: post for post in reversed(latest) if post.state in WAITS}
    planned = {post.kind: post for post in _planned(ctx, group)} | waiting
    return [
        field
        for post in sorted(planned.values(), key=lambda post: post.due_at)
        for field in _preview(ctx, group, post)
    ]


def _planned(ctx: Context, group: Group) -> list[Post]:
    """The next prompt and the next reminder."""
    waits_for_resume = group.state == GroupState.PAUSED and group.paused_until is None
    if waits_for_resume or group.state not in (GroupState.ACTIVE, GroupState.PAUSED):
        return []
    weeks, schedule = weeks_of(ctx, group), schedule_of(group)
    dates = upcoming(ctx, group, 1) if group.step < len(weeks) else []
    last = posts.last_prompt_day(ctx.session, group.id or 0)
    # One that is due before a topic's own week, as where it was asked for early, is none of its.
    began = moment(last, group.minute, zone(group.zone)) if last is not None else group.planned_to
    soon = next_reminder(schedule, max(group.planned_to, began))
    if posts.post_at(ctx.session, group.id or 0, PostKind.REMINDER, soon.day) is not None:
        # Moved to later on a day that has had its reminder.
        soon = next_reminder(schedule, soon.at)
    planned = [_imagined(ctx, group, date, PostKind.PROMPT, group.step + 1) for date in dates]
    week = reminded_week(schedule, soon.day)
    if group.step and last is not None and (last >= week or _is_unclosed(ctx, group, last)):
        planned.append(_imagined(ctx, group, soon, PostKind.REMINDER, group.step))
    elif dates:
        planned.append(
            _imagined(ctx, group, next_reminder(schedule, dates[0].at), PostKind.REMINDER, group.step + 1)
        )
    return planned


def _is_unclosed(ctx: Context, group: Group, last: date) -> bool:
    """Whether the plan's last topic has had no reminder since that day, so that the next one is its."""
    left = len(weeks_of(ctx, group)) - group.step
    reminded = posts.there_is(ctx.session, group.id or 0, PostKind.REMINDER, last)
    return is_unclosed(left, last, group.planned_to, reminded=reminded)


def _imagined(ctx: Context, group: Group, when: Occurrence, kind: PostKind, step: int) -> Post:
    topic = weeks_of(ctx, group)[step - 1].topic
    item = edition_of(ctx, group).ids[topic.key]
    return Post(
        group_id=group.id or 0, kind=kind, occurrence=when.day, step=step, item_id=item, due_at=when.at
    )


def _preview(ctx: Context, group: Group, post: Post) -> list[Field]:
    kind, at = KINDS[PostKind(post.kind)], max(ctx.now, post.due_at)
    if post.id:
        head = PREVIEW_WAITS.format(kind, day_text(post.occurrence))
    else:
        head = PREVIEW.format(kind, date_text(group, post.due_at))
    if _is_needless(ctx, group, post, at):
        return [Field(head, NOT_SENT)]
    reply = composed(ctx.session, ctx.catalog, group, post, at)
    footer = [Field("", reply.footer)] if reply.footer else []
    return [Field(head, f"**{reply.title}**\n{reply.text}"), *reply.fields, *footer]


def _is_needless(ctx: Context, group: Group, post: Post, at: datetime) -> bool:
    edition = edition_of(ctx, group)
    return post.kind == PostKind.REMINDER and is_needless(ctx.session, edition, group, post, at)
