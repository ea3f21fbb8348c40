"""The board that stands in the group's channel: /board here."""

from bot.commands.context import Context
from bot.commands.options import Again
from bot.commands.scope import edition_of, find_rows
from bot.core.reply import Button, Reply, refuse
from bot.store import groups, posts
from bot.store.board_posts import OCCURRENCE
from bot.store.tables import Group, Post, PostKind, PostState

THERE = "The board is there already"
THERE_TEXT = (
    "[Here it is]({}); it keeps itself up to date. Posted anew, it stands at the end of the channel, and the old one "
    "stays as it was."
)
ASKED, ASKED_TEXT = "That was asked for already", "The board was posted anew after this button was made."
NOT_POSTED = "Not posted yet"
ON_ITS_WAY = "It is on its way and will be in the channel in a moment."


def here(ctx: Context, again: Again = 0) -> Reply:
    """Post a board in the group's channel that keeps itself up to date.

    It is edited in place, at most once a minute. Whoever deletes it has it gone until an organizer asks again.
    """
    group, row = find_rows(ctx)
    post = posts.post_at(ctx.session, row.id or 0, PostKind.BOARD, OCCURRENCE)
    if post is None:
        return _deliver(_new(ctx, group, row))
    if post.state == PostState.SENT and post.message_id and not again:
        return _there(ctx, group, row, post)
    if post.message_id or again:
        edition = again - 1 if again else post.edition
        if not posts.post_again(ctx.session, post.id or 0, edition, ctx.now):
            raise refuse(ASKED, ASKED_TEXT)
    else:
        posts.requeue(ctx.session, post.id or 0, ctx.now)
    return _deliver(post)


def _new(ctx: Context, group: Group, row: Group) -> Post:
    edition = edition_of(ctx, group)
    post = Post(
        group_id=row.id or 0,
        kind=PostKind.BOARD,
        occurrence=OCCURRENCE,
        step=0,
        item_id=edition.ids[edition.roadmap.topics[0].key],
        due_at=ctx.now,
        try_at=ctx.now,
    )
    ctx.session.add(post)
    groups.save(ctx.session, group)
    return post


def _deliver(post: Post) -> Reply:
    return Reply(NOT_POSTED, ON_ITS_WAY, deliver=post.id or 0)


def _there(ctx: Context, group: Group, row: Group, post: Post) -> Reply:
    again = {"group": group.id or 0, "again": post.edition + 1}
    text = THERE_TEXT.format(ctx.message_url(row.channel, post.message_id))
    return Reply(THERE, text, buttons=(Button("Post anew", "board here", again, emoji="🔁"),))
