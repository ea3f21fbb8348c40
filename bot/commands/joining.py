"""Becoming a member, by /join or by a first record."""

from bot.commands.context import Context
from bot.commands.names import name_of
from bot.commands.scope import Learner
from bot.core.identity import key_of
from bot.store import members, scores
from bot.store.places import Membership


def joined(ctx: Context, who: Learner) -> Membership:
    """The person as a member; whoever comes back is on the boards again with all that they had."""
    key = key_of(ctx.request.platform, ctx.request.person.id)
    via = who.group.row if who.group.row != who.group_id else None
    member = members.join(ctx.session, who.member, who.group_id, key, name_of(ctx), ctx.now, via)
    if who.member is not None and who.member.left_at is not None:
        scores.rebuild(ctx.session, member)
        ctx.memory.news.touch(who.group_id)
    return member
