"""The six weeks of one group, told on Slack: the very story that is told on Discord."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.platforms.slack.answering import IN_PRIVATE
from bot.settings import Settings
from bot.study.roadmap_files import default_folder
from tests.platforms.slack import rows as past
from tests.platforms.slack import talk
from tests.platforms.slack.both import typed_there
from tests.platforms.slack.conftest import SlackWorld, Watch
from tests.platforms.slack.talk import ALICE, BOB, OLIVIA, STUDY, Said
from tests.stories import test_six_weeks as story


@dataclass
class Actor:
    """Somebody in the story."""

    user: str
    there: "There"


@dataclass
class Thread:
    """The replies under a post."""

    replies: list[Any]

    def history(self) -> list[Any]:
        """What was said in it."""
        return [Line(_markdown(reply["blocks"][0]["text"]["text"])) for reply in self.replies]


@dataclass
class Line:
    """A message in a thread."""

    content: str


@dataclass
class StudyChannel:
    """The channel with its threads."""

    there: "There"

    @property
    def threads(self) -> list[Thread]:
        """One for each post that is discussed."""
        messages = self.there.world.fake.channels[STUDY].messages
        roots = dict.fromkeys(m["thread_ts"] for m in messages if m.get("thread_ts"))
        return [Thread([m for m in messages if m.get("thread_ts") == root]) for root in roots]


class There:
    """Slack, as the story knows its world."""

    def __init__(self, world: SlackWorld, url: str) -> None:
        self.world, self.url = world, url
        self.olivia, self.alice, self.bob = (Actor(user, self) for user in (OLIVIA, ALICE, BOB))
        self.study = StudyChannel(self)

    def posts(self) -> list[Said]:
        """What was posted, in the story's own markdown."""
        return [_read(post) for post in self.world.posts()]

    async def restart(self) -> None:
        """Start the bot anew."""
        await self.world.restart()


def _markdown(text: str) -> str:
    text = re.sub(r"\*([^*\n]+)\*", r"**\1**", text.replace(IN_PRIVATE.format("picture"), ""))
    return unescape(text).replace("/study ", "/").rstrip("\n")


def _read(said: Said) -> Said:
    fields = {name: _markdown(text) for name, text in said.fields.items()}
    buttons = [label.split(" ", 1)[-1] for label in said.buttons]
    return replace(
        said, text=_markdown(said.text), fields=fields, footer=_markdown(said.footer), buttons=buttons
    )


async def say(who: Actor, text: str, *_channel: Any) -> Said:
    """Type a command."""
    return _read(await who.there.world.slack.say(who.user, typed_there(text)))


async def click(who: Actor, shown: Said, label: str) -> Said:
    """Click a button."""
    return _read(await who.there.world.slack.click(who.user, shown, label))


async def days(there: There, count: float) -> None:
    """Let days pass."""
    await there.world.days(count)


async def suggestions(who: Actor, command: str, _option: str, typed: str) -> list[str]:
    """Slack suggests nothing while somebody types; what is gone is not found when it is sent."""
    said = await say(who, f"/{command} {typed}")
    return [said.title] if said.title.startswith("Recorded") else []


def rows(there: There, query: str) -> list[Any]:
    """Read the database past the bot."""
    return past.rows(there.url, query)


@pytest.fixture
def roadmaps(tmp_path: Path) -> Path:
    """A copy of the roadmaps, for the group's author to edit."""
    return Path(shutil.copytree(default_folder(), tmp_path / "roadmaps"))


@pytest.fixture
def make_slack_app(slack_settings: dict[str, Any], watch: Watch, roadmaps: Path) -> Callable[[], App]:
    """The whole bot over that copy."""
    return lambda: App(Settings(_env_file=None, roadmap_folder=roadmaps, **slack_settings), clock=watch)


async def test_six_weeks(
    there: SlackWorld, roadmaps: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group goes through prompts, reminders, marks, a tie, a pause, a restart and an edited roadmap."""
    there.fake.user("U5CAROL", "carol")
    there.fake.channels[STUDY].members.add("U5CAROL")
    world: Any = There(there, url)
    carol: Any = Actor("U5CAROL", world)
    for told in (say, click, days, suggestions, rows):
        monkeypatch.setattr(story, told.__name__, told)
    await story.set_up(world)
    await story.first_week(world, carol)
    await story.second_week(world, carol)
    await story.pause_and_restart(world, roadmaps)
    await story.after_the_restart(world, carol)
    await story.last_weeks(world, carol)
    assert isinstance(there.slack, talk.Slack)
