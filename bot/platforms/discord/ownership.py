"""A database belongs to one application: a copy of it, made to try things out, must not post into channels."""

import logging

from bot.core.platform import OWNER, STRANGER, Notes

log = logging.getLogger("roadmate.discord")


async def is_ours(notes: Notes, application: str) -> bool:
    """Whether the database belongs to this application; one that belongs to nobody does from now on."""
    owner = await notes.get(OWNER)
    if not owner:
        await notes.put(OWNER, application)
    ours = not owner or owner == application
    stranger = "" if ours else application
    if (await notes.get(STRANGER) or "") != stranger:
        await notes.put(STRANGER, stranger)
    if not ours:
        log.error(
            "the database belongs to another bot, so nothing is posted; `roadmate adopt` takes it over",
            extra={"owner": owner, "application": application},
        )
    return ours
