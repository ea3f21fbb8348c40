"""Nobody reaches another workspace's group on Slack, and nothing that people write there means anything."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.commands.table import COMMANDS
from bot.core.command import Audience, Takes
from bot.core.custom_ids import encode
from bot.core.reply import Button
from bot.platforms.slack.rendering import ACTION_ID
from bot.store.tables import metadata
from tests.commands.test_matrix import OWN, REFUSED, THEIRS
from tests.platforms.slack.both import typed_there
from tests.platforms.slack.conftest import SlackWorld
from tests.platforms.slack.rows import rows
from tests.platforms.slack.talk import ALICE, BOB, CHARLIE, LOBBY, OLIVIA, STUDY
from tests.platforms.slack.test_installing import both, slack_settings  # noqa: F401 - fixtures

HERE = [c for c in COMMANDS if not c.only or "slack" in c.only]
ORGANIZER = [c for c in HERE if c.audience is Audience.ORGANIZER]
NAMES = [c.name for c in HERE if c.name in THEIRS]
HOSTILE = (
    "<!channel> <!here|x> <@U1OLIVIA> <#C1STUDY|x> @everyone *b* _i_ ~s~ `c` ```x``` "
    "<http://evil.example|bank> [bank](http://evil.example) https://evil.example &lt;!channel&gt; > q"
)
OURS = re.compile(r"<(?:https?://[^<>|]+\|[^<>]*|#[A-Z0-9]+|@[A-Z0-9]+)>")


def dump(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the database holds."""
    return {name: sorted(rows(url, f"SELECT * FROM {name}"), key=repr) for name in metadata.tables}  # noqa: S608


def forged(name: str, **more: str | int) -> str:
    """The id of a button that says a command about the group of T1."""
    known = {"alice": f"T1.{ALICE}", "study": STUDY}
    args = {key: known.get(str(value), value) for key, value in THEIRS.get(name, {}).items()}
    custom_id = encode(Button("Forged", name, {**args, **more}), ACTION_ID)  # type: ignore[dict-item]
    assert custom_id is not None
    return custom_id


@pytest.fixture
async def two(both: SlackWorld, url: str) -> AsyncIterator[SlackWorld]:  # noqa: F811 - the fixture
    """Two workspaces with a group each; alice has marks in the first, and a post is out. Nothing may change."""
    await both.slack.say(ALICE, "/done docker")
    await both.days(4 + 9 / 24)
    before = dump(url)
    yield both
    assert dump(url) == before


async def test_a_stranger_finds_nothing_by_a_forged_button(two: SlackWorld) -> None:
    """Every command about a group of another workspace answers "not found", privately, and changes nothing."""
    for name in NAMES:
        said = await two.slack.press(CHARLIE, forged(name, group=1), channel=LOBBY)
        assert said.title in REFUSED or name in OWN, name
        assert said.private
        assert "alice" not in said, name


async def test_a_group_that_is_not_there_is_not_found(two: SlackWorld) -> None:
    """Whatever a forged button says for a group, it is not found, and nothing breaks."""
    for number in ("0", "1 OR 1=1"):
        for name in NAMES:
            said = await two.slack.press(CHARLIE, forged(name, group=number), channel=LOBBY)
            assert said.title in REFUSED or name in OWN, (name, number)


async def test_organizers_commands_are_closed_to_members(two: SlackWorld) -> None:
    """Typed or pressed, an organizer's command is refused to a member at run time."""
    for command in ORGANIZER:
        pressed = await two.slack.press(BOB, forged(command.name, group=1))
        assert pressed.title == "That is for organizers", command.name
        if command.typed:
            said = await two.slack.say(BOB, typed_there(f"/{command.name}"))
            assert said.title == "That is for organizers", command.name


async def test_a_direct_message_reaches_no_group(two: SlackWorld) -> None:
    """Nothing said or pressed in a direct message reads or changes a group, an organizer's neither."""
    two.fake.channel("D1", "", "U0BOT", OLIVIA)
    for name in NAMES:
        said = await two.slack.press(OLIVIA, forged(name, group=1), channel="D1")
        assert said.title in ("Study groups live in workspaces", "That does not fit") or name in OWN, name
        assert "Python" not in said


def inert(world: SlackWorld) -> None:
    """Check that whatever was sent has no mention and no link but ours."""
    for message in world.fake.everything():
        assert not re.search(r"<", message.get("text", "")), message["text"]
        for block in message.get("blocks") or ():
            for part in (block.get("text"), *block.get("elements", ())):
                if isinstance(part, dict) and part.get("type") == "mrkdwn":
                    assert part["verbatim"]
                    rest = OURS.sub("", part["text"])
                    assert not re.search(r"[<>]", rest), part["text"]
                    assert "<http://evil" not in part["text"]


async def test_nothing_that_is_typed_means_anything(both: SlackWorld) -> None:  # noqa: F811 - the fixture
    """Every text option of every command, and a person's name, come back inert (scenario 37)."""
    grouped = both
    grouped.fake.users[ALICE]["profile"]["display_name"] = HOSTILE[:80]
    grouped.fake.users[OLIVIA]["profile"]["display_name"] = HOSTILE[:80]
    slack = grouped.slack
    await slack.say(ALICE, "/done docker")
    for command in HERE:
        who = OLIVIA if command.audience is Audience.ORGANIZER else ALICE
        for option in command.public_options if command.typed else ():
            if option.takes is Takes.TEXT:
                await slack.say(who, typed_there(f"/{command.name} {option.name}:{HOSTILE}"))
        if command.typed:
            await slack.say(who, typed_there(f"/{command.name} {HOSTILE}"))
    for line in ("/next", "/leaderboard", "/progress", "/roadmap"):
        await slack.say(BOB, typed_there(line))
    await slack.say(ALICE, f"/study {HOSTILE}")
    inert(grouped)
