"""The server that answers /healthz, /readyz and /metrics. It tells nothing about anybody."""

import asyncio
import errno
import logging
import math

from aiohttp import web

from bot.core.errors import Passing
from bot.web.metrics import Metrics
from bot.web.vitals import Vitals

log = logging.getLogger("roadmate.web")

TAKEN = "{}:{} is taken, so health and metrics are off until it is free. HEALTH_PORT takes another one, or 0 for none."
ELSEWHERE = (
    "HEALTH_HOST {} (port {}) can't be served: {}. Health and metrics are off until it can. "
    "127.0.0.1 serves this machine alone, 0.0.0.0 every network."
)
FORMAT = "text/plain; version=0.0.4; charset=utf-8"


async def serve(host: str, port: int, vitals: Vitals, metrics: Metrics) -> None:
    """Answer until cancelled. Raises Passing while the address is not to be had."""
    app = web.Application()
    app.add_routes(_Answers(vitals, metrics).routes())
    # Without a log of its own: each check would be a line.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        log.info("health and metrics are served", extra={"host": host, "port": port})
        await asyncio.Event().wait()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        text = TAKEN.format(host, port) if taken else ELSEWHERE.format(host, port, error.strerror or error)
        raise Passing(text) from error
    finally:
        await runner.cleanup()


class _Answers:
    def __init__(self, vitals: Vitals, metrics: Metrics) -> None:
        self.vitals, self.metrics = vitals, metrics

    def routes(self) -> list[web.RouteDef]:
        """What is answered where."""
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.figures),
        ]

    async def alive(self, _request: web.Request) -> web.Response:
        """The process runs and its loop turns; what it was started again for is told beside it."""
        return web.json_response({"roadmate": "alive", "restarts": self.vitals.keeper.restarts})

    async def ready(self, _request: web.Request) -> web.Response:
        """Whether it does its work now, and if not, why."""
        signs = await self.vitals.signs()
        said = {
            "ready": not signs.problems,
            "problems": list(signs.problems),
            "last_tick_age_s": _rounded(signs.last_tick_age_seconds),
            "gateway_latency_s": _rounded(signs.gateway_latency_seconds),
            "invalid_requests": signs.invalid_requests,
            "posts_waiting": signs.posts_waiting,
            "restarts": dict(signs.restarts),
        }
        return web.json_response(said, status=503 if signs.problems else 200)

    async def figures(self, _request: web.Request) -> web.Response:
        """The same and more as figures for Prometheus."""
        signs = await self.vitals.signs()
        # Off the loop: a thousand lines take some milliseconds.
        body = await asyncio.to_thread(self.metrics.text, signs)
        return web.Response(body=body, headers={"Content-Type": FORMAT})


def _rounded(seconds: float) -> float | None:
    """JSON has no word for "never"."""
    return round(seconds, 3) if math.isfinite(seconds) else None
