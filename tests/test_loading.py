"""What a process that runs has loaded, which is most of the memory that it takes."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "PIL",  # with the first picture
    "alembic",  # in a process of its own, when there is something to migrate
    "cryptography",  # on Slack
    "psycopg",  # on PostgreSQL
    "pygments",  # for rich
    "rich",  # never
    "simcord",  # in the demo
    "slack_bolt",  # on Slack
    "slack_sdk",  # on Slack
    "sqlalchemy.dialects.postgresql",  # on PostgreSQL
}
RUNS = """
import asyncio, sys
import bot.cli
from bot import logs
from bot.app import App
from bot.jobs.scheduler import scheduler
from bot.settings import Settings
from bot.store import migrating

async def main():
    app = App(Settings(database_url=sys.argv[1], _env_file=None))
    migrating.upgrade_apart(app.settings.database_url)
    async with app:
        app.running().web()
        scheduler(app.ticker, 15)
        await app.tick()

logs.set_up("WARNING", sys.argv[2])
asyncio.run(main())
print(sorted(sys.modules))
"""


def loaded(code: str, *arguments: str) -> set[str]:
    """Run some code in a new process that ends with printing the modules that it has."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ast.literal_eval(done.stdout.splitlines()[-1]))


def test_what_only_some_need_is_loaded_by_them_only(tmp_path: Path) -> None:
    """On Discord and SQLite nothing is loaded of Slack, PostgreSQL, migrations, pictures and coloured tracebacks."""
    modules = loaded(RUNS, f"sqlite:///{tmp_path / 'new.db'}", "text")
    assert {"discord", "prometheus_client", "structlog", "typer"} <= modules
    assert not ELSEWHERE & modules


def test_rich_is_there_for_who_wants_it() -> None:
    """That the log does without a library keeps it from nobody else, before or after."""
    late = loaded(
        "import sys, bot.logs; assert 'rich' not in sys.modules; import rich; print([*sys.modules])"
    )
    early = loaded("import sys, rich, bot.logs; assert rich is sys.modules['rich']; print([*sys.modules])")
    assert "rich" in late & early
