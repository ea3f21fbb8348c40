"""Posting now, and what became of it: /prompt."""

from bot.commands.context import Context
from bot.commands.options import Again, PostId
from bot.commands.plan_texts import again_button, date_text, upcoming, what_next
from bot.commands.scope import edition_of, find_rows, weeks_of
from bot.core.markup import escape
from bot.core.reply import Button, Refused, Reply, Tone, refuse
from bot.store import groups, owner, posts, twins
from bot.store.groups import schedule_of
from bot.store.tables import Group, GroupState, Post, PostKind, PostState
from bot.study.calendar import local
from bot.study.schedule import NEAR, prompt_day, prompt_day_now
from bot.study.zones import zone

THERE = "This week's topic is there already"
THERE_TEXT = "{} · posted {}."
POSTED, NEXT_ONE = "Posted 📌", "The next topic comes on {}."
NOT_POSTED, NOT_POSTED_TEXT = "Not posted yet", "{} Nothing was lost; it waits, and `/status` shows it."
ON_ITS_WAY = "It is on its way and will be in the channel in a moment."
NO_MORE, NO_MORE_TEXT = "The plan is complete", "Every week of the roadmap was posted. "
FOREIGN = (
    "⚠️ Nothing is posted: this bot runs on another bot's data. Whoever runs Roadmate can let it take over."
)
THE_BOARD = "[The board]({}) stands in the channel and keeps itself up to date."
KINDS = {PostKind.PROMPT: "weekly topic", PostKind.REMINDER: "reminder", PostKind.BOARD: "board"}
"""What people see of a post; a prompt is a word of our own."""
ASKED = "That was asked for already"
ASKED_TEXT = "The topic was posted again after this button was made. `/prompt` shows the newest."


def prompt(ctx: Context, again: Again = 0) -> Reply:
    """Post this week's topic now; if it is there already, the answer links it."""
    group, row = find_rows(ctx)
    post = _this_week(ctx, group)
    if post is None:
        post = _new(ctx, group)
    else:
        ours = post.item_id in edition_of(ctx, group).keys
        if again or (ours and post.state == PostState.SENT):
            return _once_more(ctx, group, row, post, again)
        _requeue(ctx, group, post, ours=ours)
        ctx.session.refresh(post)
    for further, _ in twins.channels_of(ctx.session, group)[1:]:
        posts.follow(ctx.session, post, further.id or 0, ctx.now)
    return _deliver(_own(ctx, row, post).id or 0)


def _once_more(ctx: Context, group: Group, row: Group, post: Post, again: int) -> Reply:
    """The week's topic was posted, in this channel too; unless it is still missing here, or is asked for again."""
    if row is not group and not again:
        posts.follow(ctx.session, post, row.id or 0, ctx.now)
    own = _own(ctx, row, post)
    if own.state == PostState.SENT and not again:
        if own.message_id:
            return _there(ctx, group, row, own)
        # It stands in a channel that the group has left.
        again = own.edition + 1
    if again and not posts.post_again(ctx.session, own.id or 0, again - 1, ctx.now):
        raise refuse(ASKED, ASKED_TEXT)
    return _deliver(own.id or 0)


def _own(ctx: Context, row: Group, post: Post) -> Post:
    """The same post in another channel of the group."""
    found = posts.post_at(ctx.session, row.id or 0, PostKind.PROMPT, post.occurrence)
    if found is None:
        raise refuse(ASKED, ASKED_TEXT)
    return found


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


def _new(ctx: Context, group: Group) -> Post:
    weeks = weeks_of(ctx, group)
    if group.step >= len(weeks):
        raise _no_more(ctx, group)
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
    return post


def _no_more(ctx: Context, group: Group) -> Refused:
    buttons = (again_button(group),) if group.state == GroupState.FINISHED else ()
    return refuse(NO_MORE, (NO_MORE_TEXT + what_next(ctx, group)).rstrip(), *buttons)


def _requeue(ctx: Context, group: Group, post: Post, *, ours: bool) -> None:
    """Queue a waiting, held or missed prompt for now.

    One that was missed, or is of a roadmap that the group no longer studies, takes the plan's next week.
    """
    if post.state != PostState.MISSED and ours:
        posts.requeue(ctx.session, post.id or 0, ctx.now)
        return
    weeks = weeks_of(ctx, group)
    if group.step >= len(weeks):
        raise _no_more(ctx, group)
    week = weeks[group.step]
    item = edition_of(ctx, group).ids[week.topic.key]
    # A new edition, because the platform would take the old nonce for a repeat of what it has.
    new = {
        "step": week.number,
        "item_id": item,
        "edition": post.edition + 1,
        "message_id": "",
        "thread_id": "",
    }
    # One that is being sent stays as it is, and uses up no week of the new plan.
    if posts.requeue(ctx.session, post.id or 0, ctx.now, **new):
        group.step = week.number
        groups.save(ctx.session, group)


def _there(ctx: Context, group: Group, row: Group, post: Post) -> Reply:
    again = Button("Post again", "prompt", {"group": group.id or 0, "again": post.edition + 1}, emoji="🔁")
    when = date_text(group, post.sent_at or post.due_at)
    return Reply(THERE, THERE_TEXT.format(link_to(ctx, group, row, post), when), buttons=(again,))


def link_to(ctx: Context, group: Group, row: Group, post: Post) -> str:
    """The topic of a post that was sent in the channel of `row`, as a link to it."""
    edition = edition_of(ctx, group)
    key = edition.keys.get(post.item_id)
    title = edition.items[key][0].title if key else KINDS[PostKind(post.kind)]
    return f"[{escape(title)}]({ctx.message_url(row.channel, post.message_id)})"


def posted(ctx: Context, post: PostId = 0) -> Reply:
    """What became of a post that an organizer asked for."""
    group, row = find_rows(ctx)
    found = posts.post_in(ctx.session, row.id or 0, post)
    if found is None:
        raise refuse(NOT_POSTED, ON_ITS_WAY)
    if found.state == PostState.SENT and found.kind == PostKind.BOARD:
        return Reply(POSTED, THE_BOARD.format(ctx.message_url(row.channel, found.message_id)), tone=Tone.GOOD)
    if found.state == PostState.SENT:
        more = group.state == GroupState.ACTIVE and group.step < len(weeks_of(ctx, group))
        soon = upcoming(ctx, group, 1) if more else []
        then = [NEXT_ONE.format(f"**{date_text(group, date.at)}**") for date in soon]
        return Reply(POSTED, "\n".join([link_to(ctx, group, row, found), *then]), tone=Tone.GOOD)
    text = NOT_POSTED_TEXT.format(escape(found.reason)) if found.reason else ON_ITS_WAY
    if owner.is_foreign(ctx.session, ctx.request.platform):
        text = FOREIGN
    again = board_again(group) if found.kind == PostKind.BOARD else try_again(group)
    return Reply(NOT_POSTED, text, buttons=(again,), tone=Tone.WARN)


def board_again(group: Group) -> Button:
    """Posts the group's board, once the reason is mended."""
    return Button("Try again", "board here", {"group": group.id or 0}, emoji="🔁")


def try_again(group: Group) -> Button:
    """Posts what is on hold, once the reason is mended."""
    return Button("Try again", "prompt", {"group": group.id or 0}, emoji="🔁")
