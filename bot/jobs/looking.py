"""Whether a post is in its channel already, where nobody knows."""

from datetime import datetime, timedelta

from bot.core.platform import Held, Message, Platform, TryLater, Unsure

SKEW = timedelta(hours=1)
"""How far the platform's clock may be from ours."""
UNREADABLE = "Whether it was posted could not be found out in time."


async def seen_since_tried(
    platform: Platform, message: Message, first: datetime, *, last: bool
) -> str | None:
    """Look for a post that was first tried at that time. Raises Held instead of Unsure where it is the last look."""
    try:
        return await platform.find(message, first - SKEW)
    except Unsure as unsure:
        if last:
            raise Held(UNREADABLE) from unsure
        raise


async def seen_in_another_life(platform: Platform, message: Message, due: datetime) -> str | None:
    """Look for a post that came due before this process began.

    A database that was put back from a backup does not know what was posted after that; the channel does.
    """
    try:
        return await platform.find(message, due - SKEW)
    except Held:
        # It can't be read, and as far as anybody knows nothing was tried: an outage is likelier than a backup.
        return None
    except Unsure as unsure:
        # What is in doubt is the look, not the post.
        raise TryLater(str(unsure)) from unsure
