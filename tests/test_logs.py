"""The log: readable by people or machines, and never with a secret in it."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

TOKEN = "MTA1MjQ4NzE2MzQ1Njc4OTAxMg.GabcDE.abcdefghijklmnopqrstuvwxyz-_01"  # noqa: S105 (shaped like one)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Leave logging as it was for other tests."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_libraries_and_bot_share_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of the bot and a line of a library are both one JSON object with the same fields."""
    logs.set_up("INFO", "json")
    structlog.get_logger("roadmate").info("started", guilds=3)
    logging.getLogger("discord.client").warning("slow %s", "shard", extra={"shard": 1})
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["guilds"], ours["logger"]) == ("started", 3, "roadmate")
    assert (theirs["event"], theirs["level"], theirs["shard"]) == ("slow shard", "warning", 1)


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_are_hidden(capsys: pytest.CaptureFixture[str], style: str) -> None:
    """No secret gets into the log, whether in a message, a field, an address or an exception's text."""
    logs.set_up("INFO", style, ["hunter2"])
    log = structlog.get_logger()
    log.info("token %s", TOKEN, url="postgresql+psycopg://me:pass@host/db")
    log.info("POST /interactions/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/callback")
    try:
        int(f"{TOKEN} hunter2")
    except ValueError:
        log.exception("failed")
    text = capsys.readouterr().err
    assert "failed" in text
    assert "ValueError" in text
    assert "://[hidden]@host/db" in text
    assert "/interactions/123[hidden]/callback" in text
    assert not [secret for secret in (TOKEN, "me:pass", "aW50ZXJ", "hunter2") if secret in text]


def test_discord_never_logs_bodies() -> None:
    """Even at DEBUG discord.py stays at INFO, since below that it logs bodies and tokens."""
    logs.set_up("DEBUG", "json")
    assert logging.getLogger("discord.http").getEffectiveLevel() == logging.INFO
    assert logging.getLogger("roadmate").getEffectiveLevel() == logging.DEBUG


def test_slack_never_logs_bodies() -> None:
    """Neither do Slack's libraries, whose DEBUG has whole requests with the addresses to answer at."""
    logs.set_up("DEBUG", "json")
    for name in ("slack_sdk", "slack_sdk.web", "slack_bolt.AsyncApp"):
        assert logging.getLogger(name).getEffectiveLevel() == logging.INFO


def test_secrets_of_slack_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    """A token of Slack's and the address of an answer are in no line, whoever wrote it."""
    secrets = ("xoxb-1-canary-abcdef", "xapp-1-A1-2-canary", "xoxe.xoxb-1-canary-ab", "T1/2/canary")
    logs.set_up("INFO", "text")
    logging.getLogger("x").warning("%s %s %s https://hooks.slack.com/commands/%s", *secrets)
    assert "canary" not in capsys.readouterr().err
