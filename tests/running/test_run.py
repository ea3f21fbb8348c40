"""`python -m bot run` as an operator meets it: a process, a token, signals."""

import asyncio
import signal
import socket
import sqlite3
import time
from asyncio.subprocess import Process
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.payloads import ORGANIZER
from tests.faults.process import start
from tests.faults.rest import TOKEN
from tests.faults.script import Asked, When, slow
from tests.faults.world import World, world

STOP_WITHIN = 10.0
MONDAY = 0


async def started(found: World, token: str = TOKEN) -> Process:
    """Start the bot."""
    order = found.order()
    found.gateway.identified.clear()
    return await start(replace(order, environment=order.environment | {"DISCORD_TOKEN": token}), found.folder)


async def studying(found: World) -> Process:
    """Start the bot and a group."""
    bot = await identified(found)
    await found.set_up()
    return bot


async def identified(found: World) -> Process:
    """Start the bot and wait until it is on the gateway."""
    bot = await started(found)
    async with asyncio.timeout(30):
        await found.gateway.identified.wait()
    return bot


async def ticked(found: World) -> None:
    """Let a minute go by, and wait until the bot has looked whether a post is due."""
    beat = "SELECT value FROM meta WHERE key = 'heartbeat'"
    before = found.rows(beat)
    found.clock.forward(minutes=1)
    assert await found.until(lambda: found.rows(beat) != before)


def posts(found: World) -> int:
    """Count what people see."""
    return sum(len(found.discord.posts(channel)) for channel in found.channels)


async def said_that(bot: Process, words: str) -> None:
    """Read the bot's log until it says something."""
    assert bot.stderr is not None
    async with asyncio.timeout(30):
        while words not in (line := await bot.stderr.readline()).decode():
            assert line, "the bot has ended"


@pytest.mark.parametrize("token", ["wrong", "wrong\u2603"])
async def test_a_wrong_token_is_one_line(tmp_path: Path, token: str) -> None:
    """A token that Discord does not accept ends the bot with one clear line and exit code 1 (scenario 4)."""
    async with world(tmp_path, None, 1) as found:
        bot = await started(found, token)
        _, said = await bot.communicate()
    assert bot.returncode == 1
    assert "DISCORD_TOKEN" in said.decode().strip().splitlines()[-1]
    assert "Traceback" not in said.decode()
    assert found.gateway.identifies == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_stopping_finishes_what_is_in_flight(tmp_path: Path, how: signal.Signals) -> None:
    """A signal in the middle of a send ends the bot within 10 s, with the post on record (scenario 2)."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        found.discord.script.plan(Asked.MESSAGE, found.channels[0], slow(1.5, When.AFTER))
        found.move_to(found.next_time(MONDAY))
        assert await found.until(lambda: posts(found) == 1)
        asked = time.monotonic()
        bot.send_signal(how)
        _, said = await bot.communicate()
        took = time.monotonic() - asked
        assert bot.returncode == 0, said.decode()
        assert took < STOP_WITHIN
        assert "Traceback" not in said.decode()
        assert posts(found) == 1
        assert found.rows("SELECT state FROM post") == [("sent",)]


async def test_a_restart_posts_nothing_twice(tmp_path: Path) -> None:
    """A bot that was stopped and started again neither repeats a post nor syncs unchanged commands (scenario 17)."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        found.move_to(found.next_time(MONDAY))
        assert await found.until(lambda: posts(found) == 1)
        assert await found.settled()
        bot.terminate()
        await bot.communicate()
        bot = await started(found)
        await found.gateway.identified.wait()
        for _ in range(2):
            await ticked(found)
        bot.terminate()
        await bot.communicate()
        assert posts(found) == 1
        assert found.discord.synced == 1


async def test_a_reconnect_starts_no_second_loop(tmp_path: Path) -> None:
    """After the gateway dropped and was resumed, a post that comes due is still sent once (scenario 16)."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        async with asyncio.timeout(30):
            await found.gateway.drop()
            await found.gateway.resumed.wait()
        found.move_to(found.next_time(MONDAY))
        assert await found.until(lambda: posts(found) == 1)
        assert await found.settled()
        bot.terminate()
        _, said = await bot.communicate()
        assert posts(found) == 1
        assert said.decode().count('"outcome": "sent"') == 1


async def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """On one file a second bot ends with one line that names the first; a kill -9 leaves it free (scenario 3)."""
    async with world(tmp_path, None, 1) as found:
        first = await identified(found)
        second = await started(found)
        _, said = await second.communicate()
        assert second.returncode == 1
        assert (
            said.decode()
            .strip()
            .endswith(
                f"Roadmate is running on {found.database} already: process {first.pid} on "
                f"{socket.gethostname()}. Stop that one first, or choose another file."
            )
        )
        assert not found.gateway.identified.is_set()
        first.kill()
        await first.communicate()
        third = await identified(found)
        third.terminate()
        await third.communicate()
    assert third.returncode == 0


async def test_a_held_write_lock_is_survived(tmp_path: Path) -> None:
    """While another program holds the write lock nothing is posted; when it lets go the post comes (scenario 6)."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        with closing(sqlite3.connect(found.database, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            found.move_to(found.next_time(MONDAY))
            for _ in range(2):
                await said_that(bot, "nothing could be written")
            assert not posts(found)
            other.execute("ROLLBACK")
        assert await found.until(lambda: posts(found) == 1)
        bot.terminate()
        _, said = await bot.communicate()
        assert "Traceback" not in said.decode()
        assert posts(found) == 1


async def test_stopping_answers_what_was_asked(tmp_path: Path) -> None:
    """A signal while a post that was asked for is being sent: it is recorded, its thread opened, and the asker told."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        found.move_to(found.next_time(MONDAY))
        assert await found.settled()
        # Half an hour before the next one is due, which is then the one that is asked for.
        found.move_to(found.next_time(MONDAY) - timedelta(minutes=30))
        found.discord.script.plan(Asked.MESSAGE, found.channels[0], slow(2.0, When.AFTER))
        asking = asyncio.create_task(found.say(found.channels[0], ORGANIZER, "prompt", within=STOP_WITHIN))
        assert await found.until(lambda: posts(found) == 2)
        asked = time.monotonic()
        bot.terminate()
        _, said = await bot.communicate()
        assert time.monotonic() - asked < STOP_WITHIN
        answer = await asking
        assert answer is not None
        assert answer["embeds"][0]["title"] == "Posted 📌"
        prompts = "SELECT state, thread_id != '' FROM post WHERE kind = 'prompt'"
        assert found.rows(prompts) == [("sent", 1)] * 2
        assert "Traceback" not in said.decode()
        assert bot.returncode == 0


async def test_stopping_waits_for_a_mark_that_is_being_recorded(tmp_path: Path) -> None:
    """A signal while /done waits for the database: it is recorded and answered before the bot leaves."""
    async with world(tmp_path, None, 1) as found:
        bot = await studying(found)
        with closing(sqlite3.connect(found.database, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            asking = asyncio.create_task(found.say(found.channels[0], "5", "done", item="docker"))
            # Whoever comes later is answered by the readers; so what came before has been accepted.
            assert await found.say(found.channels[0], "6", "help")
            bot.terminate()
            await asyncio.sleep(0.5)
            other.execute("ROLLBACK")
        _, said = await bot.communicate()
        answer = await asking
        assert answer is not None
        assert answer["embeds"][0]["title"].startswith("Recorded")
        assert found.rows("SELECT count(*) FROM mark") == [(1,)]
        assert "Traceback" not in said.decode()
        assert bot.returncode == 0
