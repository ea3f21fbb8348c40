"""The command line: what it says, and with which exit code."""

import ast
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from sqlmodel import Session
from typer.main import get_command
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.core.errors import StartupError
from bot.settings import Settings
from bot.store import disk, members, scores
from bot.store.alone import alone
from bot.store.engines import open_engine
from bot.store.health import beat
from bot.store.members import NewMark
from bot.store.migrating import newest
from bot.study.progress import Act
from tests.makers import MONDAY, group, migrated, published, roadmap

ROOT = Path(__file__).parents[1]
HEAVY = {
    "alembic",
    "asyncio",
    "discord",
    "pydantic",
    "rapidfuzz",
    "simcord",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "yaml",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start each test in an empty folder, without settings of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def say(*arguments: str) -> Result:
    """Say it as at a terminal."""
    return CliRunner().invoke(cli, arguments)


def put(monkeypatch: pytest.MonkeyPatch, name: str, **names: Any) -> None:
    """Stand something in for a module that is not what the test is about."""
    module = ModuleType(name)
    vars(module).update(names)
    monkeypatch.setitem(sys.modules, name, module)
    package, _, last = name.rpartition(".")
    monkeypatch.setattr(import_module(package), last, module, raising=False)


def test_help_is_light() -> None:
    """`--help` names every command, what is needed first before the others, and imports nothing that is heavy."""
    code = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from bot.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    *text, modules = done.stdout.splitlines()
    assert not HEAVY & set(ast.literal_eval(modules))
    commands = [line.split()[0] for line in text[text.index("Commands:") + 1 :] if line.strip()]
    assert commands == [
        "run",
        "demo",
        "doctor",
        "backup",
        "restore",
        "migrate",
        "copy",
        "rebuild",
        "adopt",
        "version",
        "roadmap",
        "slack",
    ]


def walked(command: Any, path: str = "roadmate") -> Iterator[tuple[str, Any]]:
    """Every command and every option and argument of it, however deep."""
    yield path, command
    for option in command.params:
        yield f"{path} {option.name}", option
    for name, part in getattr(command, "commands", {}).items():
        yield from walked(part, f"{path} {name}")


def test_everything_has_a_help_text() -> None:
    """Every command, argument and option says what it is for."""
    found = dict(walked(get_command(cli)))
    assert {"roadmate version", "roadmate roadmap show key", "roadmate copy from_url"} <= set(found)
    assert [name for name, what in found.items() if not what.help] == []


def test_the_version_is_an_option_too() -> None:
    """`roadmate --version` says the same as `roadmate version`."""
    assert say("--version").stdout == say("version").stdout
    assert say("--version").exit_code == 0


def test_python_m_bot_is_the_command_line() -> None:
    """`python -m bot` is the same as `roadmate`."""
    command = [sys.executable, "-m", "bot", "version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == say("version").stdout
    assert done.stdout.startswith("roadmate 0.1.0 ")


def test_run_without_token_says_what_is_missing() -> None:
    """`run` without a token says in two lines what is missing and what needs none; exit code 2."""
    result = say("run")
    missing, instead = result.stderr.splitlines()
    assert result.exit_code == 2
    assert missing.startswith("DISCORD_TOKEN is missing")
    assert "make demo" in instead


def test_bad_settings_are_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad settings are told line by line, with exit code 2 and no traceback."""
    monkeypatch.setenv("TICK_SECONDS", "often")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    result = say("run")
    assert result.exit_code == 2
    assert [line.split()[0] for line in result.stderr.splitlines()] == [
        "TICK_SECONDS",
        "LOG_FORMAT",
        "Settings",
    ]


def test_env_file_of_another_encoding_is_explained() -> None:
    """A `.env` that is no UTF-8 is told in words, by every command that reads it."""
    Path(".env").write_text("LOG_LEVEL=INFO", "utf-16")
    assert "is not a UTF-8 text" in say("run").stderr
    assert "is not a UTF-8 text" in say("doctor").stdout


def test_expected_fault_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that was expected at start is one line and exit code 1, without a traceback."""

    class App:
        def __init__(self, settings: Settings) -> None:
            assert settings.discord_token

        async def run(self) -> None:
            raise StartupError("Discord refused the token.")

    put(monkeypatch, "bot.app", App=App)
    put(monkeypatch, "bot.logs", set_up=lambda *_: None)
    monkeypatch.setenv("DISCORD_TOKEN", "wrong")
    result = say("run")
    assert (result.exit_code, result.output) == (1, "Discord refused the token.\n")


def test_demo_passes_its_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo gets its options, and Ctrl-C ends it without a word."""
    seen: dict[str, Any] = {}

    async def main(_make_bot: object, **options: Any) -> None:
        seen.update(options)
        raise KeyboardInterrupt

    put(monkeypatch, "bot.platforms.demo", main=main)
    put(monkeypatch, "bot.logs", set_up=lambda *_: None)
    result = say("demo", "--port", "8771", "--no-open", "--keep", "demo.db")
    assert (result.exit_code, result.output) == (0, "")
    assert seen == {"port": 8771, "open_browser": False, "keep": Path("demo.db")}


def test_demo_without_simcord_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the demo's package one line says how to install it."""

    async def main(_make_bot: object, **_: Any) -> None:
        raise ModuleNotFoundError("No module named 'simcord'", name="simcord")

    put(monkeypatch, "bot.platforms.demo", main=main)
    put(monkeypatch, "bot.logs", set_up=lambda *_: None)
    result = say("demo")
    assert result.exit_code == 1
    assert "needs the package simcord" in result.stderr
    assert "make demo" in result.stderr


def test_migrate_tells_what_it_did() -> None:
    """`migrate` makes the database, and the second time there is nothing to do."""
    assert say("migrate").output == f"Schema none -> {newest()}.\n"
    assert say("migrate").output == f"Already at schema {newest()}.\n"


def test_migrate_leaves_a_running_bot_alone(tmp_path: Path) -> None:
    """The schema is not changed under a bot that knows the older one."""
    with alone(f"sqlite:///{tmp_path / 'roadmate.db'}"):
        result = say("migrate")
    assert result.exit_code == 1
    assert "already: process" in result.stderr


def test_backup_is_whole_while_somebody_writes() -> None:
    """A backup has all that was committed and nothing of a transaction that is still open."""
    say("migrate")
    with closing(sqlite3.connect("roadmate.db", isolation_level=None)) as writer:
        writer.execute("INSERT INTO meta VALUES ('committed', '1')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO meta VALUES ('open', '1')")
        result = say("backup", "copy.db")
    assert result.exit_code == 0, result.output
    with closing(sqlite3.connect("copy.db")) as copy:
        assert copy.execute("SELECT key FROM meta").fetchall() == [("committed",)]
    assert sorted(path.name for path in Path().glob("*copy*")) == ["copy.db"]


def test_an_address_without_a_file_is_a_setting_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that names no file is told in two lines, with the exit code of wrong settings."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///")
    for command in ("run", "migrate"):
        result = say(command)
        assert result.exit_code == 2
        assert [line.split()[0] for line in result.stderr.splitlines()] == ["DATABASE_URL", "Settings"]


def test_a_backup_that_was_killed_leaves_nothing_for_long() -> None:
    """What is left of one that was killed goes with the next to the same name; what runs or is not ours stays."""
    say("migrate")
    ours = (".copy.db.999999999.partial", ".copy.db.999999999.partial-journal")
    others = (f".copy.db.{os.getppid()}.partial", ".other.db.999999999.partial", "copy.db.partial")
    for name in (*ours, *others):
        Path(name).touch()
    result = say("backup", "copy.db")
    assert result.exit_code == 0, result.output
    assert {name for name in (*ours, *others) if Path(name).exists()} == set(others)


def test_backup_overwrites_nothing() -> None:
    """An existing file is refused and left as it was."""
    say("migrate")
    Path("copy.db").write_text("precious", "utf-8")
    result = say("backup", "copy.db")
    assert (result.exit_code, Path("copy.db").read_text("utf-8")) == (1, "precious")
    assert "exists already" in result.stderr


@pytest.mark.parametrize(
    "url,target,says",
    [
        ("sqlite:///nowhere.db", "copy.db", "There is no database at nowhere.db"),
        ("postgresql+psycopg://host/x", "copy.db", "pg_dump"),
        (
            "sqlite:///broken.db",
            "copy.db",
            "No backup was made: file is not a database. Look at it with `doctor`.\n",
        ),
        ("sqlite:///empty.db", "no/such/folder/copy.db", "the folder no/such/folder does not exist"),
    ],
)
def test_backup_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, url: str, target: str, says: str
) -> None:
    """A backup that cannot be made says why in one line and leaves nothing behind."""
    Path("broken.db").write_bytes(b"no database" * 100)
    Path("empty.db").touch()
    monkeypatch.setenv("DATABASE_URL", url)
    result = say("backup", target)
    assert result.exit_code == 1
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(Path().rglob("*copy*"))


