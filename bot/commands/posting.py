"""Posting now, and what became of a post: /prompt and /status."""

from bot.commands.context import Context
from bot.commands.options import Again, PostId
from bot.commands.plan_texts import change_button, date_text, missing_field, next_posts, plan_lines, upcoming
from bot.commands.post_texts import composed
from bot.commands.scope import edition_of, find_group, schedule_of, weeks_of
from bot.core.markup import escape
from bot.core.reply import Button, Field, Reply, Tone, refuse
from bot.core.text import plural
from bot.store import groups, members, posts
from bot.store.tables import Group, GroupState, Post, PostKind, PostState
from bot.study.calendar import local
from bot.study.schedule import NEAR, Occurrence, next_reminder, prompt_day, prompt_day_now, reminded_week
from bot.study.zones import zone

THERE = "This week's topic is there already"
THERE_TEXT = "{} · posted {}."
POSTED, NEXT_ONE = "Posted 📌", "The next topic comes on {}."
NOT_POSTED, NOT_POSTED_TEXT = "Not posted yet", "{} Nothing was lost; it waits, and `/status` shows it."
ON_ITS_WAY = "It is on its way and will be in the channel in a moment."
NO_MORE, NO_MORE_TEXT = (
    "The plan is complete",
    "Every week of the roadmap was posted. `/setup` starts another one.",
)
ASKED = "That was asked for already"
ASKED_TEXT = "The topic was posted again after this button was made. `/prompt` shows the newest."
STATES = {
    PostState.DUE: "waiting",
    PostState.CLAIMED: "being sent",
    PostState.SENT: "posted",
    PostState.HELD: "⚠️ on hold",
    PostState.MISSED: "⚠️ missed",
}
PREVIEW = "Preview of the {} of {}"
LATEST = 5
STATUS_NAMES = {
    GroupState.ACTIVE: "▶️ running",
    GroupState.PAUSED: "⏸️ paused",
    GroupState.HELD: "⚠️ on hold",
    GroupState.FINISHED: "🏁 complete",
}


def prompt(ctx: Context, again: Again = 0) -> Reply:
    """Post this week's topic now; if it is there already, the answer links it."""
    group = find_group(ctx)
    post = _this_week(ctx, group)
    if post is None:
        return _deliver(_new(ctx, group))
    ours = post.item_id in edition_of(ctx, group).keys
    if post.state == PostState.SENT and ours and not again:
        if post.message_id:
            return _there(ctx, group, post)
        # It stands in a channel that the group has left.
        again = post.edition + 1
    if again and not posts.post_again(ctx.session, post.id or 0, again - 1, ctx.now):
        raise refuse(ASKED, ASKED_TEXT)
    if not again:
        _requeue(ctx, group, post, ours=ours)
    return _deliver(post.id or 0)


def _deliver(post_id: int) -> Reply:
    return Reply(NOT_POSTED, ON_ITS_WAY, deliver=post_id)


def _this_week(ctx: Context, group: Group) -> Post | None:
    """This week's prompt, or one so close that another would be too much."""
    schedule = schedule_of(group)
    today = local(ctx.now, zone(group.zone)).date()
    begun = posts.post_at(ctx.session, group.id or 0, PostKind.PROMPT, prompt_day(schedule, today))
    if begun is not None and begun.state != PostState.MISSED:
        return begun
    # Without one, a prompt asked for shortly before the next week begins is the one of that week.
    day = prompt_day_now(schedule, ctx.now)
    exact = posts.post_at(ctx.session, group.id or 0, PostKind.PROMPT, day)
    if exact is not None:
        return exact
    last = posts.last_prompt_day(ctx.session, group.id or 0)
    if last is None or abs(day - last) >= NEAR:
        return None
    return posts.post_at(ctx.session, group.id or 0, PostKind.PROMPT, last)


def _new(ctx: Context, group: Group) -> int:
    weeks = weeks_of(ctx, group)
    if group.step >= len(weeks):
        raise refuse(NO_MORE, NO_MORE_TEXT)
    week = weeks[group.step]
    post = Post(
        group_id=group.id or 0,
        kind=PostKind.PROMPT,
        occurrence=prompt_day_now(schedule_of(group), ctx.now),
        step=week.number,
        item_id=edition_of(ctx, group).ids[week.topic.key],
        due_at=ctx.now,
        try_at=ctx.now,
    )
    group.step = week.number
    ctx.session.add(post)
    groups.save(ctx.session, group)
    return post.id or 0


def _requeue(ctx: Context, group: Group, post: Post, *, ours: bool) -> None:
    """Queue a waiting, held or missed prompt for now.

    One that was missed, or is of a roadmap that the group no longer studies, takes the plan's next week.
    """
    if post.state != PostState.MISSED and ours:
        posts.requeue(ctx.session, post.id or 0, ctx.now)
        return
    weeks = weeks_of(ctx, group)
    if group.step >= len(weeks):
        raise refuse(NO_MORE, NO_MORE_TEXT)
    week = weeks[group.step]
    group.step = week.number
    groups.save(ctx.session, group)
    item = edition_of(ctx, group).ids[week.topic.key]
    # A new edition, because the platform would take the old nonce for a repeat of what it has.
    new = {
        "step": week.number,
        "item_id": item,
        "edition": post.edition + 1,
        "message_id": "",
        "thread_id": "",
    }
    posts.requeue(ctx.session, post.id or 0, ctx.now, **new)


