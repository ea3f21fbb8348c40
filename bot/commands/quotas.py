"""How much one person, one group and one server may take up, so that nobody fills the database for all."""

from bot.commands.context import Context
from bot.commands.scope import Learner
from bot.core.reply import refuse
from bot.store import members

MOST_GROUPS = 50
"""In a server."""
MOST_CHANNELS = 5
"""In which one group lives."""
MOST_MEMBERS = 100_000
"""In a group, those who have left not counted."""
MOST_MARKS = 5_000
"""Of a member: a hundred items, each done and taken back again and again."""

FULL = "This group is full"
FULL_TEXT = "It has {:,} members, the most there can be. An organizer can start another one with `/setup`."
TOO_MUCH = "That is not recorded any more"
TOO_MUCH_TEXT = (
    "You have {:,} records here, taking back included, which is the most there can be. They stay as they are; with "
    "`/mydata delete` you can begin anew."
)


def check_membership(ctx: Context, who: Learner) -> None:
    """Whether there is room for somebody who is no member yet. Raises Refused."""
    if who.member is None and members.active_members(ctx.session, who.group_id) >= MOST_MEMBERS:
        raise refuse(FULL, FULL_TEXT.format(MOST_MEMBERS))


def check_record(ctx: Context, who: Learner) -> None:
    """Whether somebody may record one more thing. Raises Refused."""
    check_membership(ctx, who)
    if len(who.marks) >= MOST_MARKS:
        raise refuse(TOO_MUCH, TOO_MUCH_TEXT.format(MOST_MARKS))
