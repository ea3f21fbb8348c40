"""The whole bot as tests and tools open it: what making one does, what entering one does, and leaving it again."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest

from bot.app import App
from bot.settings import Settings

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make(folder: Path) -> App:
    """The bot on a file of its own, with a clock that stands still."""
    return App(Settings(database_url=f"sqlite:///{folder}/roadmate.db", _env_file=None), clock=lambda: NOW)


def test_making_one_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An App is made outside a loop, without a file, a thread or a connection."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("somebody was contacted"))
    before = threading.active_count()
    app = make(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before
    assert isinstance(app.discord, discord.Client)
    assert {"next", "done", "setup"} <= {command.name for command in app.discord.tree.get_commands()}


async def test_entering_one_starts_nothing(tmp_path: Path) -> None:
    """Inside, the roadmaps are there and a tick can be asked for; no task, no scheduler and no login is begun."""
    before = asyncio.all_tasks()
    async with make(tmp_path) as app:
        assert app.memory.catalog.offered == ("mlops",)
        assert asyncio.all_tasks() == before
        await app.tick()
        assert asyncio.all_tasks() == before
        assert "APScheduler" not in " ".join(thread.name for thread in threading.enumerate())
        assert (app.discord.is_ready(), app.discord.user) == (False, None)


async def test_one_can_be_left_and_another_opened(tmp_path: Path) -> None:
    """What was written is there for the next App on the same file in the same process."""
    for kept in (None, "kept"):
        async with make(tmp_path) as app:
            assert await app.notes.get("note") == kept
            await app.notes.put("note", "kept")
            await app.tick()
