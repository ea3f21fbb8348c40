"""The app manifest says what the commands are, and asks for no more than is used."""

import inspect
import re

import yaml
from typer.testing import CliRunner

from bot.cli import cli
from bot.commands.table import COMMANDS
from bot.platforms.slack import incoming
from bot.platforms.slack.manifest import EVENTS_HEARD, SCOPES, manifest, written
from bot.platforms.slack.words import DIRECT
from tests.platforms.slack import fake


def test_the_manifest_is_made_of_the_table() -> None:
    """/study is there, and each command with a name of its own with its help; nothing else."""
    made = manifest(COMMANDS)
    commands = {command["command"]: command for command in made["features"]["slash_commands"]}
    assert set(commands) == {"/study", *(f"/{name}" for name in DIRECT)}
    for command in COMMANDS:
        if command.name in DIRECT:
            assert commands[f"/{command.name}"]["description"] == command.help[:100]
    assert all(command["should_escape"] for command in commands.values())
    assert commands["/done"]["usage_hint"].startswith("[item]")


def test_every_length_is_one_that_slack_takes() -> None:
    """Names, descriptions and hints are within Slack's limits."""
    made = manifest(COMMANDS, "https://bot.example.org")
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    for command in made["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert 1 <= len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000


def test_scopes_have_a_reason_and_are_all_used() -> None:
    """Each scope is asked for with its reason; the fake Slack grants exactly these, so none is missing."""
    assert manifest(COMMANDS)["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    for scope, reason in SCOPES.items():
        assert f"- {scope}  # {reason}" in written(COMMANDS)
    used = set.union(*fake.SCOPES.values())
    private = {scope.replace("channels", "groups") for scope in used}
    assert set(SCOPES) == used | private | {"commands", "app_mentions:read", "im:history"}


def test_events_are_those_that_are_listened_to() -> None:
    """What Slack sends is heard, and what is heard is asked for."""
    listened = re.findall(r'app\.event\("(\w+)"\)', inspect.getsource(incoming))
    assert sorted(listened) == sorted(EVENTS_HEARD)


def test_it_is_printed_for_a_socket_and_for_an_address() -> None:
    """Without an address the app uses Socket Mode; with one, every request goes there."""
    printed = CliRunner().invoke(cli, ["slack", "manifest"])
    assert printed.exit_code == 0
    assert yaml.safe_load(printed.output) == manifest(COMMANDS)
    assert manifest(COMMANDS)["settings"]["socket_mode_enabled"]
    assert manifest(COMMANDS)["settings"]["interactivity"] == {"is_enabled": True}
    public = yaml.safe_load(
        CliRunner().invoke(cli, ["slack", "manifest", "--address", "https://bot.example.org/"]).output
    )
    assert public["features"]["slash_commands"][0]["url"] == "https://bot.example.org/slack/events"
    assert public["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]
    assert not public["settings"]["socket_mode_enabled"]
    interactivity = public["settings"]["interactivity"]
    assert interactivity == {"is_enabled": True, "request_url": "https://bot.example.org/slack/events"}
    assert not public["settings"]["token_rotation_enabled"]
    assert manifest(COMMANDS, "https://x.org", several=True)["settings"]["token_rotation_enabled"]
    assert CliRunner().invoke(cli, ["slack", "manifest", "--several"]).exit_code == 1
    refused = CliRunner().invoke(cli, ["slack", "manifest", "--address", "http://x"])
    assert refused.exit_code == 1
