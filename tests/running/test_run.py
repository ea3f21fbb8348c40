"""`python -m bot run` as an operator meets it: a process, a token, signals."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.settings import Settings
from tests.running.loopback import CHANNEL, GUILD, TOKEN, Loopback, loopback

ROOT = Path(__file__).parents[2]
STOP_WITHIN = 10.0


async def start(server: Loopback, database: Path, token: str = TOKEN) -> asyncio.subprocess.Process:
    """Start the bot as a child process that talks to the loopback server."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {"DISCORD_TOKEN": token, "DATABASE_URL": f"sqlite:///{database}", "TICK_SECONDS": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        server.bootstrap,
        "run",
        env=inherited | settings | {"PYTHONPATH": str(ROOT), "LOG_FORMAT": "json"},
        cwd=database.parent,
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def due_group(database: Path) -> None:
    """Put a group into the database whose weekly prompt is due since a minute."""
    async with App(settings(database)):
        pass  # entering publishes the roadmaps that the group studies
    insert_group(database)


def settings(database: Path) -> Settings:
    """Settings for a database and nothing else."""
    return Settings(database_url=f"sqlite:///{database}", _env_file=None)


def insert_group(database: Path) -> None:
    """The same for a database that has the roadmaps already."""
    due = datetime.now(UTC) - timedelta(minutes=1)
    minute, stamp = due.hour * 60 + due.minute, "%Y-%m-%d %H:%M:%S.000000"
    before, due_text = (due - timedelta(hours=1)).strftime(stamp), due.strftime(stamp)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO workspace (id, platform, external_id, name, joined_at) VALUES (1, 'discord', ?, 'x', ?)",
            (GUILD, before),
        )
        connection.execute(
            "INSERT INTO study_group (id, workspace_id, roadmap_id, channel, channel_name, weekday, minute, zone,"
            " pace_hours, reminder_weekday, reminder_minute, state, step, planned_to, next_due_at, held_reason,"
            " organizer, created_at) VALUES (1, 1, 1, ?, 'study', ?, ?, 'UTC', 0, ?, 0, 'active', 0, ?, ?, '', '', ?)",
            (CHANNEL, due.weekday(), minute, (due.weekday() + 3) % 7, before, due_text, before),
        )


def post_states(database: Path) -> list[str]:
    """What the database says became of the posts."""
    with closing(sqlite3.connect(database)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM post ORDER BY id")]


async def sent(database: Path) -> None:
    """Wait until the one post is on record as sent; the other process can only be watched from outside."""
    async with asyncio.timeout(30):
        while post_states(database) != ["sent"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def said_that(bot: asyncio.subprocess.Process, words: str) -> None:
    """Read the bot's log until it says something."""
    assert bot.stderr is not None
    async with asyncio.timeout(30):
        while words not in (line := await bot.stderr.readline()).decode():
            assert line, "the bot has ended"


@pytest.mark.parametrize("token", ["wrong", "wrong\u2603"])
async def test_a_wrong_token_is_one_line(tmp_path: Path, token: str) -> None:
    """A token that Discord does not accept ends the bot with one clear line and exit code 1 (scenario 4)."""
    async with loopback() as server:
        bot = await start(server, tmp_path / "roadmate.db", token)
        _, said = await bot.communicate()
    last = said.decode().strip().splitlines()[-1]
    assert bot.returncode == 1
    assert "DISCORD_TOKEN" in last
    assert "Traceback" not in said.decode()
    assert not server.identified.is_set()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_stopping_finishes_what_is_in_flight(tmp_path: Path, how: signal.Signals) -> None:
    """A signal in the middle of a send ends the bot within 10 s, with the post in the channel and on record."""
    database = tmp_path / "roadmate.db"
    async with loopback(slow=1.5) as server:
        await due_group(database)
        bot = await start(server, database)
        async with asyncio.timeout(30):
            await server.sending.wait()
        asked = time.monotonic()
        bot.send_signal(how)
        _, said = await bot.communicate()
        took = time.monotonic() - asked
    assert bot.returncode == 0, said.decode()
    assert took < STOP_WITHIN
    assert "Traceback" not in said.decode()
    assert len(server.messages) == 1
    assert post_states(database) == ["sent"]


async def test_a_restart_posts_nothing_twice(tmp_path: Path) -> None:
    """A bot that was stopped and started again neither repeats a post nor syncs unchanged commands (scenario 17)."""
    database = tmp_path / "roadmate.db"
    await due_group(database)
    async with loopback() as server:
        for _ in range(2):
            server.identified.clear()
            bot = await start(server, database)
            await server.identified.wait()
            await sent(database)
            bot.terminate()
            await bot.communicate()
        assert len([m for m in server.messages if m.get("embeds")]) == 1
        assert server.synced == 1


async def test_a_reconnect_starts_no_second_loop(tmp_path: Path) -> None:
    """After the gateway dropped and was resumed, a post that comes due is still sent once (scenario 16)."""
    database = tmp_path / "roadmate.db"
    async with loopback() as server, App(settings(database)):
        bot = await start(server, database)
        async with asyncio.timeout(30):
            await server.identified.wait()
            await server.drop()
            await server.resumed.wait()
        insert_group(database)
        await sent(database)
        bot.terminate()
        _, said = await bot.communicate()
    assert len([m for m in server.messages if m.get("embeds")]) == 1
    assert said.decode().count('"outcome": "sent"') == 1


async def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """On one file a second bot ends with one line that names the first; a kill -9 leaves it free (scenario 3)."""
    database = tmp_path / "roadmate.db"
    async with loopback() as server:
        first = await start(server, database)
        async with asyncio.timeout(30):
            await server.identified.wait()
        second = await start(server, database)
        _, said = await second.communicate()
        assert second.returncode == 1
        assert (
            said.decode()
            .strip()
            .endswith(
                f"Roadmate is running on {database} already: process {first.pid} on {socket.gethostname()}. "
                "Stop that one first, or set another DATABASE_URL."
            )
        )
        assert len(server.sockets) == 1
        first.kill()
        await first.communicate()
        server.identified.clear()
        third = await start(server, database)
        async with asyncio.timeout(30):
            await server.identified.wait()
        third.terminate()
        await third.communicate()
    assert third.returncode == 0


async def test_a_held_write_lock_is_survived(tmp_path: Path) -> None:
    """While another program holds the write lock nothing is posted; when it lets go the post comes (scenario 6)."""
    database = tmp_path / "roadmate.db"
    async with loopback() as server:
        bot = await start(server, database)
        async with asyncio.timeout(30):
            await server.identified.wait()
        insert_group(database)
        with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                await said_that(bot, "nothing could be written")
            assert not server.messages
            other.execute("ROLLBACK")
        await sent(database)
        bot.terminate()
        _, said = await bot.communicate()
    assert "Traceback" not in said.decode()
    assert len([m for m in server.messages if m.get("embeds")]) == 1
