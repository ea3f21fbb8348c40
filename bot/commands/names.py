"""What people are called: learned from each command that they send, since nobody may ask for a list of members."""

from bot.commands.context import Context
from bot.core.identity import key_of
from bot.core.text import clean
from bot.store import known_as
from bot.store.places import Membership

NAME = 80


def name_of(ctx: Context) -> str:
    """The name of the person who asks, fit to be kept and never empty."""
    return clean(ctx.request.person.name, NAME) or "member"


def notice(ctx: Context, member: Membership | None) -> None:
    """Remember that the one who asks goes by another name than the one that is kept; the next tick writes it.

    Another name of a linked account is no news: a member keeps that of the account that joined.
    """
    if member is None or ctx.request.person.name == member.name or name_of(ctx) == member.name:
        return
    key = key_of(ctx.request.platform, ctx.request.person.id)
    if known_as.is_own(ctx.session, member.id, key):
        ctx.memory.news.rename(member.group_id, member.id, key, name_of(ctx))
