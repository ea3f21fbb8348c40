"""The address at which Slack reaches the bot, where it does not come by a socket: only what Slack signed gets in."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from multidict import CIMultiDictProxy
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

log = logging.getLogger("roadmate.slack")

EVENTS, INSTALL, REDIRECT = "/slack/events", "/slack/install", "/slack/oauth_redirect"
LARGEST = 2**20
SIGNATURE, TIMESTAMP, RETRY = "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Slack-Retry-Num"
REMEMBERED = 50_000


class _Clock(Clock):
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


class Door:
    """Decides whether a request is Slack's own, and comes for the first time."""

    def __init__(self, signing_secret: str, clock: Callable[[], datetime]) -> None:
        self._verifier = SignatureVerifier(signing_secret, _Clock(clock))
        self._used: OrderedDict[str, None] = OrderedDict()

    def opens(self, headers: CIMultiDictProxy[str], body: bytes) -> bool:
        """Whether to let it in. Slack's repeats say that they are some, and are known by what they carry."""
        signatures, timestamps = headers.getall(SIGNATURE, []), headers.getall(TIMESTAMP, [])
        if len(signatures) != 1 or len(timestamps) != 1 or not _is_plain(timestamps[0]):
            return False
        try:
            genuine = self._verifier.is_valid(body, timestamps[0], signatures[0])
        except (ValueError, TypeError):
            # slack_sdk's words for a body that is no text and a signature that is none.
            return False
        return genuine and (RETRY in headers or self._is_first(signatures[0]))

    def _is_first(self, signature: str) -> bool:
        if signature in self._used:
            return False
        self._used[signature] = None
        while len(self._used) > REMEMBERED:
            self._used.popitem(last=False)
        return True


def _is_plain(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12  # noqa: PLR2004 - until the year 33658


def application(app: AsyncApp, door: Door) -> web.Application:
    """The web application: Slack's requests, and the two pages of an installation where there are any."""

    async def events(request: web.Request) -> web.Response:
        if not door.opens(request.headers, await request.read()):
            return web.Response(status=401, text="not signed by Slack")
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application(client_max_size=LARGEST)
    served.router.add_post(EVENTS, events)
    flow = app.oauth_flow
    if flow is not None:

        async def install(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_installation(await _asked(request)))

        async def redirected(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_callback(await _asked(request)))

        served.router.add_get(INSTALL, install)
        served.router.add_get(REDIRECT, redirected)
    return served


async def _asked(request: web.Request) -> AsyncBoltRequest:
    return await to_bolt_request(request)


class Server:
    """The application, listening."""

    def __init__(self, served: web.Application, host: str, port: int) -> None:
        self._runner = web.AppRunner(served, access_log=None)
        self._host, self._port = host, port

    async def start(self) -> int:
        """Begin to listen, and return the port, which the system chooses where it was 0. Raises OSError."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port: int = self._runner.addresses[0][1]
        log.info("listening for Slack", extra={"host": self._host, "port": port})
        return port

    async def stop(self) -> None:
        """Listen no more; what is being answered is."""
        await self._runner.cleanup()
