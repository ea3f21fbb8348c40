"""What is under way can be waited for."""

import asyncio

import pytest

from bot.core.underway import Underway


async def test_idle_waits_for_the_last_one() -> None:
    """Idle comes when the last has ended, however it ended, and at once where nothing is under way."""
    underway = Underway()
    await underway.idle()
    with underway:
        with pytest.raises(ZeroDivisionError), underway:
            raise ZeroDivisionError
        waiting = asyncio.create_task(underway.idle())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
