"""Places for work: each is taken again as soon as it is free."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.jobs.places import Work, keep_busy
from bot.store.faults import Busy


async def test_a_busy_database_makes_nobody_wait_for_the_slowest() -> None:
    """A claim that finds the database busy is tried again at once, while what is slow is still in flight."""
    gate, done = asyncio.Event(), list[str]()

    async def slow() -> None:
        await gate.wait()
        done.append("slow")

    async def quick() -> None:
        done.append("quick")
        gate.set()

    hands: list[Sequence[Work] | Exception] = [[slow()], Busy(), [quick()]]

    async def take(_: int) -> Sequence[Work]:
        found = hands.pop(0) if hands else ()
        if isinstance(found, Exception):
            raise found
        return found

    async with asyncio.timeout(5):
        await keep_busy(2, 0.001, take)
    assert done == ["quick", "slow"]


async def test_a_busy_database_is_told_when_there_is_nothing_else_to_do() -> None:
    """With nothing in flight the fault is the caller's, who tries again with the next tick."""

    async def take(_: int) -> Sequence[Work]:
        raise Busy

    with pytest.raises(Busy):
        await keep_busy(2, 0.001, take)
