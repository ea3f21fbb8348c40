"""Commands typed as text: what a word looks like says which option it is for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.table import COMMANDS
from bot.core.command import Command
from bot.core.request import Channel, Person
from bot.core.typed import Typed, example, find_command, near_commands, understand

TYPED = [command for command in COMMANDS if command.typed]


def mention(word: str) -> Channel | Person | None:
    """A platform that writes `#name` and `@name`."""
    known = {"#study": Channel("1", "study"), "@alice": Person("2", "alice")}
    return known.get(word)


def read(text: str) -> Typed:
    """Read a whole line."""
    command, rest = find_command(TYPED, text)
    assert command is not None, text
    return understand(command, rest, mention)


@pytest.mark.parametrize(
    "text, args",
    [
        ("done docker 3h great course", {"item": "docker", "hours": 3, "note": "great course"}),
        ("done docker 2,5 hours great course", {"item": "docker", "hours": 2.5, "note": "great course"}),
        ("done docker 3 great course", {"item": "docker", "hours": 3, "note": "great course"}),
        ("done docker yesterday 3h great", {"item": "docker", "on": "yesterday", "hours": 3, "note": "great"}),
        ("done docker 3 days ago", {"item": "docker", "on": "3 days ago"}),
        ("done docker hours:3", {"item": "docker", "hours": 3}),
        ("done hours: 3 docker", {"item": "docker", "hours": 3}),
        ("done hour:3 docker", {"item": "docker", "hours": 3}),
        ("done 3h", {"hours": 3}),
        ("done 12 factor app", {"item": "12 factor app"}),
        ("done note:great course 3h item:docker", {"item": "docker", "note": "great course 3h"}),
        ('done "linear algebra" "see http://x.org"', {"item": "linear algebra", "note": "see http://x.org"}),
        ("done “my topic” note:“great course” 1h", {"item": "my topic", "note": "great course", "hours": 1}),
        ("leaderboard week 2", {"window": "week", "page": 2}),
        ("leaderboard weak", {"window": "week"}),
        ("leaderboard 2 This month", {"window": "month", "page": 2}),
        ("progress @alice", {"member": Person("2", "alice")}),
        ("setup", {}),
        ("setup mondya 18:30 europe/berlin 6 hours a week",
         {"day": "monday", "time": "18:30", "timezone": "europe/berlin", "pace": "6 hours a week"}),
        ("setup #study mlops day:tue", {"channel": Channel("1", "study"), "roadmap": "mlops", "day": "tuesday"}),
        ("schedule reminder_day:friday reminder_time:12:00", {"reminder_day": "friday", "reminder_time": "12:00"}),
        ("pause 2 weeks", {"until": "2 weeks"}),
        ("MyData Export", {}),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(text: str, args: dict[str, Any]) -> None:
    """Values are found by name, by what they look like and by their order, with typing errors."""
    assert read(text) == Typed(read(text).command, args)


def test_what_does_not_fit_is_named() -> None:
    """What fits no option is left over, and a value out of its range says so."""
    assert read("leaderboard week docker").rest == "docker"
    assert read("undo please").rest == "please"
    assert "between 0 and 500" in read("done docker hours:900").wrong
    assert read("done docker hours:many").args["item"] == "docker"
    assert "can be" in read("leaderboard window:never").wrong
    assert "needs" not in read("topic item:docker").wrong
    assert "item" in read("topic").wrong


def test_a_mistyped_command_is_guessed() -> None:
    """What may have been meant is offered, and nothing is said that was never typed."""
    assert find_command(TYPED, "/done docker")[1] == "docker"
    assert find_command(TYPED, "don docker") == (None, "don docker")
    assert near_commands(TYPED, "don docker")[0].name == "done"
    assert near_commands(TYPED, "mydata exprot")[0].name == "mydata export"
    assert near_commands(TYPED, "leaderbord")[0].name == "leaderboard"
    assert near_commands(TYPED, "xyzzy") == []


@pytest.mark.parametrize("command", TYPED, ids=lambda command: command.name)
def test_the_example_of_a_command_is_understood(command: Command) -> None:
    """What an answer gives as an example is a line that works."""
    found = read(example(command).replace("#study", "#study").replace("@alice", "@alice"))
    assert (found.command, found.rest, found.wrong) == (command, "", "")
    assert len(found.args) == len([o for o in command.public_options if o.example][:3])


@given(st.sampled_from(TYPED), st.text(max_size=80))
def test_whatever_is_typed_is_answered(command: Command, text: str) -> None:
    """No text breaks the reader, and no word is dropped without being understood or named."""
    found = understand(command, text, mention)
    assert set(found.args) <= {option.name for option in command.public_options}
    find_command(TYPED, text)
    near_commands(TYPED, text)
