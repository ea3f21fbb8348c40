"""The whole bot on a new database, on a small Slack of ours whose clock is the bot's."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from bot.app import App
from bot.platforms.slack import pacing, web
from bot.settings import Settings
from tests.platforms.slack.fake import FakeSlack
from tests.platforms.slack.talk import (
    ALICE,
    BOB,
    CHARLIE,
    LOBBY,
    OLIVIA,
    RANDOM,
    SECRET,
    STUDY,
    Said,
    Slack,
    read,
)

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""A Thursday, as in the simulated Discord."""


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now


class SlackWorld:
    """The workspace T1 with #study and #random, and T2 next door; olivia is an admin here, charlie over there."""

    def __init__(self, make: Callable[[], App], clock: Watch) -> None:
        self._make, self.clock = make, clock
        self.app = make()
        self.fake = FakeSlack(clock)
        self._stack = AsyncExitStack()

    async def start(self, monkeypatch: pytest.MonkeyPatch) -> Self:
        """Bring Slack to life and the bot into it."""
        monkeypatch.setattr(web, "API", await self.fake.start())
        monkeypatch.setattr(pacing, "GAP", 0.0)
        self._people()
        await self._open()
        self.slack = Slack(self.fake, self.clock, lambda: self.app.slack.port)  # type: ignore[union-attr]
        return self

    def _people(self) -> None:
        fake = self.fake
        fake.tokens["xoxb-2"] = "T2"
        fake.user(OLIVIA, "olivia", is_admin=True, tz="Etc/UTC")
        fake.user(ALICE, "alice", tz="Europe/Berlin")
        fake.user(BOB, "bob")
        fake.user(CHARLIE, "charlie", "T2", is_owner=True)
        fake.channel(STUDY, "study", "U0BOT", OLIVIA, ALICE, BOB)
        fake.channel(RANDOM, "random", "U0BOT", OLIVIA, ALICE, BOB)
        fake.channel(LOBBY, "lobby", "U0BOT", CHARLIE)

    async def _open(self) -> None:
        await self._stack.enter_async_context(self.app)
        assert self.app.slack is not None
        await self.app.slack.start()
        self._stack.push_async_callback(self.app.slack.close)

    async def restart(self) -> None:
        """Stop the bot and start another one on the same database."""
        await self._stack.aclose()
        self.app = self._make()
        await self._open()

    async def days(self, count: float) -> None:
        """Let days pass, with the bot looking at its clock once a day."""
        while count > 0:
            self.clock.now += timedelta(days=min(count, 1))
            await self.app.tick()
            count -= 1

    def posts(self, channel: str = STUDY) -> list[Said]:
        """What the bot has posted in a channel by itself, oldest first."""
        return [
            read(m)
            for m in self.fake.channels[channel].messages
            if (m.get("metadata") or {}).get("event_type") == "roadmate_post"
        ]

    async def stop(self) -> None:
        """Take the bot and Slack down."""
        await self.slack.close()
        await self._stack.aclose()
        await self.fake.stop()
        assert self.fake.refused == []


@pytest.fixture
def watch() -> Watch:
    """The time for the bot of this test."""
    return Watch()


@pytest.fixture
def slack_settings(url: str) -> dict[str, Any]:
    """What an operator sets; a test may set something else."""
    return {
        "database_url": url,
        "slack_bot_token": "xoxb-1",
        "slack_signing_secret": SECRET,
        "slack_port": 0,
    }


@pytest.fixture
def make_slack_app(slack_settings: dict[str, Any], watch: Watch) -> Callable[[], App]:
    """Make the whole bot, on one database for the whole test."""
    return lambda: App(Settings(_env_file=None, **slack_settings), clock=watch)


@pytest.fixture
async def there(
    make_slack_app: Callable[[], App], watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SlackWorld]:
    """The whole bot in a small Slack."""
    world = await SlackWorld(make_slack_app, watch).start(monkeypatch)
    try:
        yield world
    finally:
        await world.stop()


@pytest.fixture
async def grouped(there: SlackWorld) -> SlackWorld:
    """The same with a study group in #study."""
    await there.slack.say(OLIVIA, "/study setup")
    return there
