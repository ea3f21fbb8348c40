"""A very small Discord on loopback, for what only a real process and real sockets can show."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import WSMsgType, web

TOKEN = "loopback-token"  # noqa: S105 - accepted by this server only
GUILD, CHANNEL, BOT = "1001", "2001", "3001"
HELLO, IDENTIFY, RESUME, HEARTBEAT, ACK, DISPATCH = 10, 2, 6, 1, 11, 0
ALL_PERMISSIONS = str(2**53 - 1)


@dataclass
class Loopback:
    """What the server was asked, and how it behaves. `slow` delays the answer to a message, in seconds."""

    slow: float = 0.0
    messages: list[dict[str, Any]] = field(default_factory=list)
    commands: list[dict[str, Any]] = field(default_factory=list)
    synced: int = 0
    identified: asyncio.Event = field(default_factory=asyncio.Event)
    resumed: asyncio.Event = field(default_factory=asyncio.Event)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def bootstrap(self) -> str:
        """Python that points discord.py here and then runs the command line."""
        return (
            "import yarl, discord.http, discord.gateway as g;"
            f"discord.http.Route.BASE = 'http://127.0.0.1:{self.port}/api';"
            f"g.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL('ws://127.0.0.1:{self.port}/gateway');"
            "from bot.cli import main; main()"
        )

    async def drop(self) -> None:
        """Close every gateway connection the way Discord does when it wants the client to resume."""
        for socket in self.sockets:
            await socket.close(code=4000)


@asynccontextmanager
async def loopback(**how: Any) -> AsyncIterator[Loopback]:
    """Serve until left."""
    state = Loopback(**how)
    app = web.Application()
    app.router.add_get("/gateway", partial(_gateway, state))
    app.router.add_route("*", "/api/{path:.*}", partial(_rest, state))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    state.port = runner.addresses[0][1]
    try:
        yield state
    finally:
        await runner.cleanup()


async def _rest(state: Loopback, request: web.Request) -> web.Response:
    if request.headers.get("Authorization") != f"Bot {TOKEN}":
        return _json({"message": "401: Unauthorized", "code": 0}, 401)
    answer: Any = None
    match request.method, request.match_info["path"].split("/"):
        case "GET", ["users", "@me"]:
            answer = _user()
        case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
            answer = _application()
        case "GET", ["applications", _, "commands"]:
            answer = state.commands
        case "PUT", ["applications", _, "commands"]:
            answer = _synced(state, await request.json())
        case "POST", ["channels", channel, "messages"]:
            answer = await _message(state, channel, await request.json())
        case "GET", ["channels", channel, "messages"]:
            answer = [m for m in state.messages if m["channel_id"] == channel]
        case "POST", ["channels", _, "messages", message, "threads"]:
            answer = {"id": message, "type": 11, "guild_id": GUILD, "parent_id": CHANNEL} | _thread()
    return _json({"message": "Unknown", "code": 10000}, 404) if answer is None else _json(answer)


def _synced(state: Loopback, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    state.synced += 1
    ids = {"application_id": BOT, "version": "1"}
    state.commands = [command | ids | {"id": str(number)} for number, command in enumerate(commands, 1)]
    return state.commands


async def _message(state: Loopback, channel: str, body: dict[str, Any]) -> dict[str, Any]:
    state.sending.set()
    await asyncio.sleep(state.slow)
    seen = next((m for m in state.messages if m["nonce"] == body.get("nonce")), None)
    if seen is None:
        seen = body | {"id": str(9000 + len(state.messages)), "channel_id": channel, "author": _user()}
        empty: dict[str, Any] = {"attachments": [], "mentions": [], "mention_roles": []}
        seen |= empty | {"timestamp": "2026-01-05T09:00:00+00:00", "edited_timestamp": None, "type": 0}
        seen |= {
            "tts": False,
            "mention_everyone": False,
            "pinned": False,
            "content": body.get("content") or "",
        }
        state.messages.append(seen)
    return seen


async def _gateway(state: Loopback, request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    state.sockets.append(socket)
    await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            continue
        op = json.loads(frame.data)["op"]
        if op == IDENTIFY:
            await _welcome(state, socket)
            state.identified.set()
        elif op == RESUME:
            await socket.send_json({"op": DISPATCH, "t": "RESUMED", "s": 3, "d": {}})
            state.resumed.set()
        elif op == HEARTBEAT:
            await socket.send_json({"op": ACK, "d": None, "s": None, "t": None})
    return socket


async def _welcome(state: Loopback, socket: web.WebSocketResponse) -> None:
    ready = {
        "v": 10,
        "user": _user(),
        "guilds": [{"id": GUILD, "unavailable": True}],
        "session_id": "s",
        "resume_gateway_url": f"ws://127.0.0.1:{state.port}/gateway",
        "application": {"id": BOT, "flags": 0},
    }
    await socket.send_json({"op": DISPATCH, "t": "READY", "s": 1, "d": ready})
    await socket.send_json({"op": DISPATCH, "t": "GUILD_CREATE", "s": 2, "d": _guild()})


def _guild() -> dict[str, Any]:
    channel = {"id": CHANNEL, "type": 0, "name": "study", "position": 0, "permission_overwrites": []}
    role = {"id": GUILD, "name": "@everyone", "permissions": ALL_PERMISSIONS, "position": 0, "color": 0}
    role |= {
        "colors": {"primary_color": 0},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    me = {
        "user": _user(),
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
    }
    lists: dict[str, Any] = {name: [] for name in ("threads", "emojis", "stickers", "features", "presences")}
    return lists | {
        "id": GUILD,
        "name": "MLOps study",
        "owner_id": "1",
        "channels": [channel],
        "roles": [role],
        "members": [me | {"flags": 0}],
        "member_count": 1,
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
    }


def _user() -> dict[str, Any]:
    return {
        "id": BOT,
        "username": "roadmate",
        "discriminator": "0",
        "avatar": None,
        "bot": True,
        "global_name": None,
    }


def _application() -> dict[str, Any]:
    said = {
        "id": BOT,
        "name": "Roadmate",
        "flags": 0,
        "description": "",
        "icon": None,
        "verify_key": "0" * 64,
    }
    return said | {"bot_public": True, "bot_require_code_grant": False, "owner": _user(), "team": None}


def _thread() -> dict[str, Any]:
    times = {
        "archived": False,
        "auto_archive_duration": 10080,
        "archive_timestamp": "2026-01-05T09:00:00+00:00",
    }
    return {
        "name": "Topic 1",
        "owner_id": BOT,
        "message_count": 0,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "thread_metadata": times | {"locked": False},
    }


def _json(body: Any, status: int = 200) -> web.Response:
    # discord.py reads JSON only from exactly this content type.
    response = web.Response(body=json.dumps(body).encode(), status=status)
    response.headers["Content-Type"] = "application/json"
    return response
