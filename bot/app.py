"""The composition root: the one file that knows everybody."""

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from bot.commands.memory import Memory
from bot.commands.table import COMMANDS
from bot.core.command import Command
from bot.core.errors import StartupError
from bot.core.identity import account_of
from bot.core.platform import Message, TryLater
from bot.core.reply import Aloud, Notice
from bot.dispatch import Dispatcher
from bot.jobs.deliver import Delivery
from bot.jobs.presence import Presence
from bot.jobs.tick import Ticker
from bot.jobs.zone_rules import follow_zone_rules
from bot.pictures.studio import Studio
from bot.platforms.discord import DiscordPlatform
from bot.platforms.discord.client import Client
from bot.platforms.discord.requests import NAME
from bot.running import Running, Serving
from bot.settings import Settings
from bot.store import erasures, health, migrating, notes, planning, roadmaps
from bot.store.alone import alone
from bot.store.database import Database
from bot.store.faults import Unavailable
from bot.study.reading import RoadmapInvalid
from bot.study.roadmap_files import default_folder, load_folder
from bot.study.zones import use_packaged_zones

if TYPE_CHECKING:
    from bot.platforms.slack import SlackPlatform

log = logging.getLogger("roadmate")


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _refused_if_unwritable() -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        raise StartupError(f"The database can't be written: {error}. Nothing was changed.") from error


