"""What an operator sets, and how a mistake is explained."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from bot.settings import Settings, explain, misspelt

EXAMPLE = Path(__file__).parents[1] / ".env.example"
TOKEN = "MTA1.Gx4-secret.of-the-bot"  # noqa: S105 (it looks like one, and is none)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start each test without settings of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def example_names() -> dict[str, str]:
    """Read every NAME=value of the example, commented out or not."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE))


def test_example_explains_every_setting() -> None:
    """`.env.example` has each setting once, under a comment, and after them what compose.yaml alone wants."""
    text = EXAMPLE.read_text("utf-8")
    for_compose = re.findall(r"\$\{(\w+)", EXAMPLE.with_name("compose.yaml").read_text("utf-8"))
    expected = [name.upper() for name in Settings.model_fields]
    assert list(example_names()) == [*expected, *for_compose]
    assert all(re.search(rf"^# .+\n#?{name}=", text, re.MULTILINE) for name in example_names())


def test_example_shows_the_defaults() -> None:
    """What `.env.example` calls the default is the default."""
    defaults = Settings()
    shown = [
        f"{name}={value}\n"
        for name, value in example_names().items()
        if not name.endswith(("_FOLDER", "_FILE"))
    ]
    Path(".env").write_text("".join(shown), "utf-8")
    assert Settings() == defaults


def test_example_copied_as_it_is_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """A `.env` copied and not yet filled in is the same as none."""
    Path(".env").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    copied = Settings()
    monkeypatch.chdir("/")
    assert copied == Settings()


def test_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment wins over `.env`."""
    Path(".env").write_text("TICK_SECONDS=10\nLOG_LEVEL=debug\n", "utf-8")
    monkeypatch.setenv("TICK_SECONDS", "20")
    assert (Settings().tick_seconds, Settings().log_level) == (20, "DEBUG")


@pytest.mark.parametrize("written", ["", "  ", "\n"])
def test_blank_token_is_none(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    """A blank token is no token."""
    monkeypatch.setenv("DISCORD_TOKEN", written)
    assert Settings().discord_token is None


def test_token_is_trimmed_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token loses the spaces that copying brought along, and no text of the settings has it."""
    monkeypatch.setenv("DISCORD_TOKEN", f" {TOKEN}\n")
    settings = Settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    assert TOKEN not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    "name,value,says",
    [
        ("DATABASE_URL", "mysql://u:hunter2@host/x", "should begin with sqlite:///"),
        (
            "DATABASE_URL",
            "postgresql+psycopg://u:hunter2@host:port/x",
            "should be like postgresql+psycopg://",
        ),
        ("DATABASE_URL", "sqlite:///", "should name a file, like sqlite:///roadmate.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "should name a file"),
        ("ERASED_FILE", "/tmp", "should name a file"),  # noqa: S108 (a folder that is there)
        ("ERASED_FILE", "/hunter2/list", "should name a file"),
        ("SLACK_KEY", "hunter2", "should be at least 32 characters"),
        ("SLACK_CLIENT_ID", "hunter2", "needs SLACK_CLIENT_SECRET"),
        ("SLACK_BOT_TOKEN", "xapp-hunter2", "should begin with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-hunter2", "needs SLACK_APP_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxb-hunter2", "should begin with xapp-"),
        ("SLACK_APP_TOKEN", "xapp-hunter2", "needs SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRET", "hunter2", "needs SLACK_BOT_TOKEN"),
        ("ROADMAP_FOLDER", "/hunter2", "should be a folder that is there"),
        ("CATCH_UP_HOURS", "hunter2", "should be a number"),
        ("TICK_SECONDS", "hunter2", "should be a whole number"),
        ("CATCH_UP_HOURS", "169", "should be less than or equal to 168"),
        ("CATCH_UP_HOURS", "nan", "should be"),
        ("SHARDS", "hunter2", "should be like 0-3/16"),
        ("TICK_SECONDS", "0", "should be greater than or equal to 1"),
        ("LOG_LEVEL", "hunter2", "should be 'DEBUG', 'INFO'"),
    ],
)
def test_mistakes_are_explained(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    """A mistake is told in one line with the variable's name, and without its value, which may be secret."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    (line,) = explain(caught.value)
    assert line.startswith(f"{name} {says}")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://",
        "postgresql+psycopg:///study",
        "postgresql+psycopg://me@/study?host=/run/postgresql",
        "postgresql+psycopg://me:p:/#?w@db.example:5432/study",
        "postgresql+psycopg://me@[::1]:5432/study",
        "sqlite:////data/a b:c.db",
    ],
)
def test_addresses_that_work_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """An address of a database that SQLAlchemy understands is no mistake."""
    monkeypatch.setenv("DATABASE_URL", address)
    assert Settings().database_url == address
    make_url(address)


def test_misspelt_names_are_found() -> None:
    """A name in `.env` that is nearly a setting is pointed out; a foreign one is nobody's business."""
    Path(".env").write_text("DISCORD_TOKN=x\nTICK_SECONDS=5\nCOMPOSE_PROJECT_NAME=x\n", "utf-8")
    assert list(misspelt()) == ["DISCORD_TOKN in .env is no setting. Did you mean DISCORD_TOKEN?"]
