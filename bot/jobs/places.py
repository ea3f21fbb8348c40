"""A number of places for work, each taken again as soon as it is free."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

Work = Coroutine[Any, Any, None]


async def keep_busy(places: int, look_again: float, take: Callable[[int], Awaitable[Sequence[Work]]]) -> None:
    """Do what `take` hands out for so many free places, until it hands out nothing and everything is done.

    What is slow keeps its own place and nobody else's: every `look_again` seconds the others are offered anew.
    """
    working = set[asyncio.Task[None]]()
    try:
        while True:
            working |= {asyncio.create_task(work) for work in await take(places - len(working))}
            if not working:
                return
            wait = asyncio.wait(working, timeout=look_again, return_when=asyncio.FIRST_COMPLETED)
            _, working = await wait
    except asyncio.CancelledError:
        for task in working:
            task.cancel()
        raise
    finally:
        # A database that is busy just now is no reason to break off what is in flight.
        await asyncio.gather(*working, return_exceptions=True)
