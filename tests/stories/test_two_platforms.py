"""Two weeks of one group in a Discord and a Slack channel, with somebody who is in both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.reply import Reply
from tests.makers import migrated
from tests.sides import ALICE, ALICE_TOO, BOB, CAROL, OLIVIA, SAM, Sides


@pytest.fixture
async def sides(tmp_path: Path) -> AsyncIterator[Sides]:
    """A group on Discord, on a Monday a minute before nine."""
    found = Sides(migrated(tmp_path / "story.db"))
    await found.room.open()
    yield found
    found.room.close()


def newest(sides: Sides) -> tuple[Reply, Reply]:
    """Read the newest post of each channel."""
    return sides.room.platform.visible[-1][2].reply, sides.slack.visible[-1][2].reply


async def board(sides: Sides) -> list[str]:
    """Read the board as both sides see it, which is the same."""
    shown = [await sides.say(who, "leaderboard", shared=1) for who in (BOB, CAROL)]
    assert shown[0].text == shown[1].text
    return shown[0].text.splitlines()


async def test_two_weeks_on_two_platforms(sides: Sides) -> None:
    """One schedule, one board, a prompt and a reminder in each channel; who is in both is there once."""
    # The group has a first member before anybody thinks of Slack.
    await sides.say(ALICE, "done", item="python-a")
    await sides.twin()
    await sides.room.tick(minutes=2)
    here, there = newest(sides)
    assert here.title == there.title == "Topic 1 of 4 · Python"

    # Alice is in both, and records here and there before she says so.
    await sides.press(ALICE_TOO, there, "Done")
    await sides.press(CAROL, there, "Done")
    await sides.press(BOB, here, "Done")
    assert len(await board(sides)) == 4
    assert (await sides.link()).title == "Linked: you are one person now"
    lines = await board(sides)
    assert len(lines) == 3
    assert all("12 points" in line for line in lines)
    assert sum("name-of-21" in line or "U21" in line for line in lines) == 1

    # Thursday: somebody has it all ahead, so each channel is reminded, and the three are counted as three.
    await sides.say(SAM, "join")
    await sides.room.days(3)
    for reminder in newest(sides):
        assert reminder.title == "Python: 4 days left"
        assert reminder.text.startswith("3 have finished it, nobody is on the way.")

    # The organizer on Slack moves the day; both channels follow, once.
    await sides.say(SAM, "schedule", day="tuesday")
    await sides.room.days(5)
    assert [[t for t in titles if t.startswith("Topic")] for titles in sides.titles()] == [
        *(["Topic 1 of 4 · Python", "Topic 2 of 4 · Docker"],) * 2
    ]
    here, there = newest(sides)
    await sides.press(ALICE, here, "Done")
    assert (await sides.press(ALICE_TOO, there, "Done")).title == "Already recorded: Docker"
    assert "18 points" in (await board(sides))[0]

    # Both go their own ways: everybody with the channel in which they joined, and nobody loses anything.
    await sides.press(OLIVIA, await sides.say(OLIVIA, "twin"), "Take #study out")
    assert "18 points, rank 1" in (await sides.say(ALICE, "progress")).text
    assert "12 points, rank 1" in (await sides.say(CAROL, "progress")).text
    await sides.room.days(7)
    assert [[t for t in titles if t.startswith("Topic")][-1] for titles in sides.titles()] == [
        *("Topic 3 of 4 · Kubernetes",) * 2
    ]