class App:
    """The whole bot. Making one contacts nobody and opens nothing; entering it opens and fills the database.

    `clock` gives aware UTC. Entering starts no task; `run` does. Can be left, and another one opened on the
    same file in the same process.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = _utc_now,
        extra_commands: Sequence[Command] = (),
    ) -> None:
        self.settings, self.clock = settings, clock
        commands = (*COMMANDS, *extra_commands)
        self.memory = Memory()
        self.database = Database(settings.database_url)
        self.notes = notes.Notes(self.database)
        self.studio = Studio()
        catch_up = timedelta(hours=settings.catch_up_hours)
        self.dispatcher = Dispatcher(
            self.database,
            {command.name: command for command in commands},
            self.memory,
            clock,
            catch_up,
            self._deliver_now,
            self._post_url,
            settings.erased_file,
            draw=self.studio.draw,
            speak=self._speak,
        )
        presence = Presence(self.database, NAME, clock)
        self.platform = DiscordPlatform(
            commands,
            self.dispatcher.handle,
            self.dispatcher.suggest,
            self.notes,
            presence.left,
            presence.came,
            clock,
            settings.shards,
        )
        self.slack = self._slack(commands) if settings.serves_slack else None
        self.delivery = Delivery(
            self.database,
            lambda: self.memory.catalog,
            [self.platform, *([self.slack] if self.slack else [])],
            clock,
            catch_up,
            shards=settings.shards,
        )
        keep = timedelta(days=settings.purge_days)
        self.ticker = Ticker(
            self.database,
            lambda: self.memory.catalog,
            self.delivery,
            clock,
            catch_up,
            keep,
            news=self.memory.news,
        )

    def _slack(self, commands: Sequence[Command]) -> "SlackPlatform":
        """The other platform, and its SDK, only where it is wanted."""
        try:
            from bot.platforms.slack import Access, SlackPlatform
        except ModuleNotFoundError as error:
            raise StartupError(
                f"Slack needs the package {error.name}. Install it with: pip install 'roadmate[slack]'."
            ) from error
        from bot.store.vault import Vault

        settings, presence = self.settings, Presence(self.database, "slack", self.clock)
        access = Access(
            bot_token=_plain(settings.slack_bot_token),
            app_token=_plain(settings.slack_app_token),
            signing_secret=_plain(settings.slack_signing_secret),
            client_id=settings.slack_client_id,
            client_secret=_plain(settings.slack_client_secret),
            keys=settings.slack_keys,
            host=settings.slack_host,
            port=settings.slack_port,
        )
        return SlackPlatform(
            commands,
            self.dispatcher.handle,
            Vault(self.database, "slack"),
            self.notes,
            presence.left,
            presence.came,
            self.clock,
            access,
        )

    @property
    def discord(self) -> Client:
        """The Discord client with its command tree, not logged in until `run`."""
        return self.platform.client

    async def __aenter__(self) -> Self:
        """Open and migrate the database and publish the roadmaps. Raises StartupError."""
        use_packaged_zones()
        # Migrating first in a thread: it waits for the disk and must not hold the loop.
        await asyncio.to_thread(migrating.upgrade, self.settings.database_url)
        self.database.open()
        try:
            await self.reload()
        except BaseException:
            self.database.close()
            raise
        self.delivery.began = self.clock()
        # What is loaded by now stays: looking through it for garbage again and again would stall the loop for 70 ms.
        gc.freeze()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let what is in flight finish and close the database."""
        gc.unfreeze()
        self.studio.close()
        await asyncio.to_thread(self.database.close)

    async def reload(self) -> None:
        """Publish the roadmap files and take them into memory. Raises StartupError naming every problem."""
        folder = self.settings.roadmap_folder or default_folder()
        try:
            found = load_folder(folder)
        except RoadmapInvalid as error:
            raise StartupError(str(error)) from error
        now = self.clock()
        with _refused_if_unwritable():
            await self.database.write(lambda session: roadmaps.publish(session, found, now))
            await self.database.write(lambda session: erasures.replay(session, self.settings.erased_file))
            await self.database.write(follow_zone_rules)
        self.memory.catalog = await self.database.read(roadmaps.load_catalog)
        self.memory.seats.clear()

    async def tick(self) -> None:
        """Plan what is due at the clock's now and send it. A platform that is not ready keeps its posts queued."""
        await self.ticker.tick()

    async def next_due(self) -> datetime | None:
        """When the next tick has something to do, or None when nothing is planned."""
        return await self.database.read(planning.next_due)

    async def run(self) -> None:
        """Run until SIGTERM or Ctrl-C, then finish what is in flight within ten seconds. Raises StartupError."""
        if self.settings.discord_token is None and self.slack is None:
            raise StartupError("Neither DISCORD_TOKEN nor SLACK_BOT_TOKEN is set.")
        with alone(self.settings.database_url, self.settings.shards):
            await asyncio.to_thread(migrating.upgrade_apart, self.settings.database_url)
            async with self:
                # A read-only file is noticed by the first change only, and that should be now.
                with _refused_if_unwritable():
                    now, shards = self.clock(), self.settings.shards
                    await self.database.write(lambda session: health.beat(session, now, shards))
                await self.running().until_stopped()

    def running(self) -> Running:
        """The process around the bot."""
        token = self.settings.discord_token
        serving: list[Serving] = []
        if token is not None:
            serving.append(Serving(self.platform, partial(self.platform.run, token.get_secret_value())))
        if self.slack is not None:
            serving.append(Serving(self.slack, self.slack.run))
        return Running(self.settings, self.clock, self.dispatcher, self.ticker, serving)

    async def _deliver_now(self, post: int) -> None:
        await self.delivery.run(only=post)

    async def _speak(self, platform: str, workspace: str, aloud: Aloud | Notice) -> None:
        if isinstance(aloud, Notice):
            platform, person = account_of(aloud.person)
        known = next((p for p in self.delivery.platforms if p.name == platform), self.platform)
        if not known.ready():
            raise TryLater("the platform is not ready")
        if isinstance(aloud, Notice):
            if not await known.tell("", person, aloud.reply):
                raise TryLater("the person takes no messages")
            return
        await known.send(Message(aloud.channel, aloud.reply, aloud.nonce, aloud.nonce, workspace=workspace))

    def _post_url(self, platform: str, workspace: str, channel: str, message_id: str) -> str:
        known = next((p for p in self.delivery.platforms if p.name == platform), self.platform)
        return known.message_url(workspace, channel, message_id)
