"""Health and supervision, as the operator of a real process meets them."""

import asyncio
import json
import socket
from asyncio.subprocess import Process
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.disks import fill, small_disk
from tests.faults.script import Asked, cloudflare
from tests.faults.world import World, world
from tests.running.test_run import MONDAY, identified, posts, said_that, started, studying, ticked

HURRY = 0.2
"""Seconds for which a task that died is waited for here."""


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    """Ask the bot; status 0 where nobody answers."""
    address = f"http://127.0.0.1:{port}{path}"
    try:
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 0, ""


async def until(port: int, status: int, problem: str = "") -> Any:
    """Wait until /readyz has that status and names that problem; the process can only be watched from outside."""
    async with asyncio.timeout(30):
        while True:
            found, text = await get(port, "/readyz")
            if found == status and problem in text:
                return json.loads(text)
            await asyncio.sleep(0.05)


async def stopped(bot: Process) -> str:
    """Stop the bot and read the rest of its log."""
    bot.terminate()
    _, said = await bot.communicate()
    assert bot.returncode == 0, said.decode()
    return said.decode()


def monday(found: World) -> None:
    """Let it be time for the weekly post."""
    found.move_to(found.next_time(MONDAY))


async def test_a_real_bot_becomes_ready(tmp_path: Path, port: int) -> None:
    """Once connected and ticking it says so, with figures of what it did."""
    async with world(tmp_path, None, 1, environment={"HEALTH_PORT": str(port)}) as found:
        bot = await studying(found)
        await until(port, 200)
        monday(found)
        assert await found.until(lambda: posts(found) == 1)
        assert await found.settled()
        status, alive = await get(port, "/healthz")
        _, figures = await get(port, "/metrics")
        await stopped(bot)
    assert (status, json.loads(alive)["roadmate"]) == (200, "alive")
    assert 'roadmate_posts_total{kind="prompt",outcome="sent"} 1.0' in figures
    assert 'roadmate_command_seconds_count{command="setup",outcome="ok"} 1.0' in figures
    assert "roadmate_connected 1.0" in figures


async def test_a_taken_port_stops_no_bot(tmp_path: Path, port: int) -> None:
    """Where the port is another program's, one line says what to do, the posts go out, and it is tried again."""
    environment = {"HEALTH_PORT": str(port)}
    async with world(tmp_path, None, 1, environment=environment, pause=HURRY) as found:
        with socket.create_server(("127.0.0.1", port)):
            bot = await started(found)
            await said_that(bot, f"127.0.0.1:{port} is taken")
            await found.set_up()
            monday(found)
            assert await found.until(lambda: posts(found) == 1)
        await until(port, 503, "The task web died and was started again.")
        assert "Traceback" not in await stopped(bot)


async def test_a_connection_that_dies_is_made_anew(tmp_path: Path, port: int) -> None:
    """A Discord client killed by what it was sent is started again, while readiness is red (scenario 5)."""
    environment = {"HEALTH_PORT": str(port)}
    async with world(tmp_path, None, 1, environment=environment, pause=HURRY) as found:
        found.gateway.garbles = 2
        bot = await identified(found)
        said = await until(port, 503, "The task discord died and was started again.")
        assert said["restarts"]["discord"] == 2
        await found.set_up()
        await stopped(bot)
    assert found.gateway.identifies == 3


async def test_a_connection_that_only_dies_ends_the_process(tmp_path: Path) -> None:
    """What can't recover ends with one line and exit code 1, after few logins: Discord counts them."""
    async with world(tmp_path, None, 1, pause=0.01) as found:
        found.gateway.garbles = 100
        bot = await started(found)
        _, said = await bot.communicate()
    assert bot.returncode == 1
    assert said.decode().strip().splitlines()[-1].startswith("The task discord died 6 times in a row")
    assert found.gateway.identifies == 6


@pytest.mark.parametrize("code,words", [(4004, "does not accept DISCORD_TOKEN"), (4011, "more servers")])
async def test_a_login_that_is_refused_for_good_is_tried_once(tmp_path: Path, code: int, words: str) -> None:
    """A token that was reset ends the bot at its first login, and burns no further ones (scenario 4)."""
    async with world(tmp_path, None, 1, pause=0.01) as found:
        found.gateway.refuses = code
        bot = await started(found)
        _, said = await bot.communicate()
    assert bot.returncode == 1
    assert words in said.decode().strip().splitlines()[-1]
    assert found.gateway.identifies == 1


async def test_a_dead_scheduler_is_replaced(tmp_path: Path, port: int) -> None:
    """When the scheduler itself stops calling, another one is started and posts go out again (scenario 5)."""
    how: dict[str, Any] = {
        "environment": {"HEALTH_PORT": str(port)},
        "without": "first scheduler",
        "pause": HURRY,
    }
    async with world(tmp_path, None, 1, **how) as found:
        bot = await studying(found)
        await until(port, 503, "The task ticks died")
        monday(found)
        assert await found.until(lambda: posts(found) == 1)
        said = await until(port, 503, "The task ticks died")
        assert said["restarts"]["ticks"] == 1
        await stopped(bot)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    with small_disk(tmp_path / "disk") as folder:
        yield folder


async def test_a_full_disk_is_seen_from_outside(disk: Path, port: int) -> None:
    """Readiness is red while the disk is full, the process lives on, and it is green again with room (scenario 8)."""
    async with world(disk, None, 1, environment={"HEALTH_PORT": str(port)}) as found:
        bot = await studying(found)
        await until(port, 200)
        make_room = fill(disk)
        await until(port, 503, "The database can't be used: database or disk is full.")
        answer = await found.say(found.channels[0], "7", "done")
        assert answer is not None
        assert answer["embeds"][0]["title"] == "Not saved"
        make_room()
        await until(port, 200)
        answer = await found.say(found.channels[0], "7", "done")
        assert answer is not None
        assert answer["embeds"][0]["title"].startswith("Recorded")
        assert "Traceback" not in await stopped(bot)


async def test_cloudflare_stops_all_traffic(tmp_path: Path, port: int) -> None:
    """Refused by Cloudflare once, it asks for nothing until that time is over; then each post comes (scenario 14)."""
    async with world(tmp_path, None, 4, environment={"HEALTH_PORT": str(port)}) as found:
        bot = await studying(found)
        found.discord.script.plan(Asked.MESSAGE, found.channels[0], cloudflare(300))
        monday(found)
        await until(port, 503, "Cloudflare refuses everything")
        await ticked(found)
        before = len(found.discord.asked)
        for _ in range(2):
            await ticked(found)
        assert await found.say(found.channels[1], "7", "next") is None
        assert len(found.discord.asked) == before
        found.clock.forward(minutes=5)
        assert await found.until(lambda: posts(found) == 4)
        assert await found.settled()
        assert posts(found) == 4
        await until(port, 200)
        assert "Traceback" not in await stopped(bot)