def verdicts(*options: str) -> dict[str, str]:
    """Ask the doctor, and read the verdict on each thing."""
    return {line[6:16].strip(): line[:4].strip() for line in say("doctor", *options).stdout.splitlines()}


def test_doctor_on_a_new_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first start nothing is broken; what is still missing is a warning, and nothing gets made."""
    # Another bot may answer at the port that is taken when none is set.
    monkeypatch.setenv("HEALTH_PORT", "0")
    found = verdicts()
    assert found.pop("token") == found.pop("heartbeat") == "warn"
    assert set(found.values()) == {"ok"}
    assert not Path("roadmate.db").exists()


def test_doctor_sees_each_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken database hides no broken roadmap, and the exit code is 1."""
    (tmp_path / "bad.yaml").write_text("key: [", "utf-8")
    Path("broken.db").write_bytes(b"no database" * 100)
    monkeypatch.setenv("ROADMAP_FOLDER", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "sqlite:///broken.db")
    found = verdicts()
    assert found["roadmaps"] == found["database"] == "fail"
    told = say("doctor")
    assert told.exit_code == 1
    assert " 1 problem, the first" in told.output
    assert "file is not a database. Check DATABASE_URL" in told.output


def test_doctor_sees_that_the_first_start_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is not there yet is well only where it can be made."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///nowhere/roadmate.db")
    monkeypatch.setenv("BACKUP_KEEP", "0")
    assert verdicts()["database"] == "fail"
    assert "Create it or change DATABASE_URL" in say("doctor").output


