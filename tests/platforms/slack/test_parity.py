"""One table of conversations, held on Discord and on Slack: the same words, the same buttons, the same forms."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.commands.table import COMMANDS
from bot.core.command import Audience
from bot.core.custom_ids import Clicked, decode
from bot.core.markup import BREAK
from bot.core.words import DISCORD, SLACK
from bot.platforms.slack.answering import IN_PRIVATE
from bot.platforms.slack.mrkdwn import UNDERSCORE, plain
from bot.platforms.slack.rendering import ACTION_ID
from bot.platforms.slack.words import DIRECT
from tests.commands.asking import FIRST_PROMPT, days, press
from tests.conftest import World
from tests.makers import migrated
from tests.platforms.slack import talk as slack_talk
from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, RANDOM
from tests.talk import Said, say

USERS = {"olivia": OLIVIA, "alice": ALICE, "bob": BOB}
ORGANIZER = {c.name for c in COMMANDS if c.audience is Audience.ORGANIZER}
Line = tuple[str, str]

BEFORE: list[Line] = [
    ("alice", "/next"),
    ("olivia", "/next"),
    ("olivia", "/setup"),
    ("alice", "/next"),
]
"""Said before there is a group, and to make one."""

LINES: list[Line] = [
    ("alice", "/help"),
    ("alice", "/next"),
    ("alice", "/next topic:docker"),
    ("alice", "/done"),
    ("alice", "/done"),
    ("alice", "/done item:docker hours:2.5 note:Layers & caches <in> order"),
    ("alice", "/done item:leetcode"),
    ("alice", "/done item:no such thing at all"),
    ("bob", "/done item:dockr"),
    ("bob", "/skip item:kubernetes"),
    ("bob", "/undo"),
    ("bob", "/progress"),
    ("bob", "/progress member:@alice"),
    ("bob", "/progress member:@olivia"),
    ("alice", "/roadmap"),
    ("alice", "/topic item:docker"),
    ("alice", "/topic item:docker-roadmap"),
    ("alice", "/leaderboard"),
    ("bob", "/leaderboard window:week page:2"),
    ("bob", "/leaderboard week:-1"),
    ("alice", "/streak why:yes"),
    ("bob", "/group"),
    ("bob", "/leave"),
    ("bob", "/join"),
    ("bob", "/join"),
    ("alice", "/privacy"),
    ("alice", "/mydata export"),
    ("alice", "/mydata delete"),
    ("alice", "/unlink"),
    ("alice", "/link"),
    ("olivia", "/status"),
    ("olivia", "/schedule day:friday time:18:30 pace:6 hours a week"),
    ("olivia", "/schedule"),
    ("olivia", "/pause until:2 weeks"),
    ("olivia", "/status"),
    ("olivia", "/resume"),
    ("olivia", "/prompt"),
    ("olivia", "/prompt"),
    ("olivia", "/setup channel:#random"),
]
"""What is said when there is one. A command of the table that is missing here is said without options."""
LAST = "mydata delete"


@pytest.fixture
def slack_settings(tmp_path: Path) -> dict[str, Any]:
    """Slack with a database of its own."""
    token, secret = "xoxb-1", slack_talk.SECRET
    return {
        "database_url": migrated(tmp_path / "slack.db"),
        "slack_bot_token": token,
        "slack_signing_secret": secret,
        "slack_port": 0,
    }


class Both:
    """The two platforms, on which the same is said and pressed."""

    def __init__(self, world: World, there: SlackWorld) -> None:
        self.world, self.there = world, there
        there.fake.users[OLIVIA]["tz"] = None
        there.fake.users[ALICE]["tz"] = None
        self.waiting: dict[tuple[Any, ...], tuple[str, str]] = {}
        self.pressed: set[tuple[Any, ...]] = set()
        self.differences: list[str] = []

    async def say(self, name: str, line: str) -> None:
        """Say a line on both and compare the answers."""
        who = getattr(self.world, name)
        options: dict[str, Any] = {}
        typed = line
        if found := re.search(r" (member|channel):[@#](\w+)", line):
            options[found[1]] = getattr(self.world, found[2])
            line = line.replace(found[0], "")
            users = {key: f"<@{id_}|{key}>" for key, id_ in USERS.items()}
            typed = typed.replace(f"@{found[2]}", users.get(found[2], "")).replace(
                "#random", f"<#{RANDOM}|random>"
            )
        there = await self.there.slack.say(USERS[name], _typed(typed))
        self._compare(f"{name}: {typed}", await say(who, line, **options), there)

    async def press(self, kind: tuple[Any, ...], on_discord: str, on_slack: str) -> None:
        """Press a button on both and compare the answers."""
        name = "olivia" if kind[0] in ORGANIZER else "alice"
        here = await press(getattr(self.world, name), on_discord)
        there = await self.there.slack.press(USERS[name], on_slack)
        self._compare(f"{name} presses {on_discord}", here, there)

    async def press_all(self, last: bool = False) -> None:
        """Press one button of each kind, and those that come of it."""
        while new := {
            kind: ids
            for kind, ids in self.waiting.items()
            if kind not in self.pressed and (last or kind[0] != LAST)
        }:
            for kind, ids in new.items():
                self.pressed.add(kind)
                await self.press(kind, *ids)

    async def days(self, count: float) -> None:
        """Let time pass on both."""
        await days(self.world, count)
        await self.there.days(count)
        assert len(self.world.posts()) == len(self.there.posts())
        for here, there in zip(self.world.posts(), self.there.posts(), strict=True):
            self._compare("post", here, there)

    def _compare(self, what: str, here: Said, there: slack_talk.Said) -> None:
        if here.form is not None or there.view is not None:
            assert _form(here) == _slack_form(there), what
            return
        on_discord, on_slack = _words(here), _slack_words(there)
        if on_discord != on_slack:
            self.differences.append(f"{what}\n  discord: {on_discord}\n  slack:   {on_slack}")
        assert here.private == there.private, what
        ours = [decode(custom_id) for custom_id in _custom_ids(here)]
        theirs = [
            (decode(e["action_id"], ACTION_ID), e["action_id"])
            for b in there.message["blocks"]
            if b["type"] == "actions"
            for e in b["elements"]
        ]
        assert [_kind(said) for said in ours if said] == [_kind(said) for said, _ in theirs if said], what
        for said, custom_id, (_, action_id) in zip(ours, _custom_ids(here), theirs, strict=True):
            assert said is not None
            self.waiting.setdefault(_kind(said), (custom_id, action_id))


def _typed(line: str) -> str:
    name = line.removeprefix("/").split()[0]
    return line if name in DIRECT else f"/study {line.removeprefix('/')}"


def _kind(said: Clicked) -> tuple[Any, ...]:
    return (said.command, *sorted(said.args), said.ask, said.replaces)


def _custom_ids(said: Said) -> list[str]:
    assert said.message is not None
    rows: Any = said.message.components
    rows = [row if isinstance(row, dict) else row.to_dict() for row in rows]
    return [item["custom_id"] for row in rows for item in row["components"] if item.get("custom_id")]


def _words(said: Said) -> str:
    assert said.message is not None
    (embed,) = said.message.embeds
    fields = [part for field in embed.fields for part in (field.name, field.value)]
    footer = embed.footer.text if embed.footer else ""
    parts = [embed.title, embed.description, *fields, footer, " | ".join(said.buttons)]
    return _same(plain("\n".join(filter(None, parts))))


def _slack_words(said: slack_talk.Said) -> str:
    parts = []
    for block in said.message.get("blocks", ()):
        texts = block.get("elements") or [block]
        if block["type"] != "actions":
            parts += [
                _unmarked(t["text"] if isinstance(t["text"], str) else t["text"]["text"]) for t in texts
            ]
    parts.append(" | ".join(label.split(" ", 1)[-1] if _emoji(label) else label for label in said.buttons))
    return _same("\n".join(parts))


def _emoji(label: str) -> bool:
    return bool(label) and not label[0].isascii() and " " in label


def _unmarked(text: str) -> str:
    """Read mrkdwn as a person does."""
    text = re.sub(r"<https?://[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"\*([^*\n]+)\*", r"\1", text).replace("`", "")
    return unescape(text)


def _same(text: str) -> str:
    """Words that differ by intent, made the same: how commands are said, who organizes, ids, codes."""
    text = text.replace(BREAK, "")
    for what in ("file", "picture"):
        text = text.replace(IN_PRIVATE.format(what), "")
    for alike, sign in {"\u2217": "*", "\u223c": "~", "\u02cb": "`", UNDERSCORE: "_"}.items():
        text = text.replace(alike, sign)
    text = re.sub(r"/study (?=\w)", "/", text)
    for here, there in SLACK.phrases.items():
        text = text.replace(plain(there), plain(here))
    for field in ("organizers", "right", "lacks"):
        text = text.replace(plain(getattr(SLACK, field)), plain(getattr(DISCORD, field)))
    for command in COMMANDS:
        if command.only:
            text = re.sub(rf"^/{command.name} [^\n]*\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"<[#@]\w+>|the discussion", "<>", text)
    text = re.sub(r"\b[0-9a-f]{4,}(?:[- ]?[0-9a-f]{4,})*\b", "code", text)
    return " ".join(text.split())


def _form(said: Said) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    assert said.form is not None
    modal: Any = said.form.modal
    for row in modal["components"]:
        field = row.get("component") or row["components"][0]
        found.append((field["custom_id"], field.get("value") or ""))
    return found


def _slack_form(said: slack_talk.Said) -> list[tuple[str, str]]:
    assert said.view is not None
    return [(b["block_id"], b["element"].get("initial_value") or "") for b in said.view["blocks"]]


async def test_everything_is_said_alike(world: World, there: SlackWorld) -> None:
    """Every command and one button of each kind answers on Slack with the words, buttons and forms of Discord."""
    both = Both(world, there)
    for name, line in BEFORE:
        await both.say(name, line)
    await both.days(FIRST_PROMPT)
    said = {line.removeprefix("/").split(":")[0] for _, line in LINES}
    missing = [
        c.name
        for c in COMMANDS
        if c.on("discord") and c.on("slack") and not any(line.startswith(c.name) for line in said)
    ]
    extra = [("olivia" if name in ORGANIZER else "alice", f"/{name}") for name in missing]
    for name, line in LINES + extra:
        await both.say(name, line)
        await both.press_all()
    await both.days(7)
    await both.press_all(last=True)
    assert both.differences == [], "\n".join(both.differences)
    pressed = {kind[0] for kind in both.pressed}
    assert pressed >= {"done", "next", "stuck", "leaderboard", "schedule", "pause", LAST}
