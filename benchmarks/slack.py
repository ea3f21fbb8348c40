"""Slack: how soon a command is acknowledged at fifty a second, and answered, beside a server that only says 200."""

import asyncio
import hashlib
import hmac
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from benchmarks.figures import Figure, median, percentile
from bot.app import App
from bot.platforms.slack import web as slack_web
from bot.settings import Settings
from tests.platforms.slack.fake import FakeSlack
from tests.platforms.slack.talk import SECRET

PER_SECOND, SECONDS, PEOPLE, CHANNEL = 50, 12, 200, "C1STUDY"
LINES = ("next", "done docker 1h", "leaderboard", "progress", "undo", "skip kubernetes", "roadmap", "help")
FLOOR = "aiohttp that says 200 to the same"
Post = Callable[[str, dict[str, str]], Awaitable[None]]


def run() -> list[Figure]:
    """Measure and return the figures."""
    with tempfile.TemporaryDirectory(prefix="slack-bench-") as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Figure]:
    fake = FakeSlack(_now)
    slack_web.API = await fake.start()
    tokens: dict[str, Any] = {"slack_bot_token": "xoxb-1", "slack_signing_secret": SECRET, "slack_port": 0}
    settings = Settings(database_url=f"sqlite:///{folder / 'bench.db'}", _env_file=None, **tokens)
    fake.channel(CHANNEL, "study", "U0BOT")
    for number in range(PEOPLE):
        fake.user(f"U{number}", f"person{number}", is_admin=number == 0)
    floor = await _floor()
    async with App(settings) as app, aiohttp.ClientSession() as session:
        assert app.slack is not None
        await app.slack.start()
        url = f"http://127.0.0.1:{app.slack.port}/slack/events"
        await _said(session, url, fake, 0, "setup")
        await app.slack.idle()
        acks = await _storm(session, url, fake)
        await app.slack.idle()
        answers = await _answered(session, url, fake, app)
        await app.slack.close()
    await fake.stop()
    return [
        Figure("Slack: acknowledged at 50 commands/s, median", median(acks), "ms", None, floor),
        Figure("Slack: acknowledged at 50 commands/s, p99", percentile(acks, 99), "ms", 100.0, floor),
        Figure("Slack: from /next to its answer, median", median(answers), "ms", None, floor),
    ]


def _now() -> datetime:
    return datetime.now(UTC)


async def _storm(session: aiohttp.ClientSession, url: str, fake: FakeSlack) -> list[float]:
    """Commands of many people at even moments, whatever the ones before do."""
    chance, tasks = random.Random(1), []  # noqa: S311 - the same storm each time
    began = time.perf_counter()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        line = chance.choice(LINES)
        tasks.append(asyncio.create_task(_said(session, url, fake, chance.randrange(PEOPLE), line)))
    return list(await asyncio.gather(*tasks))


async def _answered(session: aiohttp.ClientSession, url: str, fake: FakeSlack, app: App) -> list[float]:
    """One after the other, from the request to the answer at Slack."""
    times = []
    for number in range(100):
        began = time.perf_counter()
        await _said(session, url, fake, number % PEOPLE, "next")
        assert app.slack is not None
        await app.slack.idle()
        times.append((time.perf_counter() - began) * 1000)
    return times


async def _said(session: aiohttp.ClientSession, url: str, fake: FakeSlack, person: int, line: str) -> float:
    """Say something, and return the milliseconds until the acknowledgement."""
    user = f"U{person}"
    body = urlencode(
        {
            "command": "/study",
            "text": line,
            "team_id": "T1",
            "team_domain": "mlops",
            "channel_id": CHANNEL,
            "channel_name": "study",
            "user_id": user,
            "trigger_id": fake.number("trigger."),
            "response_url": fake.hook(CHANNEL, user),
        }
    )
    timestamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    began = time.perf_counter()
    async with session.post(url, data=body, headers=headers) as response:
        assert response.status == 200
        return (time.perf_counter() - began) * 1000


async def _floor() -> str:
    """What one such request takes where nothing is done about it."""

    async def yes(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    served = web.Application()
    served.router.add_post("/slack/events", yes)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    fake = FakeSlack(_now)
    fake.base = ""
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/slack/events"
        times = [await _said(session, url, fake, 0, "next") for _ in range(300)]
    await runner.cleanup()
    return f"{FLOOR}: {median(times):.2f} ms, p99 {percentile(times, 99):.2f} ms"
