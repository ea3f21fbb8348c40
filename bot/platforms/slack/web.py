"""Calls to Slack's Web API, through one session: each is one request, and only answers to people wait out a 429."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

log = logging.getLogger("roadmate.slack")
LIBRARY = logging.getLogger("slack_sdk")
"""What the libraries are given to write into: at DEBUG that is whole requests, so it is kept at INFO."""

API = "https://slack.com/api/"
LIMIT = 30.0
"""Seconds for one call, waiting for rate limits included."""
LONGEST_WAIT = 10.0
"""Seconds that an answer to somebody waits for a rate limit."""
OK, TOO_MANY = 200, 429
LOST = (SlackApiError, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""What can happen on the way to Slack; what a command did is kept all the same."""


class Web:
    """Slack's Web API, whose clients take the token of a workspace with each call.

    slack_sdk repeats a request by itself after a dropped connection, and then posts twice: the handlers of retries are
    given here, for rate limits only, and for posts there are none, because the queue knows better when to repeat.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self.posts = self.answers = AsyncWebClient()

    async def open(self) -> None:
        """Open the session, in the loop that it is used in."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT))
        self.posts = self._client([])
        self.answers = self._client([AsyncRateLimitErrorRetryHandler(max_retry_count=1)])

    async def close(self) -> None:
        """Close the session; what is on its way is lost."""
        if self._session is not None:
            await self._session.close()

    def _client(self, handlers: list[AsyncRetryHandler]) -> AsyncWebClient:
        return AsyncWebClient(
            base_url=API, timeout=int(LIMIT), session=self._session, retry_handlers=handlers, logger=LIBRARY
        )

    async def respond(self, url: str, payload: Mapping[str, Any]) -> str:
        """Send something to the address that came with a command or click; return Slack's word for what is wrong."""
        assert self._session is not None
        for last in (False, True):
            async with self._session.post(url, json=payload) as response:
                if response.status == TOO_MANY and not last:
                    await asyncio.sleep(min(retry_after(response.headers), LONGEST_WAIT))
                    continue
                text = await response.text()
                return "" if response.status == OK and '"ok":false' not in text else text[:200] or "refused"
        return "refused"

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file to the address that Slack gave for it. Raises what is in LOST."""
        assert self._session is not None
        async with self._session.post(url, data=content) as response:
            response.raise_for_status()


def retry_after(headers: Mapping[str, str], without: float = 60.0) -> float:
    """How many seconds Slack asks to wait."""
    try:
        return max(1.0, float(headers.get("Retry-After", without)))
    except ValueError:
        return without
