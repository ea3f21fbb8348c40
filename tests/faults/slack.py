"""The same rounds of kill -9 on Slack: a loopback Slack in place of Discord, and the judge is what stands in it."""

import asyncio
import hashlib
import hmac
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.faults.child import SLACK_API, Order
from tests.faults.clock import SharedClock
from tests.faults.payloads import ORGANIZER, Payload
from tests.faults.process import Nursery
from tests.faults.script import Asked, Script
from tests.faults.world import SETTLES_WITHIN, World
from tests.platforms.slack.fake import FakeSlack

SECRET, TEAM = "signing-secret", "T1"
KINDS = {"roadmate_post": (Asked.MESSAGE,), "roadmate_discussion": (Asked.THREAD, Asked.WORD)}
"""What a message is, as the rounds know it: on Slack a thread and its first word are one."""


class Side:
    """Slack, as the rounds and the count know Discord."""

    def __init__(self, fake: FakeSlack, channels: list[str]) -> None:
        self.fake, self.script, self.guilds = fake, Script(), {TEAM: channels}
        fake.meets = self._meets

    def _meets(self, method: str, body: Payload) -> Any:
        kind = (body.get("metadata") or {}).get("event_type") if method == "chat.postMessage" else None
        acts = (self.script.next(asked, body["channel"]) for asked in KINDS.get(kind, ()))
        return next((act for act in acts if act is not None), None)

    def _of(self, channel: str, kind: str) -> list[Payload]:
        messages = self.fake.channels[channel].messages
        return [m for m in messages if (m.get("metadata") or {}).get("event_type") == kind]

    def posts(self, channel: str) -> list[Payload]:
        """What people see of the posts in a channel."""
        return [{"id": message["ts"]} for message in self._of(channel, "roadmate_post")]

    @property
    def messages(self) -> dict[str, list[Payload]]:
        """What was said under each post."""
        found: dict[str, list[Payload]] = defaultdict(list)
        for channel in self.guilds[TEAM]:
            for message in self._of(channel, "roadmate_discussion"):
                found[message["thread_ts"]].append(message)
        return found

    @property
    def threads(self) -> set[str]:
        """Posts that are discussed."""
        return set(self.messages)

    def give_up_answers(self) -> None:
        """Slack keeps nobody waiting."""


class SlackWorld(World):
    """One bot on one database in one workspace, whose clock stands in a file."""

    fake: FakeSlack
    api: str
    port: int

    def order(self) -> Order:
        """How the bot is run here."""
        own = {
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_PORT": str(self.port),
            SLACK_API: self.api,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "TICK_SECONDS": "1",
            "LOG_FORMAT": "json",
            "HEALTH_PORT": "0",
        }
        log, clock = str(self.folder / "bot.log"), str(self.folder / "clock")
        return Order(port=1, environment=own, log=log, clock=clock, without=self.without)

    async def start(self) -> None:
        """Start the bot, and wait until Slack can reach it."""
        self.fork()
        async with asyncio.timeout(SETTLES_WITHIN):
            while not await self._is_there():  # noqa: ASYNC110 - another process is watched
                await asyncio.sleep(0.02)
        self.gateway.identified.set()

    async def _is_there(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def say(
        self, channel: str, person: str, command: str, within: float = 5.0, **options: str
    ) -> Payload | None:
        """Say a command, and return the answer; None where none came."""
        if person not in self.fake.users:
            self.fake.user(person, f"person-{person}", is_admin=person == ORGANIZER)
        async with asyncio.timeout(SETTLES_WITHIN):
            await self.gateway.identified.wait()
        answers = self.fake.private[channel, person]
        before = len(answers)
        text = " ".join((command, *(f"{name}:{value}" for name, value in options.items())))
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            await self._deliver(channel, person, text)
            await self.fake.until(lambda: len(answers) > before, within)
            header = next(b for b in answers[-1]["blocks"] if b["type"] == "header")
            return {"embeds": [{"title": header["text"]["text"]}]}
        return None

    async def _deliver(self, channel: str, person: str, text: str) -> None:
        body = urlencode(
            {
                "command": "/study",
                "text": text,
                "team_id": TEAM,
                "channel_id": channel,
                "channel_name": channel.lower(),
                "user_id": person,
                "trigger_id": self.fake.number("trigger."),
                "response_url": self.fake.hook(channel, person),
            }
        )
        timestamp = str(int(self.clock().timestamp()))
        digest = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        url = f"http://127.0.0.1:{self.port}/slack/events"
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers):
            return

    def rows(self, question: str, *values: Any) -> list[Any]:
        """Ask the bot's file; people by their ids in this workspace."""
        found = super().rows(question, *values)
        own = f"slack:{TEAM}."
        return [tuple(v.removeprefix(own) if isinstance(v, str) else v for v in row) for row in found]


@asynccontextmanager
async def slack_world(
    folder: Path, nursery: Nursery, groups: int, without: str = ""
) -> AsyncIterator[SlackWorld]:
    """A world on Slack without a bot in it yet."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything runs
    clock = SharedClock(folder / "clock")
    fake = FakeSlack(clock)
    channels = [f"C{number}" for number in range(groups)]
    for channel in channels:
        fake.channel(channel, channel.lower(), "U0BOT")
    gate: Any = SimpleNamespace(identified=asyncio.Event())
    side: Any = Side(fake, channels)
    made = SlackWorld(folder, nursery, side, gate, clock, without)
    made.fake, made.api, made.port = fake, await fake.start(), _free_port()
    try:
        yield made
    finally:
        await made.stop()
        await fake.stop()
    assert fake.refused == []


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
