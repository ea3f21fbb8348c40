"""One table of conversations, held on Discord and on Slack: the same words, buttons, forms and pictures."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.commands.table import COMMANDS
from tests.commands.asking import FIRST_PROMPT
from tests.commands.walking import buttons_sent
from tests.conftest import World
from tests.makers import migrated
from tests.platforms.slack import talk as slack_talk
from tests.platforms.slack.both import LAST, ORGANIZER, Both, Line, kind_of, without_values
from tests.platforms.slack.conftest import SlackWorld

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
    ("olivia", "/twin"),
    ("olivia", "/twin code:{code}", "lounge"),
    ("olivia", "/twin", "lounge"),
    ("alice", "/link"),
    ("bob", "/link code:{code}"),
    ("bob", "/link code:{code}"),
    ("bob", "/unlink"),
]
"""What is said when there is one. A command of the table that is missing here is said without options."""


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


async def test_everything_is_said_alike(world: World, there: SlackWorld) -> None:
    """Every command and every button that Discord showed says, shows and asks the same on Slack."""
    both = Both(world, there)
    for line in BEFORE:
        await both.say(*line)
    await both.days(FIRST_PROMPT)
    said = {re.split(r" \w+:", line[1].removeprefix("/"))[0] for line in LINES}
    missing = [c for c in COMMANDS if c.typed and c.on("discord") and c.on("slack") and c.name not in said]
    for line in [*LINES, *(("olivia" if c.name in ORGANIZER else "alice", f"/{c.name}") for c in missing)]:
        await both.say(*line)
        await both.press_all()
    await both.days(7)
    await both.press_all(last=True)
    assert both.differences == [], "\n".join(both.differences)
    assert both.pressed == set(both.waiting)
    pressed = {without_values(kind) for kind in both.pressed}
    assert {without_values(kind_of(custom_id)) for custom_id in buttons_sent(world).values()} <= pressed
    assert {kind[0] for kind in pressed} >= {
        "done",
        "next",
        "stuck",
        "leaderboard",
        "schedule",
        "pause",
        LAST,
    }
