"""Saying and pressing the same on Discord and on Slack, and comparing what people read."""

import re
from dataclasses import dataclass
from typing import Any

from bot.commands.table import COMMANDS
from bot.core.command import Audience
from bot.core.custom_ids import LONGEST, decode
from bot.core.picture import Picture
from bot.core.turns import Turns
from bot.platforms.slack.rendering import ACTION_ID
from bot.platforms.slack.words import DIRECT
from tests.commands.asking import days, press
from tests.conftest import World
from tests.platforms.slack import talk as slack_talk
from tests.platforms.slack.alike import same, words_on_discord, words_on_slack
from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, RANDOM, STUDY
from tests.talk import Said, fill_in, read, say

USERS = {"olivia": OLIVIA, "alice": ALICE, "bob": BOB}
ORGANIZER = {c.name for c in COMMANDS if c.audience is Audience.ORGANIZER}
Line = tuple[str, ...]
"""Who says what, and in which channel where it is not #study. `{code}` is the newest code that was shown."""
Kind = tuple[Any, ...]
WEEKS = 4
PRESSES = 500
"""More than there are, so that a button that leads to ever new ones ends this too."""
LOUNGE, DIRECT_TO = "C9LOUNGE", "to "

LAST = "mydata delete"
CODE = re.compile(r"code:([0-9a-f]{32})")


async def drawn(_picture: Picture) -> bytes:
    """A picture that is never late; what it says in words is compared."""
    return b"a picture"


@dataclass
class Shown:
    """A button as it was shown on both: its ids, to whom, and in which channel."""

    on_discord: str
    on_slack: str
    name: str
    place: str


class Both:
    """The two platforms, on which the same is said and pressed."""

    def __init__(self, world: World, there: SlackWorld) -> None:
        self.world, self.there = world, there
        there.fake.users[OLIVIA]["tz"] = None
        there.fake.users[ALICE]["tz"] = None
        there.fake.channel(LOUNGE, "lounge", "U0BOT", OLIVIA, ALICE, BOB)
        self.places = {
            "": (world.study, STUDY),
            "lounge": (world.guild.create_text_channel("lounge"), LOUNGE),
        }
        for app in (world.app, there.app):
            # Nobody waits here: what is said in a second is more than one person may say.
            app.dispatcher.turns = Turns(most=1e9)
            app.dispatcher.draw = drawn
        self.places |= {DIRECT_TO + n: (getattr(world, n).user.dm_channel, f"D{u}") for n, u in USERS.items()}
        self.told = dict.fromkeys(USERS, 0)
        self.waiting: dict[Kind, Shown] = {}
        self.pressed: set[Kind] = set()
        self.differences: list[str] = []
        self.codes = "", ""

    async def say(self, name: str, line: str, place: str = "") -> None:
        """Say a line on both and compare the answers."""
        who = getattr(self.world, name)
        here, there = self.places[place]
        options: dict[str, Any] = {}
        typed = line.replace("{code}", self.codes[1])
        line = line.replace("{code}", self.codes[0])
        if found := re.search(r" (member|channel):[@#](\w+)", line):
            options[found[1]] = getattr(self.world, found[2])
            line = line.replace(found[0], "")
            users = {key: f"<@{id_}|{key}>" for key, id_ in USERS.items()}
            typed = typed.replace(f"@{found[2]}", users.get(found[2], "")).replace(
                "#random", f"<#{RANDOM}|random>"
            )
        answered = await self.there.slack.say(USERS[name], typed_there(typed), there)
        self._compare(f"{name}: {typed}", await say(who, line, here, **options), answered, name, place)

    async def press(self, kind: Kind, shown: Shown) -> None:
        """Press a button on both and compare the answers; a form is sent as it comes."""
        name = "olivia" if kind[0] in ORGANIZER else shown.name
        who, user, (here, there) = getattr(self.world, name), USERS[name], self.places[shown.place]
        if shown.place.startswith(DIRECT_TO):
            who = who.user
        what = f"{name} presses {shown.on_discord}"
        on_discord = await press(who, shown.on_discord, here)
        on_slack = await self.there.slack.press(user, shown.on_slack, channel=there)
        self._compare(what, on_discord, on_slack, name, shown.place)
        if on_discord.form is not None:
            values = {field: value for field, value, _ in _form(on_discord)}
            sent = await fill_in(who, on_discord, **values)
            answered = await self.there.slack.fill_in(user, on_slack, there, **values)
            self._compare(f"{what} and sends it", sent, answered, name, shown.place)

    async def press_all(self, last: bool = False) -> None:
        """Press every button that was shown, each once, and those that come of it."""
        self._compare_told()
        while new := {
            kind: shown
            for kind, shown in self.waiting.items()
            if kind not in self.pressed and (last or kind[0] != LAST)
        }:
            for kind, shown in new.items():
                self.pressed.add(kind)
                assert len(self.pressed) < PRESSES
                await self.press(kind, shown)
            self._compare_told()

    def _compare_told(self) -> None:
        """What each was told in direct messages since the last look, but for the files that Slack shows there."""
        for name, user in USERS.items():
            place = DIRECT_TO + name
            here, channel = self.places[place]
            ours = [read(message) for message in here.history() if message.embeds]
            private = self.there.fake.channels.get(channel)
            theirs = [slack_talk.read(m) for m in (private.messages if private else ()) if "file" not in m]
            assert len(ours) == len(theirs), user
            for one, other in list(zip(ours, theirs, strict=True))[self.told[name] :]:
                self._compare(f"{name} is told", one, other, name, place)
            self.told[name] = len(ours)

    async def days(self, count: float) -> None:
        """Let time pass on both."""
        await days(self.world, count)
        await self.there.days(count)
        assert len(self.world.posts()) == len(self.there.posts())
        for here, there in zip(self.world.posts(), self.there.posts(), strict=True):
            self._compare("post", here, there, "alice", "")

    def _compare(self, what: str, here: Said, there: slack_talk.Said, name: str, place: str) -> None:
        if here.form is not None or there.view is not None:
            assert _form(here) == _slack_form(there), what
            return
        on_discord, on_slack = words_on_discord(here), words_on_slack(there)
        if on_discord != on_slack:
            self.differences.append(f"{what}\n  discord: {on_discord}\n  slack:   {on_slack}")
        assert here.private == there.private, what
        self._compare_files(what, here)
        codes = CODE.search(str(here)), CODE.search(str(there))
        if codes[0] and codes[1]:
            self.codes = codes[0][1], codes[1][1]
        ours = [(kind_of(i), i) for i in _custom_ids(here)]
        theirs = [(kind_of(i, ACTION_ID), i) for i in _action_ids(there)]
        assert [kind for kind, _ in ours] == [kind for kind, _ in theirs], what
        for (kind, custom_id), (_, action_id) in zip(ours, theirs, strict=True):
            self.waiting.setdefault(kind, Shown(custom_id, action_id, name, place))

    def _compare_files(self, what: str, here: Said) -> None:
        """Files and pictures have the same names and say the same in words; turning pages brings none on Slack."""
        files = self.there.fake.files
        sent = [(file["name"], same(file["alt"] or "")) for file in files.values()]
        files.clear()
        assert here.message is not None
        ours = [(file.filename, same(file.description or "")) for file in here.message.attachments]
        if ours != sent:
            self.differences.append(f"{what}\n  discord: {ours}\n  slack:   {sent}")


