"""Naming organizers where the platform has no right for it: /study organizers."""

from bot.commands.context import Context
from bot.commands.options import Added, Removed
from bot.commands.scope import IN_A_DM
from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.reply import Reply, Tone, refuse
from bot.core.text import clean
from bot.store import organizers as store
from bot.store import workspaces

ORGANIZERS = "Who organizes here"
ALWAYS = "The workspace's admins and owners always do."
NAMED, NOBODY = (
    "Named beside them: {}.",
    "Nobody was named beside them. `/organizers @someone` names a person.",
)
ADDED, REMOVED = "{} organizes from now on.", "{} does not organize any more."
NOT_NAMED = "{} was not named, so nothing changed."
MOST = 50
TOO_MANY = "Fifty people are named already, which is the most there can be."


def organizers(ctx: Context, add: Added = None, remove: Removed = None) -> Reply:
    """Show who organizes study groups here, and name people or take that back."""
    if ctx.request.workspace is None:
        raise refuse(*IN_A_DM)
    name = clean(ctx.request.workspace_name, 100)
    here = workspaces.enter(ctx.session, ctx.request.platform, ctx.request.workspace, name, ctx.now)
    lines = []
    if add is not None:
        if len(store.named(ctx.session, here)) >= MOST:
            raise refuse(NOT_UNDERSTOOD, TOO_MANY)
        store.name(ctx.session, here, add.id, ctx.now)
        lines.append(ADDED.format(_person(add.id)))
    if remove is not None:
        was = store.unname(ctx.session, here, remove.id)
        lines.append((REMOVED if was else NOT_NAMED).format(_person(remove.id)))
    named = ", ".join(map(_person, store.named(ctx.session, here)))
    lines += [ALWAYS, NAMED.format(named) if named else NOBODY]
    return Reply(ORGANIZERS, "\n".join(lines), tone=Tone.GOOD if add or remove else Tone.PLAIN)


def _person(external_id: str) -> str:
    """Somebody by the platform's id; it shows their name."""
    return f"<@{external_id.rpartition('.')[2]}>"