def test_doctor_sees_a_network_drive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where `run` would refuse the place of the database, doctor says so too."""
    say("migrate")
    (tmp_path / "mountinfo").write_text("1 0 0:1 / / rw - nfs4 server:/ rw\n", "utf-8")
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "mountinfo")
    assert verdicts()["database"] == "fail"
    assert "network file system (nfs4)" in say("doctor").stdout


def test_doctor_refuses_a_newer_schema() -> None:
    """A database of a newer version is a fault, since the bot would refuse it."""
    say("migrate")
    with closing(sqlite3.connect("roadmate.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert verdicts()["database"] == "fail"


@pytest.mark.parametrize("age,code", [(timedelta(seconds=20), 0), (timedelta(hours=1), 1), (None, 1)])
def test_quick_doctor_tells_whether_the_bot_lives(
    monkeypatch: pytest.MonkeyPatch, age: timedelta | None, code: int
) -> None:
    """Without a health server, `doctor --quick` succeeds only while the bot's last tick is fresh."""
    monkeypatch.setenv("HEALTH_PORT", "0")
    say("migrate")
    if age is not None:
        engine = open_engine("sqlite:///roadmate.db")
        with Session(engine) as session:
            beat(session, datetime.now(UTC) - age)
            session.commit()
        engine.dispose()
    assert say("doctor", "--quick").exit_code == code


