"""The script of faults: what goes wrong with which request, once each, in order."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

from aiohttp import web

Work = Callable[[], Awaitable[web.Response]]
Act = Callable[[web.Request, Work], Awaitable[web.StreamResponse]]
"""Answers a request; calling the work is what makes it happen."""


class Asked(StrEnum):
    """What a request is about, as far as a script tells them apart."""

    MESSAGE = "message"
    THREAD = "thread"
    WORD = "word"
    HISTORY = "history"
    ROLE = "role"
    ANSWER = "answer"
    OTHER = "other"


class When(StrEnum):
    """Where in the life of a request a fault hits.

    BEFORE: nothing is done. DURING: it is done, but only once the client has been told that it failed. AFTER: it
    is done, and the answer is the fault.
    """

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Script:
    """Faults by what is asked and in which channel, or of whom; `every` meets all requests but answers to people."""

    def __init__(self) -> None:
        self._acts: dict[tuple[Asked, str], list[Act]] = defaultdict(list)
        self.every: Act | None = None
        self.used = 0

    def plan(self, asked: Asked, channel: str, *acts: Act) -> None:
        """Have the next such requests in a channel go wrong."""
        self._acts[asked, channel].extend(acts)

    def next(self, asked: Asked, channel: str) -> Act | None:
        """The fault of this request, if it has one."""
        acts = self._acts.get((asked, channel))
        found = acts.pop(0) if acts else None if asked is Asked.ANSWER else self.every
        self.used += found is not None
        return found

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._acts.clear()
        self.every = None


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer of Discord's own. discord.py reads JSON only from exactly this content type."""
    response = web.Response(body=json.dumps(body).encode(), status=status, headers=headers)
    response.headers["Content-Type"] = "application/json"
    return response


def fails(status: int, when: When) -> Act:
    """A server error."""

    async def act(_: web.Request, work: Work) -> web.StreamResponse:
        if when is When.AFTER:
            await work()
        elif when is When.DURING:
            _soon(work)
        return answer({"message": "Server error", "code": 0}, status)

    return act


def drops(when: When) -> Act:
    """The connection breaks: before anything, in the middle of the answer, or instead of it."""

    async def act(request: web.Request, work: Work) -> web.StreamResponse:
        if when is not When.BEFORE:
            done = await work()
        if when is When.DURING:
            half = web.StreamResponse(
                headers={"Content-Type": "application/json", "Content-Length": "100000"}
            )
            await half.prepare(request)
            assert isinstance(done.body, bytes)
            await half.write(done.body[:20])
        _break(request)
        return web.Response()

    return act


def slow(seconds: float, when: When) -> Act:
    """An answer later than anybody waits for it; the work is done then, in the middle or at once."""

    async def act(_: web.Request, work: Work) -> web.StreamResponse:
        if when is When.AFTER:
            done = await work()
            await asyncio.sleep(seconds)
            return done
        await asyncio.sleep(seconds / 2)
        if when is When.DURING:
            # Shielded, because aiohttp may end a handler whose client has gone.
            done = await asyncio.shield(asyncio.ensure_future(work()))
        await asyncio.sleep(seconds / 2)
        return done if when is When.DURING else answer({"message": "Gave up", "code": 0}, 503)

    return act


def limited(seconds: float, scope: str = "user") -> Act:
    """Too many requests: for this route, for the bot (`global`), or because of other bots (`shared`)."""
    headers = {"Via": "1.1 google", "Retry-After": str(seconds), "X-RateLimit-Scope": scope}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": scope == "global"}

    async def act(_: web.Request, __: Work) -> web.StreamResponse:
        return answer(body, 429, headers)

    return act


def exhausted(seconds: float) -> Act:
    """The work is done, and the bucket is empty afterwards."""
    headers = {
        "X-RateLimit-Limit": "1",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset-After": str(seconds),
    }

    async def act(_: web.Request, work: Work) -> web.StreamResponse:
        done = await work()
        done.headers.update(headers | {"X-RateLimit-Bucket": "empty"})
        return done

    return act


def cloudflare(seconds: float) -> Act:
    """A refusal by what stands in front of Discord: HTML, and no Via."""

    async def act(_: web.Request, __: Work) -> web.StreamResponse:
        page = "<!DOCTYPE html><title>Access denied | Error 1015</title>"
        return web.Response(
            text=page, status=429, content_type="text/html", headers={"Retry-After": str(int(seconds))}
        )

    return act


def kills(kill: Callable[[], None], when: When) -> Act:
    """The bot dies when Discord gets the request, when it has done the work, or when it has answered."""

    async def act(request: web.Request, work: Work) -> web.StreamResponse:
        if when is When.BEFORE:
            kill()
            _break(request)
            return web.Response()
        done = await work()
        if when is When.DURING:
            kill()
            _break(request)
        else:
            await done.prepare(request)
            await done.write_eof()
            kill()
        return done

    return act


def _break(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


_late: set["asyncio.Task[web.Response]"] = set()


def _soon(work: Work) -> None:
    async def later() -> web.Response:
        await asyncio.sleep(0.1)
        return await work()

    task = asyncio.ensure_future(later())
    _late.add(task)
    task.add_done_callback(_late.discard)


def at_work() -> bool:
    """Whether something is still to be done for somebody who was answered."""
    return bool(_late)
