"""The checks that every test in the suite makes of the requests to Discord."""

from typing import Any

import pytest
from simcord import HttpLogEntry

from tests.platforms.discord import openapi

OPTION = {"type": 3, "name": "item", "description": "What"}
COMMAND = {"name": "done", "description": "Record it.", "options": [OPTION]}


def _problems(method: str, path: str, body: Any) -> list[str]:
    return openapi.problems(HttpLogEntry(method, path, {}, body, None))


@pytest.fixture
def document() -> None:
    """Skip where Discord's description of its API is not at hand."""
    if not openapi.available():
        pytest.skip(openapi.MISSING)


@pytest.mark.usefixtures("document")
@pytest.mark.parametrize(
    "method, path, body",
    [
        ("POST", "/channels/1/messages", {"content": "x" * 4001}),
        ("POST", "/channels/1/messages", {"content": "hello", "embeds": [{"title": "x" * 257}]}),
        ("POST", "/channels/1/messages", {"content": "hello", "nonce": "x" * 26}),
        ("POST", "/interactions/1/token/callback", {"type": 4, "data": {"embeds": [{"title": "x" * 257}]}}),
        ("POST", "/channels/1/messages/2/threads", {"name": "x" * 101}),
        ("PUT", "/applications/1/commands", [COMMAND | {"description": "x" * 101}]),
        ("POST", "/channels/1/shout", {}),
    ],
)
def test_what_discord_would_refuse_is_found(method: str, path: str, body: Any) -> None:
    """A payload over a documented limit, or a path that does not exist, fails a test."""
    assert _problems(method, path, body)


@pytest.mark.parametrize(
    "commands",
    [
        [COMMAND, COMMAND],
        [COMMAND | {"name": "Done"}],
        [COMMAND | {"name": "mark done"}],
        [COMMAND | {"description": " "}],
        [COMMAND | {"options": [OPTION, OPTION]}],
        [COMMAND | {"options": [OPTION, OPTION | {"name": "zone", "required": True}]}],
        [COMMAND | {"options": [OPTION | {"autocomplete": True, "choices": [{"name": "a", "value": "a"}]}]}],
        [COMMAND | {"options": [OPTION | {"name": f"o{n}"} for n in range(26)]}],
        [
            COMMAND
            | {"options": [OPTION | {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]}]}
        ],
        [COMMAND | {"name": f"c{n}"} for n in range(101)],
    ],
)
def test_commands_that_discord_would_refuse_are_found(commands: list[dict[str, Any]]) -> None:
    """The rules that Discord enforces without writing them into its description."""
    assert list(openapi.command_problems(commands))


def test_good_requests_pass() -> None:
    """Nothing is found in what Discord takes, a file whose id is a number included."""
    assert _problems("PUT", "/applications/1/commands", [COMMAND]) == []
    upload = {"content": "hello", "attachments": [{"id": 0, "filename": "board.png"}]}
    assert _problems("POST", "/channels/1/messages", upload) == []
    assert _problems("GET", "/channels/1/messages", None) == []
