"""Becoming a member, by /join or by a first record."""

from bot.commands.context import Context
from bot.commands.scope import Learner
from bot.core.text import clean
from bot.store import members
from bot.store.places import Membership

NAME = 80


def joined(ctx: Context, who: Learner) -> Membership:
    """The person as a member; whoever comes back is on the boards again with all that they had."""
    name = clean(ctx.request.person.name, NAME) or "member"
    member = members.join(ctx.session, who.member, who.group_id, ctx.request.person.id, name, ctx.now)
    if who.member is not None and who.member.left_at is not None:
        members.rebuild_scores(ctx.session, member, who.zone)
    return member
