"""Memory of the whole bot when ready with a thousand servers, beside a bare discord.py client with the same."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import discord

from benchmarks.figures import Figure, median

GUILDS, CHANNELS, TIMES = 1000, 5, 3
BOT = 10**17


def run() -> list[Figure]:
    """Measure and return the figures; each process is a fresh one."""
    taken: dict[str, list[float]] = {"bare": [], "bot": []}
    with tempfile.TemporaryDirectory() as compiled:
        _fresh("bot", compiled)
        for _ in range(TIMES):
            for kind, found in taken.items():
                found.append(_fresh(kind, compiled))
    bare, bot = median(taken["bare"]), median(taken["bot"])
    shown = f"bare discord.py, same intents and servers: {bare:.0f} MB"
    return [Figure(f"memory above it, {GUILDS:,} servers ({bot:.0f} MB)", bot - bare, "MB", 60.0, shown)]


def _fresh(kind: str, compiled: str) -> float:
    """Measure in a new process that finds every module compiled, as pip leaves them: compiling takes memory too."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.memory", kind]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = compiled
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603 - ourselves
    return float(done.stdout)


async def measure(kind: str) -> float:
    """Megabytes of this process once the client is ready."""
    async with AsyncExitStack() as stack:
        if kind == "bare":
            client = discord.Client(intents=discord.Intents(guilds=True))
        else:
            client = await stack.enter_async_context(_bot())
        await _make_ready(client)
        return _resident()


@asynccontextmanager
async def _bot() -> AsyncIterator[discord.Client]:
    """The bot as `run` leaves it: the command line, logging, a migrated database, the roadmaps, the scheduler."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    import bot.cli  # noqa: F401 - whoever starts the bot has it loaded
    from bot.app import App
    from bot.logs import set_up
    from bot.settings import Settings
    from bot.store import migrating

    set_up("WARNING", "json")
    with tempfile.TemporaryDirectory() as folder:
        app = App(Settings(database_url=f"sqlite:///{Path(folder) / 'bench.db'}", _env_file=None))
        migrating.upgrade_apart(app.settings.database_url)
        async with app:
            server = asyncio.create_task(app.running().web()())  # health and metrics
            scheduler = AsyncIOScheduler()
            scheduler.add_job(app.ticker.guarded, "interval", seconds=15)
            scheduler.start()
            await app.tick()
            yield app.discord
            scheduler.shutdown(wait=False)
            server.cancel()


async def _make_ready(client: discord.Client) -> None:
    """Hand the client what Discord sends after connecting, through its own parsers, as text from the wire."""
    await client._async_setup_hook()  # noqa: SLF001 - what logging in does first
    state = client._connection  # noqa: SLF001 - where events come in
    state.parsers["READY"](json.loads(json.dumps(_ready())))
    for number in range(GUILDS):
        state.parsers["GUILD_CREATE"](json.loads(json.dumps(_guild(number))))
    await asyncio.wait_for(client.wait_until_ready(), 30)


def _ready() -> dict[str, object]:
    user = {"id": str(BOT), "username": "roadmate", "discriminator": "0000", "avatar": None, "bot": True}
    return {
        "v": 10,
        "user": user,
        "guilds": [{"id": str(_id(number)), "unavailable": True} for number in range(GUILDS)],
        "session_id": "bench",
        "resume_gateway_url": "wss://gateway.invalid",
        "application": {"id": str(BOT), "flags": 0},
    }


def _guild(number: int) -> dict[str, object]:
    guild = _id(number)
    user = {"id": str(BOT), "username": "roadmate", "discriminator": "0000", "avatar": None, "bot": True}
    everyone, own = _role(guild, "@everyone"), _role(guild + 1, "roadmate")
    return {
        "id": str(guild),
        "name": f"Study server number {number}",
        "icon": None,
        "splash": None,
        "owner_id": str(guild + 90),
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [everyone, own],
        "emojis": [],
        "stickers": [],
        "features": ["COMMUNITY", "NEWS"],
        "mfa_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "joined_at": "2026-01-01T00:00:00.000000+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 100,
        "voice_states": [],
        "members": [
            {"user": user, "roles": [str(guild + 1)], "joined_at": "2026-01-01T00:00:00+00:00"}
            | {"deaf": False, "mute": False, "flags": 0}
        ],
        "channels": [_channel(guild, place) for place in range(CHANNELS)],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _role(number: int, name: str) -> dict[str, object]:
    return {"id": str(number), "name": name, "color": 0, "hoist": False, "position": 0, "managed": False} | {
        "permissions": "2248473465835073",
        "mentionable": False,
        "flags": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    }


def _channel(guild: int, place: int) -> dict[str, object]:
    return {"id": str(guild + 10 + place), "type": 0, "name": f"channel-{place}", "position": place} | {
        "topic": f"What channel {place} of this server is about",
        "nsfw": False,
        "last_message_id": str(guild + 50),
        "rate_limit_per_user": 0,
        "parent_id": None,
        "flags": 0,
        "permission_overwrites": [{"id": str(guild), "type": 0, "allow": "1024", "deny": "0"}],
    }


def _id(number: int) -> int:
    return BOT + (number + 1) * 1000


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(asyncio.run(measure(sys.argv[1])))
