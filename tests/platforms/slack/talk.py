"""Talk to the bot on Slack as people do: `await slack.say(ALICE, "/study done docker")`, `await slack.click(…)`."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from urllib.parse import urlencode

import aiohttp

from tests.platforms.slack.fake import FakeSlack, Payload

SECRET = "signing-secret"  # noqa: S105 - a secret of a Slack that is none
OLIVIA, ALICE, BOB, CHARLIE = "U1OLIVIA", "U2ALICE", "U3BOB", "U4CHARLIE"
STUDY, RANDOM, LOBBY = "C1STUDY", "C2RANDOM", "C3LOBBY"


@dataclass
class Said:
    """What the bot answered, as a person reads it."""

    title: str = ""
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    footer: str = ""
    buttons: list[str] = field(default_factory=list)
    private: bool = False
    message: Payload = field(default_factory=dict)
    view: Payload | None = None
    place: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        """Everything there is to read."""
        parts = (self.title, self.text, *(f"{k}\n{v}" for k, v in self.fields.items()), self.footer)
        return "\n".join(filter(None, parts))

    def __contains__(self, words: str) -> bool:
        """Whether the words can be read somewhere, in whatever case."""
        return words.lower() in str(self).lower()


class Slack:
    """People in front of their clients. `team_of` says which workspace they are in."""

    def __init__(self, fake: FakeSlack, clock: Callable[[], datetime], port: Callable[[], int]) -> None:
        self.fake, self.clock, self._port = fake, clock, port
        self.session = aiohttp.ClientSession()
        self.statuses: list[int] = []

    async def close(self) -> None:
        """Switch the clients off."""
        await self.session.close()

    async def deliver(self, body: str, kind: str, headers: dict[str, str] | None = None) -> int:
        """Send something signed, as Slack does, and return the status of the acknowledgement."""
        timestamp = str(int(self.clock().timestamp()))
        digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
        # Each of Slack's own requests differs in some letter; here a counter stands for that.
        signed = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "Content-Type": kind,
            **(headers or {}),
        }
        url = f"http://127.0.0.1:{self._port()}/slack/events"
        async with self.session.post(url, data=body.encode(), headers=signed) as response:
            await response.read()
            self.statuses.append(response.status)
            return response.status

    def command(self, user: str, text: str, channel: str = STUDY) -> Payload:
        """What a slash command carries."""
        name, _, rest = text.partition(" ")
        shown = self.fake.channels[channel]
        return {
            "command": name,
            "text": sent(rest),
            "team_id": self.fake.users[user]["team_id"],
            "team_domain": "mlops",
            "channel_id": channel,
            "channel_name": "privategroup" if shown.private else shown.name or "directmessage",
            "user_id": user,
            "user_name": self.fake.users[user]["name"],
            "api_app_id": "A1",
            "trigger_id": self.fake.number("trigger."),
            "response_url": self.fake.hook(channel, user),
        }

    async def send_command(self, body: Payload, **headers: str) -> int:
        """Deliver a slash command."""
        return await self.deliver(urlencode(body), "application/x-www-form-urlencoded", headers)

    async def say(self, user: str, text: str, channel: str = STUDY) -> Said:
        """Type a command and read the answer."""
        before = self._messages(channel, user)
        body = self.command(user, text, channel)
        assert await self.send_command(body) == 200
        return await self._answer(channel, user, before)

    async def click(self, user: str, shown: "Said | Payload", label: str, channel: str = STUDY) -> Said:
        """Click a button by its label."""
        message = shown.message if isinstance(shown, Said) else shown
        found = [e for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
        button = next(
            e for e in found if e["text"]["text"].split(" ", 1)[-1] == label or e["text"]["text"] == label
        )
        return await self.press(user, button["action_id"], message, channel, label)

    async def press(
        self,
        user: str,
        action_id: str,
        message: Payload | None = None,
        channel: str = STUDY,
        label: str = "x",
    ) -> Said:
        """Press a button that carries any id, as a changed client can."""
        before, body = self._messages(channel, user), self.pressed(user, action_id, message, channel, label)
        changed = json.dumps(message)
        assert await self.send_click(body) == 200
        return await self._answer(channel, user, before, body["trigger_id"], message, changed)

    def pressed(
        self, user: str, action_id: str, message: Payload | None, channel: str = STUDY, label: str = "x"
    ) -> Payload:
        """What a click carries."""
        message = message if message is not None else {"ts": self.fake.ts(), "blocks": []}
        team = self.fake.users[user]["team_id"]
        rows = [b for b in message["blocks"] if b["type"] == "actions"]
        row = next((b for b in rows if action_id in [e["action_id"] for e in b["elements"]]), {})
        action = {
            "type": "button",
            "action_id": action_id,
            "block_id": row.get("block_id", "x"),
            "action_ts": self.fake.ts(),
            "text": {"type": "plain_text", "text": label},
        }
        shown = self.fake.channels[channel]
        return {
            "type": "block_actions",
            "team": {"id": team, "domain": "mlops"},
            "user": {"id": user, "team_id": team, "username": self.fake.users[user]["name"]},
            "api_app_id": "A1",
            "channel": {
                "id": channel,
                "name": "privategroup" if shown.private else shown.name or "directmessage",
            },
            "container": {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": channel,
                "is_ephemeral": bool(message.get("ephemeral")),
                **({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}),
            },
            "message": message,
            "actions": [action],
            "trigger_id": self.fake.number("trigger."),
            "response_url": self.fake.hook(channel, user, message),
        }

    async def send_click(self, body: Payload, **headers: str) -> int:
        """Deliver a click or a form."""
        text = urlencode({"payload": json.dumps(body)})
        return await self.deliver(text, "application/x-www-form-urlencoded", headers)

    async def fill_in(self, user: str, shown: Said, channel: str = STUDY, **values: str) -> Said:
        """Fill in and submit the form that a button has shown."""
        assert shown.view is not None, "no form was shown"
        before, body = self._messages(channel, user), self.filled(user, shown.view, **values)
        assert await self.send_click(body) == 200
        return await self._answer(channel, user, before)

    def filled(self, user: str, view: Payload, **values: str) -> Payload:
        """What a form carries that was sent."""
        state = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": "plain_text_input",
                    "value": values.get(block["block_id"], block["element"].get("initial_value")),
                }
            }
            for block in view["blocks"]
        }
        team = self.fake.users[user]["team_id"]
        return {
            "type": "view_submission",
            "team": {"id": team, "domain": "mlops"},
            "user": {"id": user, "team_id": team, "username": self.fake.users[user]["name"]},
            "api_app_id": "A1",
            "view": {**view, "hash": self.fake.number("h"), "state": {"values": state}},
        }

    async def event(self, team: str, event: Payload, event_id: str = "", **headers: str) -> int:
        """Deliver an event."""
        body = {
            "type": "event_callback",
            "team_id": team,
            "api_app_id": "A1",
            "event_id": event_id or self.fake.number("Ev"),
            "event_time": int(self.clock().timestamp()),
            "event": event,
        }
        return await self.deliver(json.dumps(body), "application/json", headers)

    async def call(self, user: str, text: str, channel: str = STUDY, thread: str = "") -> Said:
        """Call the bot by its name in a channel or a thread."""
        before = self._messages(channel, user)
        event = {
            "type": "app_mention",
            "user": user,
            "text": f"<@U0BOT> {sent(text)}",
            "ts": self.fake.ts(),
            "channel": channel,
            **({"thread_ts": thread} if thread else {}),
        }
        assert await self.event(self.fake.users[user]["team_id"], event) == 200
        return await self._answer(channel, user, before)

    def _messages(self, channel: str, user: str) -> int:
        return len(self._public(channel)) + len(self.fake.private[channel, user])

    def _public(self, channel: str) -> list[Payload]:
        """What was answered for all to read: no posts, and no files."""
        messages = self.fake.channels[channel].messages
        return [m for m in messages if not m.get("metadata") and "file" not in m]

    async def _answer(
        self,
        channel: str,
        user: str,
        before: int,
        trigger: str = "",
        message: Payload | None = None,
        unchanged: str = "",
    ) -> Said:
        def found() -> Said | None:
            if trigger in self.fake.views:
                view = self.fake.views[trigger]
                return Said(title=view["title"]["text"], view=view)
            if message is not None and json.dumps(message) != unchanged:
                return read(message)
            if self._messages(channel, user) == before:
                return None
            mine, all_ = self.fake.private[channel, user], self._public(channel)
            return read(max((*mine[-1:], *all_[-1:]), key=lambda m: m["ts"].partition(".")[2]))

        said: Said = await self.fake.until(found)
        return said


def sent(text: str) -> str:
    """What Slack makes of something typed: mentions stay, addresses are wrapped, three signs are escaped."""
    parts = re.split(r"(<[@#][A-Z0-9]+(?:\|[^<>]*)?>|https?://[^\s<>|]+)", text)
    return "".join(
        (f"<{part}>" if part.startswith("http") else part) if number % 2 else escape(part, quote=False)
        for number, part in enumerate(parts)
    )


def read(message: Payload) -> Said:
    """Read a message of the bot's."""
    said = Said(private=bool(message.get("ephemeral")), message=message)
    paragraphs = []
    for block in message.get("blocks") or []:
        match block["type"]:
            case "header":
                said.title = block["text"]["text"]
            case "section":
                paragraphs.append(block["text"]["text"])
            case "context":
                said.footer = "\n".join(element["text"] for element in block["elements"])
            case "actions":
                said.buttons += [element["text"]["text"] for element in block["elements"]]
    for paragraph in paragraphs:
        head, _, rest = paragraph.partition("\n")
        if head.startswith("*") and head.endswith("*") and rest and not head.strip("*").startswith("+"):
            said.fields[head.strip("*")] = rest
        else:
            said.text = "\n".join(filter(None, (said.text, paragraph)))
    return said
