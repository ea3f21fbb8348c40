"""Requests to Discord: paced, held when Discord says so, and posts never repeated behind the queue's back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.platform import TryLater, Unsure
from bot.platforms.discord.pacing import Pace
from bot.platforms.discord.traffic import NO_ADVICE, direct, only_while

POST, OTHER = "/api/v10/channels/1/messages", "/api/v10/applications/1/commands"
FAST = 1e6


@asynccontextmanager
async def answering(status: int, **headers: str) -> AsyncIterator[tuple[aiohttp.ClientSession, list[str]]]:
    """A session with our traffic rules, and a server that always answers the same and notes what it was asked."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={name.replace("_", "-"): v for name, v in headers.items()})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        rules = aiohttp.TraceConfig()
        direct(rules, Pace(FAST))
        async with aiohttp.ClientSession(server.make_url("/"), trace_configs=[rules]) as session:
            yield session, asked


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
async def test_a_post_that_meets_a_server_error_is_unsure_at_once(status: int) -> None:
    """It may be in the channel: nobody but the queue decides when it is sent again."""
    async with answering(status) as (session, asked):
        with pytest.raises(Unsure):
            await session.post(POST)
        assert asked == [POST]


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"Retry_After": "1337"}, 1337.0),
        ({"Retry_After": "0"}, 1.0),
        ({}, NO_ADVICE),
        ({"Retry_After": "x"}, NO_ADVICE),
    ],
)
async def test_a_post_that_is_too_much_waits_as_long_as_it_is_told(
    headers: dict[str, str], seconds: float
) -> None:
    """A limit of one channel says how long, and no place is held meanwhile."""
    async with answering(429, Via="1.1 google", **headers) as (session, _):
        with pytest.raises(TryLater) as later:
            await session.post(POST)
        assert later.value.seconds == seconds


async def test_a_limit_of_the_whole_bot_stops_every_post() -> None:
    """After a global 429 nothing leaves until its time is over; other channels included."""
    async with answering(429, Retry_After="60", Via="1.1 google", X_RateLimit_Global="true") as (
        session,
        asked,
    ):
        with pytest.raises(TryLater):
            await session.post(POST)
        with pytest.raises(TryLater) as later:
            await session.post("/api/v10/channels/2/messages")
        assert 50 < later.value.seconds <= 60
        assert asked == [POST]


async def test_a_repeat_that_came_too_late_does_not_leave() -> None:
    """A machine that slept between deciding and sending asks once more, and the queue looks for the post first."""
    async with answering(200) as (session, asked):
        with only_while(lambda: False), pytest.raises(Unsure):
            await session.post(POST)
        async with session.post(POST):
            assert asked == [POST]


async def test_a_limit_of_one_channel_stops_no_other() -> None:
    """The next channel's post is still sent."""
    async with answering(429, Retry_After="60", Via="1.1 google") as (session, asked):
        for _ in range(2):
            with pytest.raises(TryLater):
                await session.post(POST)
        assert len(asked) == 2


async def test_what_is_no_post_is_left_to_the_library() -> None:
    """The sync of the commands is repeated by discord.py as ever."""
    async with answering(502) as (session, _), session.put(OTHER) as answer:
        assert answer.status == 502
