"""How commands are said on Slack: `/study undo`, and a few by their own names."""

import re
from collections.abc import Sequence

from bot.core.command import Command
from bot.core.words import words_of

NAME = "slack"
STUDY = "/study"
DIRECT = frozenset({"next", "done", "leaderboard"})
"""Commands that Slack is told of by their own names. All others would take names that other apps want too."""


def sayable(commands: Sequence[Command]) -> list[Command]:
    """What people can say here."""
    return [command for command in commands if command.on(NAME)]


def spoken(name: str) -> str:
    """A command as people type it."""
    return f"/{name}" if name in DIRECT else f"{STUDY} {name}"


class Speller:
    """Finds the commands that a text speaks of, and what is called otherwise here, and says them so."""

    def __init__(self, commands: Sequence[Command]) -> None:
        names = sorted((command.name for command in sayable(commands)), key=len, reverse=True)
        words = words_of(NAME).phrases
        self._phrases = re.compile("|".join(map(re.escape, words)))
        self._otherwise = words
        self._said = re.compile(rf"(?<![\w/.:-])/({'|'.join(map(re.escape, names))})(?![\w/-])")

    def __call__(self, text: str) -> str:
        """The same text with each command as it is said here."""
        text = self._phrases.sub(lambda found: self._otherwise[found[0]], text)
        return self._said.sub(lambda found: spoken(found[1]), text)
