"""Serves the loopback Discord."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from tests.faults.gateway import Gateway
from tests.faults.rest import rest
from tests.faults.state import Discord


@asynccontextmanager
async def serving(discord: Discord) -> AsyncIterator[Gateway]:
    """Serve until left."""
    gateway = Gateway(discord)
    app = web.Application()
    app.router.add_get("/gateway", gateway.serve)
    app.router.add_route("*", "/api/{path:.*}", partial(rest, discord))
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    discord.port = runner.addresses[0][1]
    try:
        yield gateway
    finally:
        await runner.cleanup()
