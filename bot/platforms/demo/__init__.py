"""The real Discord platform on a simulated server, in the browser, without a token."""

import asyncio
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import simcord
from simcord.preview import Preview

from bot.core.command import Command
from bot.core.errors import StartupError
from bot.platforms.demo.forward import Forward
from bot.platforms.demo.inbox import inbox_command
from bot.platforms.demo.page import adapt
from bot.platforms.demo.world import BEGINNING, Bot, World, check_kept

SETTLE_SECONDS = 0.0005
"""SimCord looks this often whether work in a thread is done; its own 50 ms make every answer slow."""

LOOK_AGAIN = 2.0
"""Seconds after which it is looked whether the board has to say something else."""

PATIENCE = 30.0
"""Seconds that one click may take, on a slow machine."""

NAME = "Roadmate"
TAKEN = "Port {} is taken. Choose another one with --port, or 0 for any."

WELCOME = """\
Roadmate is running on a simulated Discord server. Open this address:

{}

Type /next in the channel, press Enter to pick the command and the arrow to send it; then press Done. Look at
/leaderboard, say /forward to let a week go by, and /inbox to see what you were told privately. "Viewing as" makes
you another member.
Ctrl-C ends it."""

MakeBot = Callable[[str, Callable[[], datetime], Sequence[Command]], AbstractAsyncContextManager[Bot]]
"""(database address, clock, further commands) -> the whole bot."""


class Clock:
    """The simulated server's clock; before there is a server it stands at the beginning."""

    env: simcord.Env | None = None

    def __call__(self) -> datetime:
        """The time as aware UTC."""
        return self.env.now() if self.env else BEGINNING


async def main(make_bot: MakeBot, *, port: int, open_browser: bool, keep: Path | None) -> None:
    """Run the demo until Ctrl-C, SIGTERM or the page's own end button. Raises StartupError for a taken port."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    # SimCord has no setting for this.
    cast("dict[str, float]", simcord.Env._settle_internal.__kwdefaults__)["idle"] = SETTLE_SECONDS  # noqa: SLF001
    adapt()
    await _first(stop.wait(), _run(make_bot, port, open_browser=open_browser, keep=keep))


async def _run(make_bot: MakeBot, port: int, *, open_browser: bool, keep: Path | None) -> None:
    clock, forward = Clock(), Forward()
    with _database(keep) as (address, is_new):
        further = [forward.command, inbox_command(lambda: clock.env)]
        async with make_bot(address, clock, further) as bot:
            if keep is not None and not is_new:
                await check_kept(bot, keep)
            clock.env = env = simcord.Env(bot.discord, check_errors=False, settle_timeout=PATIENCE)
            env.backend.bot_user.name = NAME
            # The server is there before the bot, which otherwise would hold itself for removed from it.
            world = World(env, bot)
            await env.start()
            try:
                await env.settle()
                # The page is there before the story, so that a taken port is told at once.
                async with _page(world, port) as page:
                    await (world.play_story() if is_new else world.go_on())
                    await page.refresh()
                    # The page opens at the newest message.
                    if history := world.channel.history():
                        await page.show(history[-1])
                    await _show(page, open_browser=open_browser)
                    await _first(page.wait_closed(), _drive(world, forward, page.refresh))
            finally:
                await env.shutdown()


@contextmanager
def _database(keep: Path | None) -> Iterator[tuple[str, bool]]:
    if keep is not None:
        yield f"sqlite:///{keep.absolute()}", not (keep.exists() and keep.stat().st_size)
        return
    with TemporaryDirectory(prefix="roadmate-demo-") as folder:
        yield f"sqlite:///{folder}/roadmate.db", True


@asynccontextmanager
async def _page(world: World, port: int) -> AsyncIterator[Preview]:
    page = world.env.preview(world.channel, viewers=tuple(world.people.values()), layout="channel", port=port)
    try:
        await page.__aenter__()
    except simcord.SetupError as error:
        if isinstance(error.__cause__, OSError):
            raise StartupError(TAKEN.format(port)) from error
        raise
    try:
        yield page
    finally:
        await page.close()


async def _show(page: Preview, *, open_browser: bool) -> None:
    print(WELCOME.format(page.url), flush=True)
    if open_browser and _has_desktop():
        # Some browsers are only back when they are closed.
        await asyncio.to_thread(webbrowser.open, page.url)


async def _drive(world: World, forward: Forward, refresh: Callable[[], Awaitable[None]]) -> None:
    """Go forward when somebody asked for it, and keep the board up to date, outside the bot's own tasks."""
    while True:
        try:
            days = await asyncio.wait_for(forward.wanted.get(), LOOK_AGAIN)
        except TimeoutError:
            await world.keep_up(refresh)
            continue
        await world.forward_to(world.env.now() + timedelta(days=days), refresh)


async def _first(*work: Coroutine[Any, Any, object]) -> None:
    """Do the work until the first part of it ends, and call the others off."""
    tasks = [asyncio.create_task(part) for part in work]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
