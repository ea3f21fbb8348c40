"""Every request on its way to Discord: all are paced, and posts go out once for each time that we ask.

discord.py repeats a request by itself after a 429 or a server error, for up to half a minute. For a post that is
wrong: it may be in the channel already, and whether the same nonce still holds is for the queue to know, which
remembers doubt over a crash, a nap of the machine, and whatever the repeat is answered with. It would
also keep the place of another group's post.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

from bot.core.platform import TryLater, Unsure
from bot.platforms.discord.pacing import WAIT, Pace

NO_ADVICE = 60.0
"""Seconds to wait where a refusal names no time."""
TOO_MANY, SERVER_ERROR = 429, 500
GLOBAL = "X-RateLimit-Global"


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
    """Add to what an aiohttp session does around each request: all wait for a turn, and posts end at any refusal."""
    rules = _Rules(pace)
    # Whoever else looks at a request before it leaves looks after the wait, and at an answer before it is an error.
    trace.on_request_start.insert(0, rules.begin)
    trace.on_request_start.append(rules.leave)
    trace.on_request_end.append(rules.end)
    trace.on_request_exception.append(rules.lost)


@dataclass(frozen=True, slots=True)
class _Rules:
    pace: Pace

    async def begin(self, _: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        if _is_counted(request.url.path):
            await self.pace.turn()
        if _is_post(request.url.path):
            self.pace.check()
            if not _still.get()():
                raise Unsure("It is too long ago to simply repeat it.")

    async def leave(self, _: object, way: SimpleNamespace, request: aiohttp.TraceRequestStartParams) -> None:
        # Nothing was waited for since the turn, so nobody came in between; and who was sent away takes no place.
        if _is_counted(request.url.path):
            way.left = self.pace.leave()

    async def end(self, _: object, way: SimpleNamespace, request: aiohttp.TraceRequestEndParams) -> None:
        response = request.response
        # What is only read, or refused, is answered sooner than what is done.
        self._arrived(way, typical=response.ok and _is_post(request.url.path) and request.method == "POST")
        if response.status == TOO_MANY and GLOBAL in response.headers:
            self.pace.hold(_retry_after(response))
        if _is_post(request.url.path) and (response.status == TOO_MANY or response.status >= SERVER_ERROR):
            response.close()
            raise refusal(response)

    async def lost(self, _: object, way: SimpleNamespace, __: aiohttp.TraceRequestExceptionParams) -> None:
        self._arrived(way, typical=False)

    def _arrived(self, way: SimpleNamespace, *, typical: bool) -> None:
        if (left := getattr(way, "left", None)) is not None:
            self.pace.arrived(left, typical=typical)


def _is_post(path: str) -> bool:
    """Whether it is about a channel, as all is that the bot says by itself."""
    return "/channels/" in path


def _is_counted(path: str) -> bool:
    """Whether Discord counts it: all of its API but answers to people, which wait for nobody."""
    return "/api/" in path and "/interactions/" not in path and "/webhooks/" not in path


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
