"""Refused requests are counted, and nothing is asked while Cloudflare refuses everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.platforms.discord import guarding, logins
from bot.platforms.discord.guarding import Guard
from tests.platforms.discord.conftest import Bot

SHARED = {"Via": "1.1 google", "X-RateLimit-Scope": "shared"}
LIMITED = {"Via": "1.1 google", "X-RateLimit-Scope": "user"}
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Door:
    """A server that answers whatever the test says, and a session that a guard watches."""

    session: aiohttp.ClientSession
    base: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    async def knock(
        self, status: int = 200, headers: dict[str, str] | None = None, path: str = "/users/@me"
    ) -> None:
        """Ask once, to be answered like that."""
        self.status, self.headers = status, headers or {}
        async with self.session.get(self.base + path) as answer:
            assert answer.status == status

    async def serve(self, _request: web.Request) -> web.Response:
        """Answer."""
        self.asked += 1
        return web.Response(status=self.status, headers=self.headers)


class Time:
    """A clock that is set by hand."""

    now = START

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def time() -> Time:
    """The guard's clock."""
    return Time()


@pytest.fixture
def guard(time: Time) -> Guard:
    """A guard."""
    return Guard(time)


@pytest.fixture
async def door(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    """A door that the guard watches, in place of Discord's."""
    async with opened(guard) as made:
        monkeypatch.setattr(discord.http.Route, "BASE", f"{made.base}/api")
        made.base += "/api"
        yield made


@asynccontextmanager
async def opened(guard: Guard) -> AsyncIterator[Door]:
    """Serve on loopback."""
    app, holder = web.Application(), []

    async def serve(request: web.Request) -> web.Response:
        return await holder[0].serve(request)

    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(trace_configs=[guard.trace()]) as session:
        holder.append(Door(session, f"http://127.0.0.1:{runner.addresses[0][1]}"))
        yield holder[0]
    await runner.cleanup()


async def test_what_discord_counts_is_counted(door: Door, guard: Guard, time: Time) -> None:
    """401, 403 and 429 count for ten minutes; a shared limit, an outage and what is not there do not."""
    for status in (200, 404, 500, 400):
        await door.knock(status)
    await door.knock(429, SHARED)
    assert guard.refusals() == 0
    await door.knock(401)
    await door.knock(403)
    await door.knock(429, LIMITED)
    assert (guard.refusals(), guard.closed()) == (3, timedelta())
    time.forward(minutes=9, seconds=59)
    assert guard.refusals() == 3
    time.forward(seconds=1)
    assert guard.refusals() == 0


@pytest.mark.parametrize(
    "headers,seconds",
    [({"Retry-After": "540"}, 540), ({}, 60), ({"Retry-After": "soon"}, 60), ({"Retry-After": "0"}, 1)],
)
async def test_cloudflare_closes_everything_for_its_time(
    door: Door, guard: Guard, time: Time, headers: dict[str, str], seconds: int
) -> None:
    """After a 429 that Discord itself did not send, nothing leaves the machine until its time is over (scenario 14)."""
    await door.knock(429, headers)
    with pytest.raises(discord.RateLimited) as told:
        await door.knock()
    assert (door.asked, told.value.retry_after) == (1, seconds)
    assert not guard.takes_posts()
    assert list(guard.troubles()) == [f"Cloudflare refuses everything for another {seconds} seconds."]
    time.forward(seconds=seconds - 0.5)
    with pytest.raises(discord.RateLimited):
        await door.knock()
    time.forward(seconds=0.5)
    await door.knock()
    assert (guard.takes_posts(), door.asked) == (True, 2)


async def test_the_gateway_is_not_closed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway is another server, and losing it as well would need a login more."""
    await door.knock(429)
    monkeypatch.setattr(discord.http.Route, "BASE", "http://elsewhere/api")
    await door.knock(path="/gateway")


async def test_a_clock_set_back_opens_the_door(door: Door, guard: Guard, time: Time) -> None:
    """An hour in which nothing may be sent is no wait for a clock that was corrected."""
    await door.knock(429)
    time.forward(hours=-1)
    await door.knock()
    assert guard.takes_posts()


async def test_too_many_refusals_are_told_once_and_stop_the_posts_in_time(
    door: Door,
    guard: Guard,
    time: Time,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At a tenth of what means a ban a person is told; at nine tenths only people are answered any more."""
    monkeypatch.setattr(guarding, "ALARM", 3)
    monkeypatch.setattr(guarding, "NO_POSTS", 5)
    for _ in range(4):
        await door.knock(403)
    assert caplog.text.count("Discord refuses too many requests") == 1
    assert list(guard.troubles()) == ["Discord refused 4 requests within ten minutes, and 10,000 mean a ban."]
    assert guard.takes_posts()
    await door.knock(403)
    assert not guard.takes_posts()
    assert list(guard.troubles()) == [
        "Discord refused 5 requests within ten minutes, so no more posts are sent."
    ]
    await door.knock()
    time.forward(minutes=10)
    assert (guard.takes_posts(), list(guard.troubles())) == (True, [])
    for _ in range(3):
        await door.knock(403)
    assert caplog.text.count("Discord refuses too many requests") == 2


async def test_a_guarded_platform_takes_no_posts(bot: Bot) -> None:
    """While too much was refused the platform is connected and takes no post, which then waits in its row."""
    assert bot.platform.ready()
    bot.platform.guard._refused.extend([bot.now] * guarding.NO_POSTS)
    assert (bot.platform.connected(), bot.platform.ready()) == (True, False)
    assert bot.platform.refusals() == guarding.NO_POSTS
    assert "no more posts are sent" in bot.platform.troubles()[0]


async def test_a_bot_started_too_often_waits_for_a_login(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With few logins left of the day it waits for new ones, whoever started it again and again (scenario 4)."""
    client, slept = Bot().platform.client, []
    left = iter([(50, 7_200_000), (0, 5_000), (1_000, 0)])

    async def gateway() -> tuple[int, str, dict[str, int]]:
        remaining, reset_after = next(left)
        return 1, "", {"remaining": remaining, "reset_after": reset_after}

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(client.http, "get_bot_gateway", gateway)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await logins.wait_for_a_login(client)
    assert slept == [3600, 5]
    assert "started too often" in caplog.text


async def test_without_word_of_logins_it_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Discord does not say, connecting tells."""
    client = Bot().platform.client

    async def gateway() -> Any:
        raise discord.GatewayNotFound

    monkeypatch.setattr(client.http, "get_bot_gateway", gateway)
    await logins.wait_for_a_login(client)
