"""The demo: a lively group made through the bot's own commands, a clock that can be moved, a file that can be kept."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import simcord

from bot.app import App
from bot.core.errors import StartupError
from bot.platforms.demo import Clock, Forward
from bot.platforms.demo.inbox import inbox_command
from bot.platforms.demo.page import adapt
from bot.platforms.demo.story import ALICE, YOU, Clicks, Says
from bot.platforms.demo.story import STORY as STORY_STEPS
from bot.platforms.demo.world import World, check_kept
from bot.settings import Settings
from bot.store.alone import alone
from tests.browser.demo import ROOT, demo
from tests.talk import click, read, say

MARKING = ("done", "skip")


@pytest.fixture
async def forward() -> Forward:
    """What /forward fills."""
    return Forward()


@pytest.fixture
async def world(tmp_path: Path, forward: Forward) -> AsyncIterator[World]:
    """The demo's world after its story."""
    clock = Clock()
    settings = Settings(database_url=f"sqlite:///{tmp_path}/demo.db", _env_file=None)
    async with App(settings, clock, [forward.command, inbox_command(lambda: clock.env)]) as app:
        clock.env = env = simcord.Env(app.discord)
        await env.start()
        world = World(env, app)
        await env.settle()
        await world.play_story()
        yield world
        await env.shutdown()


def prompts(world: World) -> list[str]:
    """Titles of the weekly prompts in the channel."""
    posts = [read(m) for m in world.channel.history() if m.author.bot and m.embeds]
    return [post.title for post in posts if post.title.startswith("Topic ")]


async def test_the_group_is_lively(world: World) -> None:
    """The demo's channel holds at least four weeks with their threads, twenty marks and a tie on the board."""
    assert len(prompts(world)) >= 4
    assert len(world.channel.threads) == len(prompts(world))
    marks = [
        s for s in STORY_STEPS if (isinstance(s, Says) and s.command in MARKING) or isinstance(s, Clicks)
    ]
    assert len(marks) >= 20
    board = await say(world.people[YOU], "/leaderboard")
    points = [line.split(" · ")[1].split()[0] for line in board.text.splitlines()]
    assert len(points) == 4
    assert len(set(points)) < len(points)


async def test_your_streak_has_a_rest_and_the_board_updates_itself(world: World) -> None:
    """You have three weeks in a row with a rest between them, and what you record appears on the channel's board."""
    streak = await say(world.people[YOU], "/streak why:yes")
    assert streak.title == "🔥 3 weeks in a row"
    assert "that was your rest" in streak
    before = standing_board(world)
    await say(world.people[YOU], "/done docker-workshop")
    seen = []

    async def refresh() -> None:
        seen.append(standing_board(world))

    for _ in range(3):
        await world.keep_up(refresh)
    assert standing_board(world) != before
    assert seen


def standing_board(world: World) -> str:
    """What stands on the channel's only board."""
    (board,) = (m for m in world.channel.history() if m.embeds and (m.embeds[0].title or "").startswith("🏆"))
    return str(read(board))


async def test_a_role_was_given_and_you_were_reminded_privately(world: World) -> None:
    """Who finished Python has the server's role, and /inbox shows dana's one private reminder, and nobody else's."""
    members = world.env.backend.get_guild(world.channel.guild.id).members  # type: ignore[union-attr]
    assert all(world.role.id in members[person.id].role_ids for person in world.people.values())
    assert "Pythonista" in await say(world.people[YOU], "/rewards")
    told = await say(world.people[YOU], "/inbox")
    assert told.private
    assert [name for name in told.fields if "days left" in name] == [
        "Version Control & CI/CD Pipelines: 4 days left"
    ]
    assert "There are none" in await say(world.people[ALICE], "/inbox")


async def test_every_step_of_the_story_was_taken(world: World) -> None:
    """No command of the demo's story was refused or meant something that was recorded before."""
    counted = await say(world.people[ALICE], "/progress")
    assert "5 of 14 topics, 19 of 38 resources" in counted


