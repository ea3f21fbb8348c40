"""Discord's gateway: hello, identify, heartbeats, resume, and every way in which it goes away."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.faults import payloads
from tests.faults.payloads import Payload
from tests.faults.state import Discord

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass
class Gateway:
    """One session of one bot, over as many sockets as it takes.

    With `acks` off it is a zombie: open, and silent. `refuses` closes new sockets with that code on IDENTIFY. The first
    `garbles` logins get a welcome that no client understands.
    """

    discord: Discord
    heartbeat: float = 41.25
    acks: bool = True
    refuses: int = 0
    garbles: int = 0
    forgets: bool = False
    identifies: int = 0
    resumes: int = 0
    shards: list[list[int] | None] = field(default_factory=list)
    identified: asyncio.Event = field(default_factory=asyncio.Event)
    resumed: asyncio.Event = field(default_factory=asyncio.Event)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _sent: list[Payload] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Speak with one connection until it ends."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        interval = {"heartbeat_interval": int(self.heartbeat * 1000)}
        await socket.send_json({"op": HELLO, "d": interval, "s": None, "t": None})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._heard(socket, json.loads(frame.data))
        return socket

    async def _heard(self, socket: web.WebSocketResponse, said: Payload) -> None:
        match said["op"]:
            case 1 if self.acks:
                await socket.send_json({"op": ACK, "d": None, "s": None, "t": None})
            case 2:
                await self._identify(socket, said["d"].get("shard"))
            case 6 if self.forgets:
                self.forgets = False
                await socket.send_json({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            case 6:
                await self._resume(socket, said["d"]["seq"] or 0)

    async def _identify(self, socket: web.WebSocketResponse, shard: list[int] | None) -> None:
        self.identifies += 1
        self.shards.append(shard)
        if self.refuses:
            await socket.close(code=self.refuses)
            return
        self._sent = []
        if self.identifies <= self.garbles:
            await self.dispatch("READY", {})
            return
        ready = {"v": 10, "user": payloads.user(), "session_id": "s", "application": {"id": "1", "flags": 0}}
        own, count = shard or (0, 1)
        guilds = {g: channels for g, channels in self.discord.guilds.items() if (int(g) >> 22) % count == own}
        ready |= {"shard": [own, count], "guilds": [{"id": guild, "unavailable": True} for guild in guilds]}
        ready["resume_gateway_url"] = f"ws://127.0.0.1:{self.discord.port}/gateway"
        await self.dispatch("READY", ready)
        for guild, channels in guilds.items():
            await self.dispatch("GUILD_CREATE", payloads.guild(guild, channels))
        self.identified.set()

    async def _resume(self, socket: web.WebSocketResponse, seen: int) -> None:
        self.resumes += 1
        for event in self._sent[seen:]:
            await socket.send_json(event)
        await self.dispatch("RESUMED", {})
        self.resumed.set()

    async def dispatch(self, event: str, data: Payload) -> None:
        """Tell the bot of something; what it does not hear now it hears when it resumes."""
        said = {"op": DISPATCH, "t": event, "s": len(self._sent) + 1, "d": data}
        self._sent.append(said)
        if self.sockets and not self.sockets[-1].closed:
            await self._now(said)

    async def drop(self, code: int = 4000) -> None:
        """Close every connection."""
        for socket in self.sockets:
            await socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to come again, as Discord does before it restarts a machine."""
        await self._now({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Say that the session is no longer valid."""
        await self._now({"op": INVALID_SESSION, "d": resumable, "s": None, "t": None})

    async def lose_guild(self, guild: str, *, outage: bool) -> None:
        """A server is not there: an outage of Discord's, or the bot was removed from it."""
        await self.dispatch("GUILD_DELETE", {"id": guild} | ({"unavailable": True} if outage else {}))

    async def _now(self, said: Payload) -> None:
        # The bot may be leaving right now.
        with suppress(ConnectionError):
            await self.sockets[-1].send_json(said)
