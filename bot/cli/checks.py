"""What the bot needs to run, each looked at by itself: one broken thing hides no other."""

import os
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.cli.asking import ask

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.health import Health

ALIVE_WITHIN = timedelta(minutes=3)
BACKUP_WITHIN = timedelta(days=2)
_TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}")


@dataclass(frozen=True, slots=True)
class Check:
    """A thing that was looked at."""

    name: str
    verdict: Literal["ok", "warn", "fail"]
    text: str


def everything() -> Iterator[Check]:
    """Look at everything."""
    yield Check("python", "ok", platform.python_version())
    yield _zones()
    yield _pictures()
    settings, faults = _settings()
    yield from faults
    if settings is None:
        return
    yield _token(settings)
    yield _roadmaps(settings)
    health, check = _database(settings)
    yield check
    if health is not None:
        yield _heartbeat(health, "warn")
        yield _posts(health)
        yield from _owner(health)
    yield _backups(settings)
    if settings.health_port:
        yield from _readiness(settings)


def alive_only() -> Iterator[Check]:
    """Look only at what tells whether the running bot is alive."""
    settings, faults = _settings()
    if settings is None:
        yield from faults
    elif settings.health_port:
        yield _alive(settings)
    else:
        health, check = _database(settings)
        yield check if health is None else _heartbeat(health, "fail")


def _zones() -> Check:
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("tzdata")
    except PackageNotFoundError:
        return Check(
            "time zones", "fail", "The package tzdata is missing. Install it with: pip install tzdata"
        )
    return Check("time zones", "ok", f"tzdata {found}")


def _pictures() -> Check:
    """Draws one: a font that can't be read is noticed by nothing less."""
    try:
        from bot.core.picture import Board
        from bot.pictures import drawing, fonts

        drawing.draw(Board("Board", "", (), 0))
    except (ImportError, OSError) as error:
        told = f"answers are text only: {error}. pip install 'roadmate[pictures]'"
        return Check("pictures", "warn", told)
    if not fonts.shapes():
        return Check(
            "pictures", "warn", "libfribidi is not here: letters of Indian scripts are drawn unjoined"
        )
    return Check("pictures", "ok", "can be drawn, in every script")


def _settings() -> "tuple[Settings | None, list[Check]]":
    from pydantic import ValidationError

    from bot.settings import Settings, explain, misspelt

    try:
        settings = Settings()
    except (ValidationError, UnicodeDecodeError) as error:
        return None, [Check("settings", "fail", line) for line in explain(error)]
    doubts = [Check("settings", "warn", line) for line in misspelt()]
    return settings, doubts or [Check("settings", "ok", "valid")]


def _token(settings: "Settings") -> Check:
    if settings.discord_token is None and settings.serves_slack:
        return Check("token", "ok", "there for Slack, which was not asked; none for Discord")
    if settings.discord_token is None:
        return Check("token", "warn", "DISCORD_TOKEN is missing; `run` needs it, `make demo` does not")
    if not _TOKEN.fullmatch(settings.discord_token.get_secret_value()):
        return Check(
            "token",
            "warn",
            "DISCORD_TOKEN does not look like a bot's token. It is on the page Bot, under Token",
        )
    return Check("token", "ok", "there; Discord was not asked")


def _roadmaps(settings: "Settings") -> Check:
    from bot.core.text import plural
    from bot.study.reading import RoadmapInvalid
    from bot.study.roadmap_files import default_folder, load_folder

    folder = settings.roadmap_folder or default_folder()
    try:
        roadmaps = load_folder(folder)
    except RoadmapInvalid as error:
        return Check(
            "roadmaps", "fail", f"{plural(len(error.problems), 'problem')}, the first: {error.problems[0]}"
        )
    return Check(
        "roadmaps",
        "ok",
        ", ".join(f"{roadmap.key} ({plural(len(roadmap.topics), 'topic')})" for roadmap in roadmaps),
    )


