"""Finding a person's seat for the first time, so that autocomplete can answer from memory afterwards."""

from sqlmodel import Session

from bot.commands.memory import Memory
from bot.commands.scope import seat_of, seated
from bot.core.request import Request
from bot.store.places import places_of


def find_seat(session: Session, request: Request, memory: Memory) -> None:
    """Remember where a person stands in the group of this channel, or in the workspace's only one."""
    found = places_of(session, request.platform, request.workspace or "", request.person.id)
    here = [place for place in found if place.channel == request.channel.home] or list(found)
    if len(here) == 1:
        memory.take_seat(request, seat_of(seated(session, memory.catalog, here[0], found[here[0]])))
