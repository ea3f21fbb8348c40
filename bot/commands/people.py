"""Being a member: /join and /leave."""

from bot.commands.context import Context
from bot.commands.joining import joined
from bot.commands.quotas import check_membership
from bot.commands.scope import learner, remember
from bot.core.markup import bold
from bot.core.reply import Reply, Style, Tone
from bot.core.text import plural
from bot.store import members, scores

WELCOME = "You are in 👋"
WELCOME_TEXT = "You study {} with {}. The week's topic is posted in <#{}>. `/next` shows where to begin."
BACK = "Welcome back 👋"
ALREADY = "You are in already"
LEFT = "You have left the group"
LEFT_TEXT = "You are off the board. What you recorded is kept; `/join` brings it all back."
NOT_IN = "You are not in this group"
NOT_IN_TEXT = "So there is nothing to leave. `/join` makes you a member."


def join(ctx: Context) -> Reply:
    """Become a member of the study group of this channel."""
    who = learner(ctx)
    check_membership(ctx, who)
    was_in = who.member is not None and who.member.left_at is None
    came_back = who.member is not None and who.member.left_at is not None
    joined(ctx, who)
    remember(ctx, who)
    others = members.active_members(ctx.session, who.group_id) - 1
    company = plural(others, "other") if others else "whoever joins next"
    text = WELCOME_TEXT.format(bold(who.edition.roadmap.title), company, who.group.channel)
    title = ALREADY if was_in else BACK if came_back else WELCOME
    return Reply(title, text, buttons=(who.button("Next", "next", Style.PRIMARY),), tone=Tone.GOOD)


def leave(ctx: Context) -> Reply:
    """Leave the study group; what you recorded is kept for when you come back."""
    who = learner(ctx)
    if who.member is None or who.member.left_at is not None:
        return Reply(NOT_IN, NOT_IN_TEXT, buttons=(who.button("Join", "join"),))
    scores.rebuild(ctx.session, members.leave(ctx.session, who.member, ctx.now))
    ctx.memory.news.touch(who.group_id)
    return Reply(LEFT, LEFT_TEXT, buttons=(who.button("Join again", "join"),))