def _database(settings: "Settings") -> "tuple[Health | None, Check]":
    from bot.core.errors import StartupError
    from bot.store.health import look

    try:
        health = look(settings.database_url, settings.shards)
    except StartupError as error:
        return None, Check("database", "fail", str(error))
    return health, _schema(health)


def _schema(health: "Health") -> Check:
    if not health.exists:
        return Check("database", "ok", f"{health.address} is not there yet; the first start makes it")
    if health.revision == health.needed:
        return Check("database", "ok", f"{health.address}, writable, schema {health.revision}")
    if health.revision is None or health.revision < health.needed:
        behind = f"{health.address} has schema {health.revision or 'none'}"
        return Check("database", "warn", f"{behind}; the next start brings it to {health.needed}")
    ahead = f"{health.address} has schema {health.revision}, and this version knows {health.needed}"
    return Check("database", "fail", f"{ahead}. Start the newer version")


def _heartbeat(health: "Health", without: Literal["warn", "fail"]) -> Check:
    if health.heartbeat is None:
        return Check("heartbeat", without, "the bot has not run on this database yet")
    age = datetime.now(UTC) - health.heartbeat
    text = f"last tick {age.total_seconds():.0f} s ago"
    return (
        Check("heartbeat", "ok", text)
        if age < ALIVE_WITHIN
        else Check("heartbeat", without, f"{text}: the bot is not running")
    )


def _posts(health: "Health") -> Check:
    found = {
        f"{health.missed} missed within a week": health.missed,
        f"{health.held_posts} on hold": health.held_posts,
        f"{health.held_groups} groups on hold": health.held_groups,
    }
    told = ", ".join(text for text, count in found.items() if count)
    return (
        Check("posts", "warn", f"{told}; /status there says why")
        if told
        else Check("posts", "ok", "none missed or on hold")
    )


def _owner(health: "Health") -> Iterator[Check]:
    if health.stranger:
        yield Check(
            "owner",
            "fail",
            f"the database belongs to application {health.owner}, and {health.stranger} was started on it: nothing is "
            "posted. `roadmate adopt` takes it over",
        )


def _backups(settings: "Settings") -> Check:
    from bot.core.errors import StartupError
    from bot.store.backup import backup_folder, kept

    try:
        folder = backup_folder(settings.database_url, settings.backup_keep, settings.backup_folder)
    except StartupError as error:
        return Check("backups", "fail", str(error))
    if folder is None:
        why = "BACKUP_KEEP is 0" if settings.backup_keep == 0 else "pg_dump makes them for PostgreSQL"
        return Check("backups", "ok", f"none are made here: {why}")
    found = kept(folder)
    if not _can_be_written(folder):
        return Check(
            "backups", "fail", f"none can be made: {folder} can't be written. BACKUP_FOLDER says where"
        )
    if not found:
        return Check("backups", "ok", f"none yet; the bot makes one a day in {folder}")
    age = datetime.now(UTC) - found[-1][0]
    text = f"{len(found)} in {folder}, the newest {age.total_seconds() / 3600:.0f} h old"
    return Check("backups", "ok" if age < BACKUP_WITHIN else "warn", text)


def _can_be_written(folder: Path) -> bool:
    """Whether the bot can use the folder, or make it in the nearest one that is there."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _alive(settings: "Settings") -> Check:
    try:
        ask(settings, "/healthz")
    except OSError as error:
        return Check("health", "fail", f"the bot does not answer: {error}")
    return Check("health", "ok", "the bot answers")


def _readiness(settings: "Settings") -> Iterator[Check]:
    """What the running bot complains about; the heartbeat tells whether there is one."""
    try:
        problems = ask(settings, "/readyz")["problems"]
    except ConnectionRefusedError:
        return
    except OSError as error:
        yield Check("health", "warn", f"no bot answers: {error}")
    else:
        yield Check("health", "warn" if problems else "ok", " ".join(problems) or "ready")
