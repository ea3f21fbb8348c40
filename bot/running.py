"""The bot as a process: its tasks, kept until somebody says stop, and a good end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.platform import Watched
from bot.dispatch import Dispatcher
from bot.jobs.backups import Backups
from bot.jobs.scheduler import ticking
from bot.jobs.tick import Ticker
from bot.keeping import Keeper
from bot.settings import Settings
from bot.store.backup import backup_folder

STOP_SECONDS = 10.0
CLOSING = 2.0
"""Seconds of those for leaving the platforms."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A platform and what keeps it connected."""

    platform: Watched
    run: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Running:
    """What a process does with a bot that is put together and whose database is open."""

    settings: Settings
    clock: Callable[[], datetime]
    dispatcher: Dispatcher
    ticker: Ticker
    serving: Sequence[Serving]
    keeper: Keeper = field(default_factory=Keeper)

    async def until_stopped(self) -> None:
        """Run until SIGTERM or Ctrl-C, and finish what is in flight within STOP_SECONDS.

        Raises StartupError when a task ends by itself, which only a fault that stays makes it do.
        """
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        tasks = [asyncio.create_task(work) for work in self._kept()]
        stopped = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await self._finish(tasks)
        for task in done - {stopped}:
            task.result()

    def _kept(self) -> list[Coroutine[Any, Any, None]]:
        keep, settings = self.keeper.keep, self.settings
        work = [
            *(keep(one.platform.name, one.run) for one in self.serving),
            keep("ticks", lambda: ticking(self.ticker, settings.tick_seconds)),
        ]
        backups = self._backups()
        if backups is not None:
            work.append(keep("backups", backups.run, most_deaths=None))
        if settings.health_port:
            work.append(keep("web", self.web(backups), most_deaths=None))
        return work

    def _backups(self) -> Backups | None:
        settings = self.settings
        folder = backup_folder(settings.database_url, settings.backup_keep, settings.backup_folder)
        return Backups(settings.database_url, folder, settings.backup_keep, self.clock) if folder else None

    def web(self, backups: Backups | None = None) -> Callable[[], Awaitable[None]]:
        """The server for health and metrics, with everybody told to report to it."""
        # Not needed by the demo and the tests, and 3 MB.
        from bot.web.metrics import Metrics
        from bot.web.server import serve
        from bot.web.vitals import Vitals

        metrics, settings = Metrics(), self.settings
        self.dispatcher.measure = metrics.command
        self.ticker.delivery.measure = metrics.post
        self.ticker.measure = metrics.tick
        vitals = Vitals(
            self.ticker.database,
            self.clock,
            settings.tick_seconds,
            [one.platform for one in self.serving],
            self.ticker.age,
            self.keeper,
            backups.age if backups else None,
        )
        return lambda: serve(settings.health_host, settings.health_port, vitals, metrics)

    async def _finish(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Send what is in flight, begin nothing by itself, answer who has asked, and leave the platforms."""
        self.ticker.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS - CLOSING - 1):
                await asyncio.gather(self.ticker.idle(), *(one.platform.idle() for one in self.serving))
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await asyncio.gather(*(one.platform.close() for one in self.serving))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
