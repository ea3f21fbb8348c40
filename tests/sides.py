"""A bot on two platforms without a chat: people speak on either, and a group may live on both."""

from typing import Any

from sqlmodel import select

from bot.core.reply import Reply
from bot.core.request import Channel, Person, Request, Value
from bot.core.troubles import FAULT
from tests.room import FakePlatform, Room

Who = tuple[str, str]
"""A platform and the id of a person there."""

OLIVIA, SAM = ("discord", "7"), ("slack", "T1.U7")
"""The organizers of the Discord server 1 and the Slack team T1."""
ALICE, ALICE_ALSO, ALICE_TOO = ("discord", "21"), ("discord", "22"), ("slack", "T1.U21")
BOB, CAROL = ("discord", "31"), ("slack", "T1.U41")
MALLORY = ("slack", "T2.U66")
"""The organizer of another team."""
ORGANIZERS = (OLIVIA, SAM, MALLORY)
DISCORD, SLACK = "100", "C1"
"""The channels of the two groups."""


def code_in(reply: Reply) -> str:
    """Read the code that an answer shows."""
    return reply.text.partition("code:")[2].partition("`")[0]


class Sides:
    """A room with a group in channel 100 of a Discord server, and Slack teams beside it."""

    def __init__(self, url: str) -> None:
        self.room = Room(url)
        self.slack = FakePlatform(self.room.clock, "slack")
        self.room.delivery.platforms = [self.room.platform, self.slack]

    def request(self, who: Who, command: str, channel: str = "", **args: Value) -> Request:
        """Make a request in the usual channel of a person."""
        platform, person = who
        workspace = "1" if platform == "discord" else person.partition(".")[0] if "." in person else "T1"
        place = Channel(channel or (DISCORD if platform == "discord" else SLACK), "study")
        name = f"name-of-{person}"
        return Request(
            platform, workspace, place, Person(person, name), who in ORGANIZERS, command, args, workspace_name=workspace
        )  # fmt: skip

    async def say(self, who: Who, command: str, channel: str = "", **args: Value) -> Reply:
        """Say a command; nothing may ever break."""
        reply = await self.room.dispatcher.handle(self.request(who, command, channel, **args))
        assert reply.title != FAULT
        return reply

    async def press(self, who: Who, shown: Reply, label: str, channel: str = "") -> Reply:
        """Press a button of an answer."""
        button = next(b for b in shown.buttons if b.label.startswith(label))
        return await self.say(who, button.command, channel, **button.args)

    async def link(self, first: Who = ALICE, second: Who = ALICE_TOO) -> Reply:
        """Link two accounts as a person does."""
        asked = await self.say(second, "link", code=code_in(await self.say(first, "link")))
        assert asked.title == "Is that you too?"
        return await self.press(second, asked, "Yes, link them")

    async def twin(self, second: Who = SAM, channel: str = "", first: Who = OLIVIA) -> Reply:
        """Let the group live in one more channel, as two organizers do."""
        asked = await self.say(second, "twin", channel, code=code_in(await self.say(first, "twin")))
        assert asked.title == "Share a group with another server?"
        return await self.press(second, asked, "Yes, share it", channel)

    async def rows(self, *columns: Any) -> list[Any]:
        """Read columns past the bot."""
        return await self.room.database.read(lambda s: list(s.exec(select(*columns))))

    def titles(self) -> tuple[list[str], list[str]]:
        """Read the titles of what people see in the two channels."""
        return self.room.platform.titles(DISCORD), self.slack.titles(SLACK)
