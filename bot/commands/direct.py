"""Buttons in a direct message: there is no server around them, so the group that they name says which one it is."""

from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import Session

from bot.core.command import Audience, Command
from bot.core.reply import Reply
from bot.core.request import Request
from bot.store import direct


def at_home(session: Session, command: Command, request: Request, group_id: int | None) -> Request:
    """The request as if it came from the group's server, for a member of it and for what is about themselves.

    Everybody else is told, as before, that groups live in servers.
    """
    if request.workspace is not None or group_id is None or not command.direct:
        return request
    assert command.audience is Audience.MEMBER, "nobody organizes from a direct message"
    found = direct.home_of(session, request.platform, request.person.id, group_id)
    if found is None:
        return request
    workspace, member = found
    # Their name on the server, which a direct message does not know.
    person = replace(request.person, name=member.name)
    return replace(
        request,
        workspace=workspace.external_id,
        workspace_name=workspace.name,
        person=person,
        organizer=False,
    )


def only_direct(reply: Reply, commands: Mapping[str, Command]) -> Reply:
    """The same answer with those buttons only that work where it is read."""
    works = tuple(b for b in reply.buttons if b.command not in commands or commands[b.command].direct)
    return replace(reply, buttons=works)
