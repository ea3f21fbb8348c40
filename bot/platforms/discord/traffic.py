"""Every request on its way to Discord: posts are paced, and go out once for each time that we ask.

discord.py repeats a request by itself after a 429 or a server error, for up to half a minute. For a post that is
wrong: it may be in the channel already, and whether the same nonce still holds is for the queue to know, which
remembers doubt over a crash, a nap of the machine, and whatever the repeat is answered with. It would
also keep the place of another group's post.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp

from bot.core.platform import TryLater, Unsure

PER_SECOND = 46
"""Discord takes 50 a second from a bot, answers to interactions not counted; on the way they may bunch up a little."""
NO_ADVICE = 60.0
"""Seconds to wait where a refusal names no time."""
TOO_MANY, SERVER_ERROR = 429, 500
GLOBAL = "X-RateLimit-Global"
WAIT = "Discord asks to wait."


class Pace:
    """Hands out moments to send at, evenly spaced, to whoever asks first; held, it sends everybody away."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self._gap = 1 / per_second
        self._next = self._free_at = 0.0
        self._lane = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a moment of one's own. Raises TryLater while held."""
        clock = asyncio.get_running_loop().time
        async with self._lane:
            await asyncio.sleep(max(0.0, self._next - clock()))
            # A little lateness is made good; after a stall nobody hurries, or they would arrive in a bunch.
            self._next = max(self._next, clock() - self._gap) + self._gap
        if (left := self._free_at - clock()) > 0:
            raise TryLater(WAIT, left)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)


_still: ContextVar[Callable[[], bool]] = ContextVar("still", default=lambda: True)


@contextmanager
def only_while(still: Callable[[], bool]) -> Iterator[None]:
    """Let posts leave only as long as something is so, asked at the last moment."""
    token = _still.set(still)
    try:
        yield
    finally:
        _still.reset(token)


def direct(trace: aiohttp.TraceConfig, pace: Pace) -> None:
    """Add to what an aiohttp session does around each request: posts wait for their turn, and end at any refusal."""

    async def begin(_: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        if _is_post(request.url.path):
            await pace.turn()
            if not _still.get()():
                raise Unsure("It is too long ago to simply repeat it.")

    async def end(_: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        response = request.response
        if response.status == TOO_MANY and GLOBAL in response.headers:
            pace.hold(_retry_after(response))
        if _is_post(request.url.path) and (response.status == TOO_MANY or response.status >= SERVER_ERROR):
            response.close()
            raise refusal(response)

    # Whoever else looks at a request before it leaves looks after the wait, and at an answer before it is an error.
    trace.on_request_start.insert(0, begin)
    trace.on_request_end.append(end)


def _is_post(path: str) -> bool:
    """Whether it is about a channel, as all is that the bot says by itself."""
    return "/channels/" in path


def refusal(response: aiohttp.ClientResponse) -> Exception:
    """What it means that Discord did not do something now."""
    if response.status >= SERVER_ERROR:
        return Unsure(f"Discord had an error of its own ({response.status}).")
    return TryLater(WAIT, _retry_after(response))


def _retry_after(response: aiohttp.ClientResponse) -> float:
    try:
        return max(1.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return NO_ADVICE
