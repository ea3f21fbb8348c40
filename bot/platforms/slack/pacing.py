"""Slack takes about one message a second in a channel from an app."""

import asyncio
from collections import OrderedDict

from bot.core.platform import TryLater

GAP = 1.0
"""Seconds between two messages in a channel."""
LONGEST = 5.0
"""Seconds that a post waits here; longer than that, it waits in its row."""
REMEMBERED = 10_000
WAIT = "Slack takes one message a second in a channel."


class Pace:
    """Hands out moments to post at in a channel; whoever posts in another one does not wait."""

    def __init__(self) -> None:
        self._next: OrderedDict[str, float] = OrderedDict()

    async def turn(self, channel: str) -> None:
        """Wait for a moment of one's own. Raises TryLater where that is too far."""
        now = asyncio.get_running_loop().time()
        at = max(self._next.get(channel, now), now)
        if at - now > LONGEST:
            raise TryLater(WAIT, at - now)
        self._next[channel] = at + GAP
        self._next.move_to_end(channel)
        while len(self._next) > REMEMBERED:
            self._next.popitem(last=False)
        if at > now:
            await asyncio.sleep(at - now)
