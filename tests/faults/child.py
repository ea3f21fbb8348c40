"""What happens in the bot's own process: `python -m bot run`, pointed at the loopback Discord.

    python -m tests.faults.child ORDER      run it
    python -m tests.faults.child            import everything once, then fork a bot for each order on stdin

ORDER is a line of JSON (`Order`). Forking saves the second that importing takes, hundreds of times over; what is
forked is a process of its own with nothing started in it.
"""

import json
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

import discord.gateway
import discord.http
import yarl

import bot.app
import bot.cli
import bot.logs
import bot.settings
import bot.store.migrating
from bot import keeping
from bot.jobs import nudging, scheduler
from bot.platforms.discord import faults, sending, traffic
from bot.platforms.slack import pacing as slack_pacing
from bot.platforms.slack import sending as slack_sending
from bot.platforms.slack import web as slack_web
from bot.store import grants, nudges, queue
from bot.study import roadmap_files
from tests.faults.clock import SharedClock


@dataclass(frozen=True)
class Order:
    """How to run one bot. `clock` names the file of the clock; `without` is a defence to take out.

    `pause` is how long a task that died is waited for, in seconds; 0 leaves it as it is.
    """

    port: int
    environment: dict[str, str]
    log: str = ""
    clock: str = ""
    without: str = ""
    limit: float = 0.0
    heartbeat_timeout: float = 60.0
    pause: float = 0.0

    def text(self) -> str:
        """One line."""
        return json.dumps(asdict(self))


SLACK_API = "SLACK_API"
"""Where the loopback Slack is, in the environment of a bot that is to use it."""
POINTS = (
    *("planned", "claiming", "recording", "recorded", "thread recording"),
    *("nudge passing on", "nudge planned", "nudge claiming", "nudge recording"),
    *("role claiming", "role recording"),
)
"""Where a bot can be told to die that no server can see: before the claim, before it is committed, before the
outcome is committed, after that and before the thread, and before the thread's outcome is committed; of a private
message also before what was planned for each member is committed."""


def become(order: Order) -> None:
    """Be the bot until it ends."""
    os.environ.update(order.environment)
    discord.http.Route.BASE = f"http://127.0.0.1:{order.port}/api"
    gateway = yarl.URL(f"ws://127.0.0.1:{order.port}/gateway")
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
    if api := order.environment.get(SLACK_API):
        slack_web.API, slack_pacing.GAP = api, 0.0
    if order.clock:
        _keep_time(SharedClock(Path(order.clock)), order)
    if order.limit:
        faults.LIMIT = order.limit
    if order.pause:
        keeping.FIRST_PAUSE, keeping.GROWTH = order.pause, 1.0
    if order.without:
        WITHOUT[order.without]()
    sys.argv = ["bot", "run"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _keep_time(clock: SharedClock, order: Order) -> None:
    made = bot.app.App

    def app(settings: bot.settings.Settings) -> bot.app.App:
        found = made(settings, clock=clock)
        connection = found.discord._connection
        # It waits that long for servers that do not come, at every start.
        connection.guild_ready_timeout = 0.1
        connection.heartbeat_timeout = order.heartbeat_timeout
        return found

    bot.app.App = app  # type: ignore[assignment,misc]
    queue.claim = _dying(clock, queue.claim, before="planned", after="claiming")
    queue.record_sent = _dying(clock, queue.record_sent, after="recording")
    queue.record_thread = _dying(clock, queue.record_thread, after="thread recording")
    queue.claim_threads = _dying(clock, queue.claim_threads, before="recorded")
    nudging.pass_on = _dying(clock, nudging.pass_on, after="nudge passing on")
    nudges.claim = _dying(clock, nudges.claim, before="nudge planned", after="nudge claiming")
    nudges.record_sent = _dying(clock, nudges.record_sent, after="nudge recording")
    grants.claim = _dying(clock, grants.claim, after="role claiming")
    grants.record_done = _dying(clock, grants.record_done, after="role recording")


def _dying(
    clock: SharedClock, work: Callable[..., Any], before: str = "", after: str = ""
) -> Callable[..., Any]:
    """A store function that can be the last thing its process does; `after` is before the commit."""

    @wraps(work)
    def passed(*args: Any, **kwargs: Any) -> Any:
        if before:
            clock.passing(1 + POINTS.index(before))
        done = work(*args, **kwargs)
        if after and (done is None or done):
            clock.passing(1 + POINTS.index(after))
        return done

    return passed


def _without_nonce() -> None:
    send = discord.abc.Messageable.send

    async def forgetful(self: Any, *args: Any, nonce: object = None, **kwargs: Any) -> Any:
        return await send(self, *args, **kwargs)

    discord.abc.Messageable.send = forgetful  # type: ignore[assignment,method-assign]


def _without_claim() -> None:
    # The rows are taken as before, but nothing is written that a second attempt could know the first one by. Nor is
    # there the look into the history that a new process gives to whatever came due before it.
    _without_history()
    claim = queue.claim

    def careless(session: Any, *args: Any, **kwargs: Any) -> Any:
        with session.connection().begin_nested() as nothing:
            found = claim(session, *args, **kwargs)
            nothing.rollback()
        return found

    queue.claim = careless


def _without_history() -> None:
    async def blind(*_: object) -> None:
        return None

    sending.find = blind
    slack_sending.Sending.find = blind  # type: ignore[assignment,method-assign]


def _without_first_scheduler() -> None:
    # It runs and has nothing to do, as if its timer had died; after two seconds that is noticed.
    made, before = scheduler.scheduler, []

    def dead_at_first(*args: Any) -> Any:
        ticks = made(*args)
        if not before:
            ticks.remove_job(scheduler.TICK)
        before.append(ticks)
        return ticks

    scheduler.scheduler = dead_at_first
    scheduler.ticking.__defaults__ = (2.0,)


def _without_first_answer() -> None:
    # discord.py repeats by itself then.
    traffic.SERVER_ERROR = 1000


def _without_pace() -> None:
    async def at_once(_: object) -> None:
        return None

    traffic.Pace.turn = at_once  # type: ignore[assignment,method-assign]


WITHOUT = {
    "first scheduler": _without_first_scheduler,
    "nonce": _without_nonce,
    "claim": _without_claim,
    "history": _without_history,
    "first answer": _without_first_answer,
    "pace": _without_pace,
}


def fork_for_each_order() -> None:
    """Fork a bot for every line, and say its process id."""
    # Nobody waits for the dead ones here; whoever started them sees them go.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _read_the_roadmaps()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            _forked(order)
        print(pid, flush=True)  # noqa: T201 - it is read by the parent


def _read_the_roadmaps() -> None:
    # Every bot would read the same text again, which is most of its start.
    roadmap_files.check = cache(roadmap_files.check)
    roadmap_files.load_folder(roadmap_files.default_folder())


def _forked(order: Order) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order.log or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    try:
        become(order)
    except Exception:  # noqa: BLE001 - nothing may get out of a fork
        traceback.print_exc()
    finally:
        os._exit(0)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        become(Order(**json.loads(sys.argv[1])))
    else:
        fork_for_each_order()
