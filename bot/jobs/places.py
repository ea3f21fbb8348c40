"""A number of places for work, each taken again as soon as it is free."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from bot.store.faults import Unavailable

log = logging.getLogger("roadmate.posts")

Work = Coroutine[Any, Any, None]


async def keep_busy(places: int, look_again: float, take: Callable[[int], Awaitable[Sequence[Work]]]) -> None:
    """Do what `take` hands out for so many free places, until it hands out nothing and everything is done.

    What is slow keeps its own place and nobody else's: every `look_again` seconds the others are offered anew. A
    database that is busy just now is asked again then, as long as something is in flight; else its fault is raised.
    """
    working = set[asyncio.Task[None]]()
    try:
        while True:
            try:
                found = await take(places - len(working))
            except Unavailable as fault:
                if not working:
                    raise
                log.warning("nothing more could be taken yet", extra={"reason": str(fault)})
                found = ()
            working |= {asyncio.create_task(work) for work in found}
            if not working:
                return
            wait = asyncio.wait(working, timeout=look_again, return_when=asyncio.FIRST_COMPLETED)
            _, working = await wait
    except asyncio.CancelledError:
        for task in working:
            task.cancel()
        raise
    finally:
        # Whatever went wrong is no reason to break off what is in flight.
        await asyncio.gather(*working, return_exceptions=True)
