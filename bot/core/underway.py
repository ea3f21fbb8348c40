"""What is under way, so that whoever stops can wait for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Underway:
    """Counts what has begun and not ended."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Something that begins here and ends when this is left."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def idle(self) -> None:
        """Wait for a moment in which nothing is under way."""
        await self._idle.wait()
