"""Letting boards show somebody as they have chosen, in every group of the workspace at once."""

from bot.commands.context import Context
from bot.core.identity import key_of
from bot.store import accounts, known_as, members, scores
from bot.study.preferences import Preferences


def show(ctx: Context, workspace_id: int, chosen: Preferences) -> None:
    """Show the person who asks on boards as they have chosen now; who is hidden stands on none."""
    keys = accounts.keys_of(ctx.session, key_of(ctx.request.platform, ctx.request.person.id))
    for before in known_as.in_workspace(ctx.session, workspace_id, keys):
        now = members.show_as(ctx.session, before, chosen.board, chosen.alias)
        if now.hidden != before.hidden:
            scores.rebuild(ctx.session, now)
        if now != before:
            ctx.memory.news.touch(now.group_id)
