"""What the README tells an operator to type and to click is what the bot needs."""

import re
from pathlib import Path

import discord

from bot.platforms.discord.permissions import lacking
from bot.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_invite_asks_for_what_is_needed_and_nothing_else() -> None:
    """The address of the setup carries exactly the permissions that /setup looks for, and they are named below it."""
    (number,) = re.findall(
        r"client_id=APPLICATION_ID&scope=bot\+applications\.commands&permissions=(\d+)$", README, re.MULTILINE
    )
    (named,) = re.findall(r"It asks for exactly: ([^.]+)\.", README)
    needed = lacking(0)
    assert lacking(int(number)) == ()
    assert sum(value for _, value in discord.Permissions(int(number))) == len(needed)
    assert " ".join(named.split()) == ", ".join(needed)


def test_the_table_has_every_setting_with_its_default() -> None:
    """Each setting stands in the README's table once, with its default."""
    found = re.findall(r"^\| (`[A-Z_`, ]+`) \|(.*?)\|", README, re.MULTILINE)
    table = [(name, defaults) for names, defaults in found for name in re.findall(r"\w+", names)]
    assert sorted(name for name, _ in table) == sorted(name.upper() for name in Settings.model_fields)
    for name, defaults in table:
        default = Settings.model_fields[name.lower()].default
        assert default in (None, "") or f"`{default}`" in defaults, name