async def test_forward_brings_the_next_posts(world: World, forward: Forward) -> None:
    """/forward asks for time to pass, and the next reminder and the next prompt appear."""
    before = len(prompts(world))
    answer = await say(world.people[YOU], "/forward 7")
    assert "7 days go by" in answer
    days = await forward.wanted.get()
    await world.forward_to(world.env.now() + timedelta(days=days))
    titles = [read(m).title for m in world.channel.history() if m.author.bot and m.embeds]
    assert len(prompts(world)) == before + 1
    assert "days left" in titles[-2]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_kept_demo_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    """`demo --keep FILE` prints its address, ends on a signal without a fault, and goes on with its group and marks."""
    kept = tmp_path / "kept.db"
    for _ in range(2):
        async with demo("--keep", str(kept)) as (address, process):
            assert address.startswith("http://127.0.0.1:")
            process.send_signal(how)
            _, said = await process.communicate()
            assert (process.returncode, said.decode()) == (0, "")
    with closing(sqlite3.connect(kept)) as file:
        groups, marks = file.execute(
            "SELECT (SELECT count(*) FROM study_group), (SELECT count(*) FROM mark)"
        ).fetchone()
    assert (groups, marks >= 20) == (1, True)


async def test_clicks_do_not_stop_time(world: World) -> None:
    """Time that goes forward while somebody clicks gets to its end."""
    answer = await say(world.people[ALICE], "/next")
    moving = asyncio.create_task(world.forward_to(world.env.now() + timedelta(days=14)))
    clicks = 0
    while not moving.done():
        with suppress(simcord.SetupError):  # the page would say that it is busy
            await click(world.people[ALICE], answer, "More")
            clicks += 1
        await asyncio.sleep(0.02)
    await moving
    assert clicks
    assert prompts(world)[-1].startswith("Topic 7 ")


async def run_demo(*args: str) -> tuple[int | None, str, str]:
    """Run a demo that is to end by itself; give its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--no-open", *args),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said = await process.communicate()
    return process.returncode, *(part.decode() for part in said)


async def test_the_page_names_channels_as_discord_does(world: World) -> None:
    """In an embed the page shows #study, and never a number."""
    adapt()
    await world.people[YOU].slash(world.channel, "join")
    async with world.env.preview(world.channel, viewers=(world.people[YOU],), layout="channel") as page:
        shown = json.dumps(await page.snapshot())
    assert '"label": "#study"' in shown


async def test_a_taken_port_is_one_line() -> None:
    """A port that another program has is said in one line, before any address is shown."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, shown, said = await run_demo("--port", str(port))
    assert (code, shown) == (1, "")
    assert said == f"Port {port} is taken. Choose another one with --port, or 0 for any.\n"


async def test_a_file_has_one_demo(tmp_path: Path) -> None:
    """A second demo on the same file, or one on the file of a bot that runs, is refused by that one's number."""
    file = tmp_path / "kept.db"
    with alone(f"sqlite:///{file}"):
        code, shown, said = await run_demo("--port", "0", "--keep", str(file))
    assert (code, shown) == (1, "")
    assert f"already: process {os.getpid()} " in said
    assert len(said.splitlines()) == 1


async def test_another_database_is_left_alone(tmp_path: Path) -> None:
    """A database that no demo has made is refused before any of its posts could be held."""
    file = tmp_path / "real.db"
    async with App(Settings(database_url=f"sqlite:///{file}", _env_file=None)):
        pass
    code, shown, said = await run_demo("--port", "0", "--keep", str(file))
    assert (code, shown) == (1, "")
    assert "was not made by the demo" in said
    assert len(said.splitlines()) == 1


async def test_half_a_story_is_refused(tmp_path: Path) -> None:
    """A demo that was ended while it was made is not taken for a whole one."""
    file = tmp_path / "half.db"
    async with App(Settings(database_url=f"sqlite:///{file}", _env_file=None)) as app:
        await app.notes.put("demo_time", "2026-01-05T12:00:00+00:00")
        with pytest.raises(StartupError, match="Delete it"):
            await check_kept(app, file)
