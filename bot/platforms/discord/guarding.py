"""Watch every request's answer, so that the bot is not banned for what Discord or Cloudflare refuse.

Discord counts answers of 401, 403 and 429, and takes 10,000 of them within ten minutes from one address; Cloudflare
in front of it refuses everything before that.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import aiohttp
import discord

log = logging.getLogger("roadmate.discord")

WINDOW = timedelta(minutes=10)
ALARM, NO_POSTS = 1_000, 9_000
"""Refusals within the window at which a person should look, and at which only people are answered any more."""
WITHOUT_A_TIME = timedelta(minutes=1)
_COUNTED = frozenset({401, 403, 429})
_TOO_MANY = 429


class Guard:
    """Counts refusals and closes all traffic when Cloudflare says so. Outlives the client that it watches."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._refused: deque[datetime] = deque(maxlen=NO_POSTS + ALARM)
        self._closed_at: datetime | None = None
        self._closed_for = timedelta()
        self._alarmed = False

    def trace(self) -> aiohttp.TraceConfig:
        """What makes an aiohttp session tell us of each request and its answer."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._asking)
        trace.on_request_end.append(self._answered)
        return trace

    def refusals(self) -> int:
        """How many refusals count now."""
        over = self._clock() - WINDOW
        while self._refused and self._refused[0] <= over:
            self._refused.popleft()
        return len(self._refused)

    def closed(self) -> timedelta:
        """How long nothing may be sent at all."""
        if self._closed_at is None:
            return timedelta()
        since = self._clock() - self._closed_at
        # A clock that was set back says less than nothing: rather ask once too often than wait for an hour.
        return self._closed_for - since if timedelta() <= since < self._closed_for else timedelta()

    def takes_posts(self) -> bool:
        """Whether posts may be sent; answers to people go on until everything is closed."""
        return not self.closed() and self.refusals() < NO_POSTS

    def troubles(self) -> Iterator[str]:
        """What the operator should know, in words."""
        if closed := self.closed():
            yield f"Cloudflare refuses everything for another {closed.total_seconds():.0f} seconds."
        if (refusals := self.refusals()) >= ALARM:
            posts = "so no more posts are sent" if refusals >= NO_POSTS else "and 10,000 mean a ban"
            yield f"Discord refused {refusals:,} requests within ten minutes, {posts}."

    async def _asking(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        asked: aiohttp.TraceRequestStartParams,
    ) -> None:
        if (closed := self.closed()) and _is_rest(asked):
            # discord.py's own word for it: whoever asked tries again later, and nothing leaves this machine.
            raise discord.RateLimited(closed.total_seconds())

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
    ) -> None:
        response = ended.response
        if response.status not in _COUNTED or not _is_rest(ended):
            return
        if response.status == _TOO_MANY and response.headers.get("X-RateLimit-Scope") == "shared":
            return
        self._refused.append(self._clock())
        if response.status == _TOO_MANY and "Via" not in response.headers:
            self._close(response.headers.get("Retry-After", ""))
        self._alarm()

    def _close(self, retry_after: str) -> None:
        self._closed_at = self._clock()
        self._closed_for = _seconds(retry_after) or WITHOUT_A_TIME
        log.error(
            "Cloudflare refuses the bot, so all traffic stops",
            extra={"seconds": self._closed_for.total_seconds()},
        )

    def _alarm(self) -> None:
        """Log once when it is too many, and again only after it was fewer."""
        too_many = self.refusals() >= ALARM
        if too_many and not self._alarmed:
            log.error(
                "Discord refuses too many requests; find out which before it bans the address",
                extra={"refusals": ALARM},
            )
        self._alarmed = too_many


def _is_rest(asked: aiohttp.TraceRequestStartParams | aiohttp.TraceRequestEndParams) -> bool:
    """Whether it is Discord's API; the gateway goes through the same session."""
    return str(asked.url).startswith(discord.http.Route.BASE)


def _seconds(text: str) -> timedelta | None:
    try:
        return timedelta(seconds=max(1.0, float(text)))
    except (ValueError, OverflowError):
        return None
