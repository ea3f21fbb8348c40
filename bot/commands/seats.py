"""Finding a person's seat for the first time, so that autocomplete can answer from memory afterwards."""

from sqlmodel import Session

from bot.commands.memory import Memory, Seat
from bot.commands.scope import first_items
from bot.core.request import Request
from bot.store import groups, members
from bot.study import progress


def find_seat(session: Session, request: Request, memory: Memory) -> None:
    """Remember where a person stands in the group of this channel, or in the workspace's only one."""
    found = groups.groups_of(session, request.platform, request.workspace or "")
    here = [group for group in found if group.channel == request.channel.home] or list(found)
    if len(here) != 1 and not (here and here[0].channel == request.channel.home):
        return
    group = here[0]
    edition = memory.catalog.editions[group.roadmap_id]
    member = members.member(session, group.id or 0, request.person.id)
    marks = members.marks_of(session, member.id) if member and member.id else ()
    at = progress.standing(progress.standing_marks(marks), edition.keys)
    memory.take_seat(request, Seat(group.id or 0, edition.id, first_items(edition.roadmap, at)))
