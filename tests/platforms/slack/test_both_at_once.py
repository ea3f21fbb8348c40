"""One process serves Discord and Slack at once, and one group lives on both."""

import re
from collections.abc import AsyncIterator, Callable

import pytest

from bot.app import App
from bot.platforms.slack import pacing, web
from bot.settings import Settings
from tests.commands.asking import FIRST_PROMPT, days
from tests.conftest import Clock, World
from tests.platforms.slack.fake import FakeSlack
from tests.platforms.slack.talk import ALICE, OLIVIA, SECRET, STUDY, Slack, read
from tests.talk import click, say


@pytest.fixture
def make_app(url: str, clock: Clock) -> Callable[[], App]:
    """The whole bot on both, on one database and one clock."""
    token = "xoxb-1"  # noqa: S105 - of a Slack that is none
    settings = Settings(
        database_url=url,
        slack_bot_token=token,
        slack_signing_secret=SECRET,
        slack_port=0,
        _env_file=None,
    )
    return lambda: App(settings, clock=clock)


@pytest.fixture
async def slack(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Slack]:
    """Slack, beside the simulated Discord."""
    fake = FakeSlack(clock)
    monkeypatch.setattr(web, "API", await fake.start())
    monkeypatch.setattr(pacing, "GAP", 0.0)
    fake.user(OLIVIA, "olivia", is_admin=True)
    fake.user(ALICE, "alice")
    fake.channel(STUDY, "study", "U0BOT")
    platform = world.app.slack
    assert platform is not None
    await platform.start()
    people = Slack(fake, clock, lambda: platform.port)
    yield people
    await people.close()
    await platform.close()
    await fake.stop()
    assert fake.refused == []


def prompts(slack: Slack) -> list[str]:
    """Titles of what was posted on Slack."""
    messages = slack.fake.channels[STUDY].messages
    return [m["blocks"][0]["text"]["text"] for m in messages if m.get("metadata") and not m.get("thread_ts")]


async def test_each_platform_has_its_groups(world: World, slack: Slack) -> None:
    """The same tick posts on both, and what is recorded on one is not on the other's board."""
    await say(world.olivia, "/setup")
    await slack.say(OLIVIA, "/study setup")
    await days(world, FIRST_PROMPT)
    assert [post.title for post in world.posts()] == prompts(slack) == ["Topic 1 of 14 · Python"]
    await say(world.alice, "/done docker")
    assert "alice" not in await slack.say(OLIVIA, "/leaderboard")


async def test_one_group_lives_on_both(world: World, slack: Slack) -> None:
    """A code from Discord joins the channel on Slack: one schedule, one board, a post in each."""
    await say(world.olivia, "/setup")
    code = re.search(r"code:(\w+)", str(await say(world.olivia, "/twin")))
    assert code is not None
    joined = await slack.say(OLIVIA, f"/study twin code:{code[1]}")
    for label in joined.buttons[:1]:
        await slack.click(OLIVIA, joined, label.split(" ", 1)[-1])
    await days(world, FIRST_PROMPT)
    assert [post.title for post in world.posts()] == prompts(slack) == ["Topic 1 of 14 · Python"]
    await say(world.alice, "/done docker")
    assert "alice" in await slack.say(OLIVIA, "/leaderboard")
    await slack.say(ALICE, "/done python")
    assert "60 points" in await say(world.olivia, "/leaderboard")


async def test_who_made_a_code_hears_on_slack_that_it_was_used(world: World, slack: Slack) -> None:
    """A code from Slack that is entered on Discord, by whomever, is told to its maker in a direct message."""
    code = re.search(r"code:(\w+)", str(await slack.say(ALICE, "/study link")))
    assert code is not None
    asked = await say(world.bob, f"/link {code[1]}")
    assert f"D{ALICE}" not in slack.fake.channels
    assert "The other account was told so." in await click(world.bob, asked, "Yes, link them")
    (told,) = slack.fake.channels[f"D{ALICE}"].messages
    assert read(told).title == "Your accounts are linked"
    assert "bob* on Discord entered the code" in read(told)
    assert "here or with `/study unlink`" in read(told)
    asked = await slack.click(ALICE, told, "That was not me", f"D{ALICE}")
    assert "on its own again" in await slack.click(ALICE, asked, "Separate it", f"D{ALICE}")
    assert "No other account is linked" in await say(world.bob, "/unlink")


async def test_who_made_a_code_hears_on_discord_that_it_was_used(world: World, slack: Slack) -> None:
    """A code from Discord that is entered on Slack is told to its maker in a direct message, or said not to be."""
    for closed in (False, True):
        code = re.search(r"code:(\w+)", str(await say(world.alice, "/link")))
        assert code is not None
        asked = await slack.say(ALICE, f"/study link code:{code[1]}")
        if closed:
            world.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
        answer = await slack.click(ALICE, asked, "Yes, link them")
        assert "Linked: you are one person now" in answer
        assert ("could not be told" if closed else "The other account was told so.") in answer
        (told,) = world.alice.user.dm_channel.history()
        assert "alice** on Slack entered the code" in told.embeds[0].description
        asked = await click(world.alice.user, told, "That was not me")
        assert "on its own again" in await click(world.alice.user, asked, "Separate it")
