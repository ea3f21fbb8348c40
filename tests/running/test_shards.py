"""`python -m bot run` with a part of Discord's shards, as an operator meets it."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.faults.process import start
from tests.faults.world import world


async def test_each_shard_has_its_connection(tmp_path: Path) -> None:
    """With SHARDS=0-1/2 the bot opens two connections, says which is which, and stops when it is told to."""
    async with world(tmp_path, None, 1) as found:
        order = found.order()
        bot = await start(replace(order, environment=order.environment | {"SHARDS": "0-1/2"}), tmp_path)
        assert await found.until(lambda: len(found.gateway.shards) == 2)
        bot.terminate()
        _, said = await bot.communicate()
    assert found.gateway.shards == [[0, 2], [1, 2]]
    assert "Traceback" not in said.decode(), said.decode()
    assert bot.returncode == 0


async def test_a_part_on_a_file_is_refused_in_a_line(tmp_path: Path) -> None:
    """Shards that another process would have to serve from the same SQLite file are refused before Discord is asked."""
    async with world(tmp_path, None, 1) as found:
        order = found.order()
        bot = await start(replace(order, environment=order.environment | {"SHARDS": "0-3/16"}), tmp_path)
        async with asyncio.timeout(30):
            _, said = await bot.communicate()
    assert bot.returncode == 1
    assert "roadmate copy" in said.decode().strip().splitlines()[-1]
    assert found.gateway.shards == []
