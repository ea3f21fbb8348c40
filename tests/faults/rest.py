"""Discord's REST API, as much of it as the bot uses."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from tests.faults import payloads
from tests.faults.script import Asked, answer
from tests.faults.state import DIRECT, Discord

TOKEN = "loopback-token"  # noqa: S105 - accepted by this server only
THREAD_EXISTS = 160004
_unknown = partial(answer, {"message": "Unknown Channel", "code": 10003}, 404)


async def rest(discord: Discord, request: web.Request) -> web.StreamResponse:
    """Answer a request, or do to it what the script says."""
    path = request.match_info["path"].split("/")
    if path[0] not in ("interactions", "webhooks") and request.headers.get("Authorization") != f"Bot {TOKEN}":
        return answer({"message": "401: Unauthorized", "code": 0}, 401)
    body = json.loads(await request.read() or b"null")
    asked, channel = _about(discord, request.method, path)
    discord.asked.append((asked, channel))
    work: Callable[[], Awaitable[web.Response]] = partial(_work, discord, request, path, body)
    act = discord.script.next(asked, channel)
    discord.underway += 1
    try:
        return await (work() if act is None else act(request, work))
    finally:
        discord.underway -= 1


def _about(discord: Discord, method: str, path: list[str]) -> tuple[Asked, str]:
    match method, path:
        case "POST", ["channels", channel, "messages"]:
            asked = Asked.WORD if channel in discord.threads else Asked.MESSAGE
            return asked, discord.home(channel)
        case "GET", ["channels", channel, "messages"]:
            return Asked.HISTORY, discord.home(channel)
        case "POST", ["channels", channel, "messages", _, "threads"]:
            return Asked.THREAD, channel
        case _, ["guilds", _, "members", person, "roles", _]:
            return Asked.ROLE, person
        case _, ["interactions" | "webhooks", *_]:
            return Asked.ANSWER, ""
    return Asked.OTHER, ""


async def _work(discord: Discord, request: web.Request, path: list[str], body: Any) -> web.Response:
    match path[0]:
        case "channels":
            return _channel(discord, request, path, body)
        case "interactions" | "webhooks":
            return _interaction(discord, request, path, body)
        case "guilds":
            return _guild(discord, request, path)
    return _own(discord, request, path, body)


def _own(discord: Discord, request: web.Request, path: list[str], body: Any) -> web.Response:
    match request.method, path:
        case "GET", ["users", "@me"]:
            return answer(payloads.user())
        case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
            return answer(payloads.application())
        case "GET", ["applications", _, "commands"]:
            return answer(discord.commands)
        case "PUT", ["applications", _, "commands"]:
            return answer(discord.sync(body))
        case "POST", ["users", "@me", "channels"]:
            person = payloads.user(body["recipient_id"], "person")
            return answer({"id": f"{DIRECT}{person['id']}", "type": 1, "recipients": [person]})
    return _unknown()


def _guild(discord: Discord, request: web.Request, path: list[str]) -> web.Response:
    match request.method, path:
        case "GET", ["guilds", guild, "roles"]:
            return answer(payloads.guild(guild, ())["roles"])
        case "PUT" | "DELETE", ["guilds", guild, "members", person, "roles", role]:
            discord.put_role(guild, person, role, on=request.method == "PUT")
            return web.Response(status=204)
    return _unknown()


def _channel(discord: Discord, request: web.Request, path: list[str], body: Any) -> web.Response:
    match request.method, path:
        case "POST", ["channels", channel, "messages"]:
            return answer(discord.say(channel, body))
        case "GET", ["channels", channel, "messages"] if channel in discord.unreadable:
            return answer({"message": "Missing Access", "code": 50001}, 403)
        case "GET", ["channels", channel, "messages"]:
            return answer(_history(discord, channel, request))
        case "POST", ["channels", channel, "messages", message, "threads"]:
            opened = discord.open_thread(channel, message, body["name"])
            told = {"message": "A thread has already been created for this message", "code": THREAD_EXISTS}
            return answer(told, 400) if opened is None else answer(opened)
    return _unknown()


def _interaction(discord: Discord, request: web.Request, path: list[str], body: Any) -> web.Response:
    match request.method, path:
        case "POST", ["interactions", interaction, _, "callback"]:
            return _answered(discord, interaction, body)
        case "PATCH" | "POST", ["webhooks", _, token, *_]:
            discord.answered(token.removeprefix("token-"), body)
            return answer(payloads.message(discord.new_id(), "0", discord.clock().isoformat(), body))
        case "DELETE", ["webhooks", *_]:
            return web.Response(status=204)
    return _unknown()


def _history(discord: Discord, channel: str, request: web.Request) -> Any:
    asked = request.query
    after, before = int(asked.get("after", "0")), int(asked.get("before", str(2**63)))
    return discord.history(channel, int(asked.get("limit", "50")), after=after, before=before)


def _answered(discord: Discord, interaction: str, body: Any) -> web.Response:
    if "data" in body and "embeds" in (body["data"] or {}):
        discord.answered(interaction, body["data"])
    said = {"id": interaction, "type": 2, "response_message_id": discord.new_id()}
    return answer({"interaction": said})
