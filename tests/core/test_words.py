"""What is called otherwise on another platform."""

from pathlib import Path

import pytest

from bot.core.words import SLACK, words_of

SOURCES = "".join(
    path.read_text("utf-8").replace('"\n        "', "").replace('"\n    "', "")
    for path in (Path(__file__).parents[2] / "bot").rglob("*.py")
    if path.name != "words.py"
)


@pytest.mark.parametrize("phrase", SLACK.phrases)
def test_a_phrase_that_is_said_otherwise_is_said_at_all(phrase: str) -> None:
    """When a sentence of ours changes, what other platforms make of it changes with it."""
    assert phrase in SOURCES


def test_an_unknown_platform_speaks_as_the_first() -> None:
    """Words are never missing."""
    assert words_of("irc") is words_of("discord")
