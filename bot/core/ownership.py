"""A database belongs to one application of a platform: a copy, made to try things out, must not post into channels."""

import logging

from bot.core.identity import BARE
from bot.core.platform import OWNER, STRANGER, Notes

FOREIGN = "The database belongs to another bot, so nothing is posted; `roadmate adopt` takes it over."


def owner_notes(platform: str) -> tuple[str, str]:
    """The notes of a platform about whose database it is: the application, and a stranger that posts nothing."""
    own = "" if platform == BARE else f".{platform}"
    return f"{OWNER}{own}", f"{STRANGER}{own}"


async def is_ours(notes: Notes, platform: str, application: str) -> bool:
    """Whether the database belongs to this application; one that belongs to nobody does from now on."""
    owns, is_strange = owner_notes(platform)
    owner = await notes.get(owns)
    if not owner:
        await notes.put(owns, application)
    ours = not owner or owner == application
    stranger = "" if ours else application
    if (await notes.get(is_strange) or "") != stranger:
        await notes.put(is_strange, stranger)
    if not ours:
        logging.getLogger(f"roadmate.{platform}").error(
            "the database belongs to another bot, so nothing is posted; `roadmate adopt` takes it over",
            extra={"owner": owner, "application": application},
        )
    return ours
