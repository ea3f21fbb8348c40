"""The reference of all commands, docs/commands.md."""

import re

import pytest

from bot import docs
from bot.commands.table import COMMANDS
from bot.core.command import Audience, Command
from tests.commands.asking import days
from tests.commands.walking import ORGANIZER
from tests.conftest import World
from tests.talk import say

TYPED = [command for command in COMMANDS if command.typed]
LONGEST_NAME, LONGEST_HELP, MOST_OPTIONS, MOST_CHOICES, MOST_IN_ALL = 32, 100, 25, 25, 8000


def test_the_reference_is_up_to_date() -> None:
    """docs/commands.md is what `make docs` writes; run it after changing a command."""
    assert docs.PLACE.read_text(encoding="utf-8") == docs.reference()


@pytest.mark.parametrize("command", TYPED, ids=lambda command: command.name)
def test_the_reference_describes_every_command_and_option(command: Command) -> None:
    """Each command has its section with usage, help, who may use it, and a line for each option that is typed."""
    section = docs.reference().split(f"### /{command.name}\n", 1)[1].split("\n### ")[0]
    assert f"`{docs.usage(command)}`" in section
    assert command.help in section
    assert ("Manage Server" in section) == (command.audience is Audience.ORGANIZER)
    assert "you see the answer" in section.lower() or "sees the answer" in section
    for option in command.options:
        assert (f"| `{option.name}` |" in section) != option.hidden
        assert option.hidden or option.help in section


def test_what_only_buttons_say_is_not_in_it() -> None:
    """Commands and options that nobody can type stand in no reference."""
    for command in COMMANDS:
        assert (f"### /{command.name}\n" in docs.reference()) == command.typed


@pytest.mark.parametrize("command", TYPED, ids=lambda command: command.name)
def test_names_and_descriptions_fit_the_platform(command: Command) -> None:
    """Every command and option has a name and a description within Discord's limits, required options first."""
    for named in (command, *command.public_options):
        assert re.fullmatch(r"[a-z_]+( [a-z_]+)?", named.name)
        assert all(len(word) <= LONGEST_NAME for word in named.name.split())
        assert 1 <= len(named.help) <= LONGEST_HELP
    required = [option.required for option in command.public_options]
    assert required == sorted(required, reverse=True)
    assert len(required) <= MOST_OPTIONS
    texts = [command.name, command.help, *(o.name + o.help for o in command.public_options)]
    assert sum(map(len, texts)) <= MOST_IN_ALL
    for option in command.public_options:
        assert len(option.choices) <= MOST_CHOICES
        assert not (option.choices and option.suggest)


async def test_the_examples_work(group: World) -> None:
    """Every example of the reference can be sent as it stands and is understood."""
    await say(group.alice, "/join")
    await days(group, 5)
    for name, example in docs.EXAMPLES.items():
        who = group.olivia if name in ORGANIZER else group.bob
        if "@alice" in example:
            said = await say(who, f"/{name}", member=group.alice)
        else:
            said = await say(who, example)
        refused = ("Not changed yet", "That is", "That does not", "Which one", "Nothing called", "Something")
        assert not said.title.startswith(refused), (example, said.title)