def test_roadmap_list_and_show() -> None:
    """The roadmaps that come along are listed, and shown with every topic."""
    assert say("roadmap", "list").output.startswith("mlops ")
    assert "(14 topics, 38 resources, 68 extras, 377 hours)" in say("roadmap", "list").output
    shown = say("roadmap", "show", "mlops")
    assert shown.exit_code == 0
    assert shown.output.count(" h") >= 14


def test_roadmap_show_of_an_unknown_key() -> None:
    """An unknown key is answered with those there are."""
    result = say("roadmap", "show", "mlop")
    assert (result.exit_code, result.stderr) == (1, "There is no roadmap mlop. There is: mlops\n")


def test_roadmap_check_names_each_place(tmp_path: Path) -> None:
    """`roadmap check` prints each problem as file:line:column, and exits with 1."""
    file = tmp_path / "mine.yaml"
    file.write_text("key: mine\nkey: mine\ntitel: Mine\n", "utf-8")
    result = say("roadmap", "check", str(file))
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines
    assert all(line.startswith(f"{file}:") for line in lines)
    assert f"{len(lines)} problem" in result.stderr


def test_roadmap_check_of_what_came_along() -> None:
    """The roadmaps that come along have no problem."""
    result = say("roadmap", "check")
    assert result.exit_code == 0, result.output
    assert "mlops is fine" in result.output


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A server at HEALTH_PORT, and what it answers by path."""
    answers: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(answers[self.path].encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HEALTH_PORT", str(server.server_port))
        yield answers
        server.shutdown()


def test_quick_doctor_asks_the_running_bot(answering: dict[str, str]) -> None:
    """`doctor --quick` succeeds while a bot answers, fails with a stranger there, and needs no database."""
    answering["/healthz"] = '{"roadmate": "alive", "restarts": {}}'
    assert say("doctor", "--quick").exit_code == 0
    for stranger in ("<html>", "[]", '{"status": "ok"}'):
        answering["/healthz"] = stranger
        result = say("doctor", "--quick")
        assert result.exit_code == 1
        assert "something else is at 127.0.0.1" in result.stdout
    assert not Path("roadmate.db").exists()


def test_quick_doctor_without_a_bot_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the port is a dead bot for a container, and no news for somebody who looks around."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HEALTH_PORT", str(taken.getsockname()[1]))
        assert say("doctor", "--quick").exit_code == 1
        assert "health" not in verdicts()


def test_doctor_tells_what_the_running_bot_complains_about(answering: dict[str, str]) -> None:
    """What /readyz says is said by doctor as well."""
    answering["/readyz"] = '{"ready": false, "problems": ["Discord is not connected."]}'
    assert "warn  health      Discord is not connected." in say("doctor").stdout
    answering["/readyz"] = '{"ready": true, "problems": []}'
    assert "ok    health      ready" in say("doctor").stdout
    answering["/readyz"] = "<html>"
    assert "warn  health      no bot answers: something else is at" in say("doctor").stdout


def write(*statements: str) -> None:
    """Change the database of the folder."""
    with closing(sqlite3.connect("roadmate.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_restore_puts_a_backup_back() -> None:
    """`restore` says what is the database now, where the one before is, and that nothing is posted again."""
    say("migrate")
    say("backup", "copy.db")
    write("INSERT INTO meta VALUES ('later', '1')")
    result = say("restore", "copy.db")
    assert result.exit_code == 0, result.output
    assert "copy.db is the database now" in result.output
    assert "The one before is in" in result.output
    assert "not posted again" in result.output
    with closing(sqlite3.connect("roadmate.db")) as connection:
        assert connection.execute("SELECT key FROM meta").fetchall() == []


def test_adopt_takes_over_from_another_bot() -> None:
    """`doctor` fails while a stranger runs on the data, `adopt` ends that; without one it says so."""
    assert say("adopt").stderr == "There is no database at roadmate.db. DATABASE_URL says where it is.\n"
    say("migrate")
    refused = say("adopt")
    assert refused.exit_code == 1
    assert "nothing to take over" in refused.stderr
    write("INSERT INTO meta VALUES ('application', '1'), ('stranger', '2')")
    assert "belongs to application 1, and 2 was started on it" in say("doctor").stdout
    assert verdicts()["owner"] == "fail"
    assert say("adopt").stdout == "The database belongs to application 2 now. Start the bot.\n"
    assert "owner" not in verdicts()


def test_doctor_shows_posts_that_did_not_come() -> None:
    """Missed posts of the last week and what is on hold are counted."""
    say("migrate")
    assert verdicts()["posts"] == "ok"
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    columns = (
        "group_id, kind, occurrence, step, item_id, due_at, state, attempts, edition, reason, message_id"
    )
    row = "1, 'prompt', '2026-01-0{}', 1, 1, '{}', '{}', 0, 0, '', '', ''"
    for day, state in enumerate(("missed", "missed", "held", "sent"), 1):
        write(f"INSERT INTO post ({columns}, thread_id) VALUES ({row.format(day, now, state)})")  # noqa: S608 - our own words
    assert "2 missed within a week, 1 on hold; /status there says why" in say("doctor").stdout
    write("UPDATE post SET due_at = '2020-01-01 00:00:00.000000', state = 'missed'")
    assert verdicts()["posts"] == "ok"


def test_doctor_shows_the_age_of_the_newest_backup(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup of today is fine, one of last week is not, and none at all is told, or that none can be made."""
    say("migrate")
    Path("taken").touch()
    monkeypatch.setenv("BACKUP_FOLDER", "taken/backups")
    assert verdicts()["backups"] == "fail"
    monkeypatch.delenv("BACKUP_FOLDER")
    assert "none yet; the bot makes one a day in backups" in say("doctor").stdout
    Path("backups").mkdir()
    for age, verdict in ((timedelta(days=8), "warn"), (timedelta(hours=20), "ok")):
        Path("backups", f"roadmate-{datetime.now(UTC) - age:%Y%m%d-%H%M%S}.db").touch()
        assert verdicts()["backups"] == verdict
    assert "2 in backups, the newest 20 h old" in say("doctor").stdout
    monkeypatch.setenv("BACKUP_KEEP", "0")
    assert "none are made here: BACKUP_KEEP is 0" in say("doctor").stdout


