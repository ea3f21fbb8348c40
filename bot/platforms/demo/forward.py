"""/forward: a command that only the demo has, because nobody wants to wait a week to see the next topic."""

import asyncio
from typing import Annotated

from bot.core.command import Audience, Command, Option, Takes, command
from bot.core.reply import Reply, Tone
from bot.core.text import plural

MOST_DAYS = 60

Days = Annotated[int, Option("How many days", Takes.INTEGER, minimum=1, maximum=MOST_DAYS)]


class Forward:
    """Takes down how far to go; the demo's own task goes there, since the simulated clock refuses the bot's."""

    def __init__(self) -> None:
        self.wanted: asyncio.Queue[int] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    @property
    def command(self) -> Command:
        """The command, for the table."""

        def forward(_ctx: object, days: Days = 7) -> Reply:
            """Only in the demo: let time pass, and see the posts that come due."""
            # Commands run in the database's thread.
            self._loop.call_soon_threadsafe(self.wanted.put_nowait, days)
            return Reply(f"{plural(days, 'day')} go by …", "Watch the channel.", tone=Tone.GOOD)

        return command(forward, audience=Audience.ORGANIZER)
