"""The second platform costs no more than the first, and neither knows a command by its name."""

import re
from pathlib import Path

import pytest

from bot.commands.table import COMMANDS

PLATFORMS = Path(__file__).parents[2] / "bot" / "platforms"
RATIO = 1.3
ALSO_WORDS = {"status"}
"""HTTP has one too."""
WHERE_NAMED = {"slack": {"words.py": {"done", "leaderboard", "next"}, "incoming.py": {"help"}}}
"""Slack is told of three commands by their own names, and `/study` alone is help."""


def lines(platform: str) -> int:
    """How many lines its code has."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in (PLATFORMS / platform).rglob("*.py"))


def test_slack_is_at_most_as_much_code_as_discord_and_a_third() -> None:
    """What would have to be written twice belongs in the core."""
    assert lines("slack") <= RATIO * lines("discord")


@pytest.mark.parametrize("platform", ["discord", "slack"])
def test_no_platform_has_a_line_per_command(platform: str) -> None:
    """Commands come from the table: no code of a platform names one."""
    names = {command.name for command in COMMANDS} - ALSO_WORDS
    for path in (PLATFORMS / platform).glob("*.py"):
        named = set(re.findall(r'"([a-z ]+)"', path.read_text("utf-8"))) & names
        assert named <= WHERE_NAMED.get(platform, {}).get(path.name, set()), path.name


@pytest.mark.parametrize("platform", ["discord", "slack"])
def test_rooms_are_small(platform: str) -> None:
    """No file of a platform is longer than 250 lines."""
    for path in (PLATFORMS / platform).glob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 250, path.name
