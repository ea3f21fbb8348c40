"""A small Slack of ours on loopback: it keeps what is said, checks tokens, scopes and blocks, and fails when told."""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from slack_sdk.models.blocks import Block

from bot.platforms.slack.manifest import SCOPES as GRANTED

SCOPES = {
    "chat.postMessage": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history"},
    "conversations.replies": {"channels:history"},
    "conversations.info": {"channels:read"},
    "conversations.open": {"im:write"},
    "users.info": {"users:read"},
    "bots.info": {"users:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
}
HOOK_USES, BLOCKS, HOOK_SECONDS = 5, 50, 1800
Payload = dict[str, Any]


@dataclass
class Channel:
    """A channel with its members and messages."""

    id: str
    name: str = ""
    private: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Payload] = field(default_factory=list)


@dataclass
class Hook:
    """The address that came with something a person did."""

    channel: str
    user: str
    made_at: datetime
    original: Payload | None = None
    uses: int = 0


@dataclass
class Fault:
    """What one call meets instead: an error's name, a status, a dropped connection; `after` it was done."""

    error: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    after: bool = False
    more: Payload = field(default_factory=dict)


class FakeSlack:
    """One team, or several, of one app whose bot is U0BOT."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.channels: dict[str, Channel] = {}
        self.users: dict[str, Payload] = {}
        self.tokens: dict[str, str] = {"xoxb-1": "T1"}
        self.scopes: dict[str, set[str]] = {}
        self.revoked: set[str] = set()
        self.hooks: dict[str, Hook] = {}
        self.private: dict[tuple[str, str], list[Payload]] = defaultdict(list)
        self.views: dict[str, Payload] = {}
        self.files: dict[str, Payload] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.calls: list[tuple[str, Payload]] = []
        self.refused: list[str] = []
        self.codes: dict[str, Payload] = {}
        self.refreshed: dict[str, Payload] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acknowledged: list[str] = []
        self.connections = 0
        self.meets: Callable[[str, Payload], Any] = lambda _method, _body: None
        self._number, self.application = 0, "A1"
        self._news = asyncio.Event()

    async def start(self) -> str:
        """Listen on loopback, and return the base of the API."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/hook/{id}", self._hook)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return f"{self.base}/api/"

    async def stop(self) -> None:
        """Listen no more."""
        for socket in self.sockets:
            await socket.close()
        await self._runner.cleanup()

    def user(self, id_: str, name: str, team: str = "T1", **more: Any) -> str:
        """Add a person."""
        profile = {"display_name": name, "real_name": name.title()}
        self.users[id_] = {"id": id_, "team_id": team, "name": name, "profile": profile, **more}
        return id_

    def channel(self, id_: str, name: str, *members: str, **more: Any) -> Channel:
        """Add a channel."""
        self.channels[id_] = Channel(id_, name, members=set(members), **more)
        return self.channels[id_]

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method meet these."""
        self.faults[method] += faults

    def hook(self, channel: str, user: str, original: Payload | None = None) -> str:
        """Make an address to answer at."""
        id_ = self.number("hook")
        self.hooks[id_] = Hook(channel, user, self.clock(), original)
        return f"{self.base}/hook/{id_}"

    def number(self, what: str) -> str:
        """A new number in a text."""
        self._number += 1
        return f"{what}{self._number}"

    def ts(self) -> str:
        """A new timestamp at the clock's now, as ids of messages are."""
        self._number += 1
        return f"{int(self.clock().timestamp())}.{self._number:06d}"

    async def until(self, holds: Callable[[], Any], seconds: float = 10.0) -> Any:
        """Wait for something that an answer brings about."""
        async with asyncio.timeout(seconds):
            while not (found := holds()):
                self._news.clear()
                await self._news.wait()
        return found

    def tell(self) -> None:
        """Let whoever waits look again."""
        self._news.set()

    def everything(self) -> Iterator[Payload]:
        """Every message that was ever sent."""
        for channel in self.channels.values():
            yield from channel.messages
        for messages in self.private.values():
            yield from messages

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = dict(await request.post()) if request.method == "POST" else {}
        if request.content_type == "application/json":
            body = await request.json()
        body = {key: _read(value) for key, value in {**request.query, **body}.items()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token.startswith("Basic "):
            body["client"] = base64.b64decode(token.removeprefix("Basic ")).decode()
        self.calls.append((method, body))
        fault = self.faults[method].pop(0) if self.faults[method] else None
        if fault is not None and not fault.after:
            return _failed(request, fault)
        act = self.meets(method, body)

        async def work() -> web.Response:
            done = web.json_response(await self._answer(method, token, body))
            self.tell()
            return done

        if act is not None:
            return await act(request, work)
        answer = await work()
        return answer if fault is None else _failed(request, fault)

    async def _answer(self, method: str, token: str, body: Payload) -> Payload:
        handler: Callable[..., Awaitable[Payload]] | None = getattr(
            self, "_" + method.replace(".", "_"), None
        )
        if handler is None:
            return _no("unknown_method")
        if method == "oauth.v2.access":
            return await handler("", body)
        if token in self.revoked or (token not in self.tokens and not token.startswith("xapp-")):
            return _no("token_revoked" if token in self.revoked else "invalid_auth")
        needed = self._needed(method, body) - self.scopes.get(token, set(GRANTED))
        if needed:
            return _no("missing_scope", needed=",".join(needed))
        if wrong := self._wrong(body.get("blocks")):
            self.refused.append(wrong)
            return _no(wrong)
        return await handler(self.tokens.get(token, ""), body)

    def _needed(self, method: str, body: Payload) -> set[str]:
        """The scopes for a call; a private channel and a direct message want others than a public one."""
        channel = self.channels.get(str(body.get("channel", "")))
        kind = (
            "im"
            if channel and channel.id.startswith("D")
            else "groups"
            if channel and channel.private
            else ""
        )
        return {s.replace("channels", kind) if kind else s for s in SCOPES.get(method, set())}

    def _wrong(self, blocks: Any) -> str:
        """What Slack would say against these blocks."""
        if blocks is None:
            return ""
        if not blocks or len(blocks) > BLOCKS or len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
            return "msg_blocks_too_long"
        for block in Block.parse_all(blocks):
            if block is None:
                return "invalid_blocks"
            block.validate_json()
        return ""

    async def _auth_test(self, team: str, _body: Payload) -> Payload:
        return _yes(
            team_id=team, team="MLOps", user_id="U0BOT", bot_id="B0BOT", url="https://mlops.slack.com/"
        )

    async def _bots_info(self, _team: str, _body: Payload) -> Payload:
        return _yes(bot={"id": "B0BOT", "app_id": self.application})

    async def _users_info(self, _team: str, body: Payload) -> Payload:
        found = self.users.get(body["user"])
        return _yes(user=found) if found else _no("user_not_found")

    async def _conversations_info(self, _team: str, body: Payload) -> Payload:
        found = self.channels.get(body["channel"])
        if found is None or (found.private and "U0BOT" not in found.members):
            return _no("channel_not_found")
        more = {"is_private": found.private, "is_archived": found.archived, "is_im": found.id.startswith("D")}
        return _yes(
            channel={"id": found.id, "name": found.name, "is_member": "U0BOT" in found.members, **more}
        )

    async def _conversations_open(self, _team: str, body: Payload) -> Payload:
        if body["users"] not in self.users:
            return _no("user_not_found")
        id_ = f"D{body['users']}"
        self.channels.setdefault(id_, Channel(id_, members={"U0BOT", body["users"]}))
        return _yes(channel={"id": id_})

    def _writable(self, body: Payload) -> str:
        found = self.channels.get(body["channel"])
        if found is None or (found.private and "U0BOT" not in found.members):
            return "channel_not_found"
        if found.archived:
            return "is_archived"
        return "" if "U0BOT" in found.members else "not_in_channel"

    async def _chat_postMessage(self, _team: str, body: Payload) -> Payload:  # noqa: N802 - Slack's own name
        if wrong := self._writable(body):
            return _no(wrong)
        self._without_previews(body)
        message = {**body, "ts": self.ts(), "bot_id": "B0BOT", "user": "U0BOT"}
        self.channels[body["channel"]].messages.append(message)
        return _yes(ts=message["ts"], channel=body["channel"])

    def _without_previews(self, body: Payload) -> None:
        """Nothing that the bot says may bring a preview of an address, and no text may become a link or mention."""
        quiet = all(
            body.get(name) in (False, "0", "false", "False") for name in ("unfurl_links", "unfurl_media")
        )
        if not quiet or body.get("parse") or body.get("link_names"):
            self.refused.append(f"would unfurl: {body.get('text')}")

    async def _chat_update(self, _team: str, body: Payload) -> Payload:
        if wrong := self._writable(body):
            return _no(wrong)
        found = [m for m in self.channels[body["channel"]].messages if m["ts"] == body["ts"]]
        if not found:
            return _no("message_not_found")
        found[0].update({name: body[name] for name in ("text", "blocks")})
        return _yes(ts=body["ts"], channel=body["channel"])

    async def _chat_postEphemeral(self, _team: str, body: Payload) -> Payload:  # noqa: N802 - Slack's own name
        if wrong := self._writable(body):
            return _no(wrong)
        self.private[body["channel"], body["user"]].append({**body, "ts": self.ts(), "ephemeral": True})
        return _yes()

    async def _conversations_history(self, _team: str, body: Payload) -> Payload:
        if wrong := self._writable(body):
            return _no(wrong)
        found = [
            _shown(message, body)
            for message in reversed(self.channels[body["channel"]].messages)
            if float(message["ts"]) > float(body.get("oldest", 0)) and not message.get("thread_ts")
        ]
        start, limit = int(body.get("cursor") or 0), int(body.get("limit", 100))
        more = {"next_cursor": str(start + limit)} if len(found) > start + limit else {"next_cursor": ""}
        return _yes(messages=found[start : start + limit], response_metadata=more)

    async def _conversations_replies(self, _team: str, body: Payload) -> Payload:
        if wrong := self._writable(body):
            return _no(wrong)
        messages = self.channels[body["channel"]].messages
        found = [m for m in messages if body["ts"] in (m["ts"], m.get("thread_ts"))]
        return _yes(messages=[_shown(m, body) for m in found]) if found else _no("thread_not_found")

    async def _views_open(self, _team: str, body: Payload) -> Payload:
        view = body["view"]
        wrong = self._wrong(view["blocks"]) or (len(view["title"]["text"]) > 24 and "invalid_arguments")
        if wrong or len(view["private_metadata"]) > 3000 or len(view["callback_id"]) > 255:
            self.refused.append(str(wrong))
            return _no("invalid_arguments")
        if body["trigger_id"] in self.views:
            return _no("exchanged_trigger_id")
        self.views[body["trigger_id"]] = {**view, "id": self.number("V"), "hash": self.number("h")}
        return _yes(view={})

    async def _files_getUploadURLExternal(self, _team: str, body: Payload) -> Payload:  # noqa: N802
        id_ = self.number("F000")
        self.files[id_] = {
            "name": body["filename"],
            "alt": body.get("alt_txt"),
            "length": int(body["length"]),
        }
        return _yes(upload_url=f"{self.base}/upload/{id_}", file_id=id_)

    async def _files_completeUploadExternal(self, _team: str, body: Payload) -> Payload:  # noqa: N802
        if wrong := self._writable({"channel": body["channel_id"]}):
            return _no(wrong)
        for told in body["files"]:
            file = self.files[told["id"]]
            assert len(file["content"]) == file["length"]
            message = {"ts": self.ts(), "text": "", "file": file, "thread_ts": body.get("thread_ts")}
            self.channels[body["channel_id"]].messages.append(message)
        return _yes(files=body["files"])

    async def _oauth_v2_access(self, _team: str, body: Payload) -> Payload:
        if body.get("client") != "1.2:client-secret":
            return _no("bad_client_secret")
        book = self.refreshed if body.get("grant_type") == "refresh_token" else self.codes
        found = book.pop(body.get("refresh_token") or body.get("code"), None)
        if found is None:
            return _no("invalid_code")
        self.tokens[found["access_token"]] = found["team"]["id"]
        return _yes(**found)

    async def _apps_connections_open(self, _team: str, _body: Payload) -> Payload:
        self.connections += 1
        return _yes(url=f"{self.base.replace('http', 'ws')}/socket")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello"})
        self.tell()
        async for message in socket:
            self.acknowledged.append(json.loads(message.data)["envelope_id"])
            self.tell()
        return socket

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        hook, body = self.hooks.get(request.match_info["id"]), await request.json()
        fault = self.faults["hook"].pop(0) if self.faults["hook"] else None
        if fault is not None:
            return _failed(request, fault)
        if hook is None or (self.clock() - hook.made_at).total_seconds() > HOOK_SECONDS:
            return web.Response(status=404, text="expired_url")
        hook.uses += 1
        wrong = "too many uses" if hook.uses > HOOK_USES else self._wrong(body.get("blocks"))
        if wrong:
            self.refused.append(wrong)
            return web.Response(status=404, text=wrong)
        self._say(hook, body)
        self.tell()
        return web.Response(text="ok")

    def _say(self, hook: Hook, body: Payload) -> None:
        if "response_type" in body:
            # Without one it is a sentence of Bolt's own.
            self._without_previews(body)
        if body.get("replace_original") and hook.original is not None:
            hook.original.update({"text": body["text"], "blocks": body["blocks"], "replaced": True})
            return
        message = {**body, "ts": self.ts(), "bot_id": "B0BOT", "answer": True}
        if body["response_type"] == "ephemeral":
            self.private[hook.channel, hook.user].append({**message, "ephemeral": True})
        else:
            self.channels[hook.channel].messages.append(message)

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]]["content"] = await request.read()
        return web.Response(text="OK")


def _shown(message: Payload, body: Payload) -> Payload:
    hidden = () if body.get("include_all_metadata") in (True, 1, "1", "true", "True") else ("metadata",)
    return {key: value for key, value in message.items() if key not in hidden}


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


def _yes(**more: Any) -> Payload:
    return {"ok": True, **more}


def _no(error: str, **more: Any) -> Payload:
    return {"ok": False, "error": error, **more}


def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()
    body = _no(fault.error, **fault.more) if fault.error else None
    if body is None:
        return web.Response(status=fault.status, headers=fault.headers, text="no answer")
    return web.json_response(body, status=fault.status, headers=fault.headers)
