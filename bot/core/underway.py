"""What is under way, so that whoever stops can wait for it."""

import asyncio


class Underway:
    """Counts what has begun and not ended: each begins when this is entered and ends when it is left."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_fault: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def idle(self) -> None:
        """Wait for a moment in which nothing is under way."""
        await self._idle.wait()