def typed_there(line: str) -> str:
    """How a line is typed on Slack."""
    name = line.removeprefix("/").split()[0]
    return line if name in DIRECT else f"/study {line.removeprefix('/')}"


def kind_of(custom_id: str, longest: int = LONGEST) -> Kind:
    """What a button does, with all its arguments; a code is another one on each platform."""
    said = decode(custom_id, longest)
    assert said is not None, custom_id
    args = dict(said.args)
    if "code" in args:
        args["code"] = ""
    if "week" in args:
        # The weeks before lead to ten years of weeks before.
        args["week"] = str(max(int(args["week"]), -WEEKS))
    return said.command, tuple(sorted(args.items())), said.ask, said.replaces


def _action_ids(said: slack_talk.Said) -> list[str]:
    rows = [b["elements"] for b in said.message["blocks"] if b["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row]


def _custom_ids(said: Said) -> list[str]:
    assert said.message is not None
    rows: Any = said.message.components
    rows = [row if isinstance(row, dict) else row.to_dict() for row in rows]
    return [item["custom_id"] for row in rows for item in row["components"] if item.get("custom_id")]


def _form(said: Said) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    assert said.form is not None
    modal: Any = said.form.modal
    for row in modal["components"]:
        field = row.get("component") or row["components"][0]
        found.append((field["custom_id"], field.get("value") or "", row.get("description") or ""))
    return found


def _slack_form(said: slack_talk.Said) -> list[tuple[str, str, str]]:
    assert said.view is not None
    return [
        (b["block_id"], b["element"].get("initial_value") or "", b.get("hint", {}).get("text", ""))
        for b in said.view["blocks"]
    ]


def without_values(kind: Kind) -> Kind:
    """The kind of a button that differs from others in the values of its arguments only."""
    command, args, ask, replaces = kind
    return command, tuple(name for name, _ in args), ask, replaces