def test_shards_are_told_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run --shards` wins over SHARDS, and what is no part of shards is bad use that says how to write it."""
    from bot.app import App

    ran: list[str] = []

    async def run(app: App) -> None:
        ran.append(str(app.settings.shards))

    monkeypatch.setattr(App, "run", run)
    monkeypatch.setenv("DISCORD_TOKEN", "x")
    monkeypatch.setenv("SHARDS", "0-3/8")
    assert CliRunner().invoke(cli, ["run", "--shards", "4-7/8"]).exit_code == 0
    assert CliRunner().invoke(cli, ["run"]).exit_code == 0
    assert ran == ["4-7/8", "0-3/8"]
    wrong = CliRunner().invoke(cli, ["run", "--shards", "8/8"])
    assert (wrong.exit_code, "0-3/16" in wrong.output) == (2, True)


def test_rebuild_proves_the_boards_or_puts_them_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`rebuild` derives every board from the marks, says how many rows were wrong, and finds none the second time."""
    url = migrated(tmp_path / "roadmate.db")
    monkeypatch.setenv("DATABASE_URL", url)
    engine = open_engine(url)
    with Session(engine) as session:
        item = next(iter(published(session, roadmap("a")).editions.values())).ids["a"]
        for channel in ("100", "200"):
            here = group(session, channel=channel).id or 0
            member = members.join(session, None, here, "7", "olivia", MONDAY)
            mark = NewMark(item, Act.FINISHED, MONDAY, MONDAY.date(), 4)
            scores.keep(session, member, [members.add_mark(session, member.id, mark)], mark.day, 4)
        session.commit()
    assert say("rebuild").stdout == "2 groups looked at: every board was right.\n"
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE score SET points = 400 WHERE period = 'all'")
        connection.exec_driver_sql("DELETE FROM score_count")
    engine.dispose()
    assert "rows put right" in say("rebuild").stdout
    assert say("rebuild").stdout == "2 groups looked at: every board was right.\n"