def _there(ctx: Context, group: Group, post: Post) -> Reply:
    again = Button("Post again", "prompt", {"group": group.id or 0, "again": post.edition + 1}, emoji="🔁")
    when = date_text(group, post.sent_at or post.due_at)
    return Reply(THERE, THERE_TEXT.format(_link(ctx, group, post), when), buttons=(again,))


def _link(ctx: Context, group: Group, post: Post) -> str:
    edition = edition_of(ctx, group)
    key = edition.keys.get(post.item_id)
    title = edition.items[key][0].title if key else post.kind
    return f"[{escape(title)}]({ctx.message_url(group.channel, post.message_id)})"


def posted(ctx: Context, post: PostId = 0) -> Reply:
    """What became of a post that an organizer asked for."""
    group = find_group(ctx)
    found = posts.post_in(ctx.session, group.id or 0, post)
    if found is None:
        raise refuse(NOT_POSTED, ON_ITS_WAY)
    if found.state == PostState.SENT:
        more = group.state == GroupState.ACTIVE and group.step < len(weeks_of(ctx, group))
        soon = upcoming(ctx, group, 1) if more else []
        then = [NEXT_ONE.format(f"**{date_text(group, date.at)}**") for date in soon]
        return Reply(POSTED, "\n".join([_link(ctx, group, found), *then]), tone=Tone.GOOD)
    text = NOT_POSTED_TEXT.format(escape(found.reason)) if found.reason else ON_ITS_WAY
    return Reply(NOT_POSTED, text, buttons=(_try_again(group),), tone=Tone.WARN)


def _try_again(group: Group) -> Button:
    return Button("Try again", "prompt", {"group": group.id or 0}, emoji="🔁")


def status(ctx: Context) -> Reply:
    """How the group is: the plan, what was posted, what is on hold, and the next posts word for word."""
    group = find_group(ctx)
    here = ctx.request.channel
    latest = posts.latest_posts(ctx.session, group.id or 0, LATEST)
    fields = [
        missing_field(here) if here.home == group.channel else None,
        next_posts(ctx, group),
        Field("Latest posts", "\n".join(_post_line(ctx, group, post) for post in latest)),
        *_previews(ctx, group),
    ]
    running = group.state == GroupState.ACTIVE
    turn = Button("Pause", "pause", {"group": group.id or 0}, emoji="⏸️")
    buttons = [
        change_button(group),
        turn if running else Button("Resume", "resume", {"group": group.id or 0}, emoji="▶️"),
    ]
    newest = next((post for post in latest if post.kind == PostKind.PROMPT), None)
    if newest is not None and newest.state == PostState.HELD:
        buttons.append(_try_again(group))
    count = plural(members.active_members(ctx.session, group.id or 0), "member")
    return Reply(
        f"Status · {STATUS_NAMES[GroupState(group.state)]}",
        f"{plan_lines(ctx, group)}\n{count}.",
        tuple(field for field in fields if field is not None and field.text),
        tuple(buttons),
    )


def _post_line(ctx: Context, group: Group, post: Post) -> str:
    what = f"{post.kind} for {date_text(group, post.due_at)}: {STATES[PostState(post.state)]}"
    if post.state == PostState.SENT and post.message_id:
        what += f" ({_link(ctx, group, post)})"
    return f"• {what}" + (f". {escape(post.reason)}" if post.reason else "")


def _previews(ctx: Context, group: Group) -> list[Field]:
    """The next prompt and the next reminder, word for word."""
    waits_for_resume = group.state == GroupState.PAUSED and group.paused_until is None
    if waits_for_resume or group.state not in (GroupState.ACTIVE, GroupState.PAUSED):
        return []
    weeks, schedule = weeks_of(ctx, group), schedule_of(group)
    dates = upcoming(ctx, group, 1) if group.step < len(weeks) else []
    last = posts.last_prompt_day(ctx.session, group.id or 0)
    soon = next_reminder(schedule, group.planned_to)
    planned = [_imagined(ctx, group, date, PostKind.PROMPT, group.step + 1) for date in dates]
    if group.step and last is not None and last >= reminded_week(schedule, soon.day):
        planned.append(_imagined(ctx, group, soon, PostKind.REMINDER, group.step))
    elif dates:
        planned.append(
            _imagined(ctx, group, next_reminder(schedule, dates[0].at), PostKind.REMINDER, group.step + 1)
        )
    return [field for post in sorted(planned, key=lambda p: p.due_at) for field in _preview(ctx, group, post)]


def _imagined(ctx: Context, group: Group, when: Occurrence, kind: PostKind, step: int) -> Post:
    topic = weeks_of(ctx, group)[step - 1].topic
    item = edition_of(ctx, group).ids[topic.key]
    return Post(
        id=0, group_id=group.id or 0, kind=kind, occurrence=when.day, step=step, item_id=item, due_at=when.at
    )


def _preview(ctx: Context, group: Group, post: Post) -> list[Field]:
    reply = composed(ctx.session, ctx.catalog, group, post, post.due_at)
    head = PREVIEW.format(post.kind, date_text(group, post.due_at))
    footer = [Field("", reply.footer)] if reply.footer else []
    return [Field(head, f"**{reply.title}**\n{reply.text}"), *reply.fields, *footer]
