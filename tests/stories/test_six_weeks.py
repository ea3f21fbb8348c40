"""Six weeks of one group with three members, from the first /setup to the fifth topic."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from simcord import MemberActor

from bot.app import App
from bot.settings import Settings
from bot.study.roadmap_files import default_folder
from tests.commands.asking import days, rows
from tests.conftest import Clock, World
from tests.talk import Said, click, say, suggestions

FIRST_MONDAY = 4 + 8 / 24
"""Days until Monday 5 January at 09:00 in Berlin, which is 08:00 in UTC."""

NEW_TOPIC = """\
      - key: podman
        title: Podman
        goal: Run the same image without a daemon.
        summary: What changes without root, and what does not.
        hours: 6
        exercise: Run the image of the week before with Podman.
        resources:
          - key: podman-tutorial
            title: Podman for beginners
            kind: tutorial
            url: https://podman.io/get-started
            cost: free

      - key: kubernetes
"""


@pytest.fixture
def roadmaps(tmp_path: Path) -> Path:
    """A copy of the roadmaps, for the group's author to edit."""
    return Path(shutil.copytree(default_folder(), tmp_path / "roadmaps"))


@pytest.fixture
def make_app(tmp_path: Path, roadmaps: Path, clock: Clock) -> Callable[[], App]:
    """The whole bot over that copy."""
    database = f"sqlite:///{tmp_path / 'roadmate.db'}"
    return lambda: App(Settings(database_url=database, roadmap_folder=roadmaps, _env_file=None), clock=clock)


@pytest.fixture
def carol(world: World) -> MemberActor:
    """The third member."""
    return world.guild.add_member(world.env.create_user("carol"))


def edit(folder: Path) -> None:
    """Change a title, insert a topic, remove a resource and rename a key, as an author does."""
    file = folder / "mlops.yaml"
    text = file.read_text(encoding="utf-8").replace("bash-and-editors", "shell")
    text = text.replace("- key: shell\n", "- key: shell\n        renamed_from: [bash-and-editors]\n")
    text = text.replace("        title: Docker\n", "        title: Docker and containers\n")
    text = text.replace("  - docker\n", "  - docker\n  - podman\n").replace(
        "      - key: kubernetes\n", NEW_TOPIC
    )
    text = re.sub(r" +- key: leetcode\n(?: {12}.*\n)+", "", text)
    text = text.replace(", leetcode]", "]")
    file.write_text(text, encoding="utf-8")


async def board(world: World) -> list[str]:
    """The lines of the board as olivia, who is no member, reads them."""
    return (await say(world.olivia, "/leaderboard")).text.splitlines()


def titles(world: World) -> list[str]:
    """What was posted so far."""
    return [post.title for post in world.posts()]


async def test_six_weeks(world: World, carol: MemberActor, roadmaps: Path) -> None:
    """A group goes through prompts, reminders, marks, a tie, a pause, a restart and an edited roadmap."""
    await set_up(world)
    await first_week(world, carol)
    await second_week(world, carol)
    await pause_and_restart(world, roadmaps)
    await after_the_restart(world, carol)
    await last_weeks(world, carol)


async def set_up(world: World) -> None:
    """Olivia sets the group up in one command; until Monday nothing is posted."""
    said = await say(world.olivia, "/setup timezone:Europe/Berlin")
    assert said.fields["What is posted when"].startswith("• Monday 5 January, 09:00: **Python**")
    await days(world, FIRST_MONDAY - 1 / 24)
    assert titles(world) == []


async def first_week(world: World, carol: MemberActor) -> None:
    """Monday brings the prompt with its thread, Thursday the reminder with counts."""
    await days(world, 1 / 24)
    (post,) = world.posts()
    assert post.title == "Topic 1 of 14 · Python"
    assert "late" not in post
    (thread,) = world.study.threads
    assert post.fields["To discuss"] in thread.history()[0].content
    assert (await click(world.alice, post, "Done")).title == "Recorded: Python"
    assert (await click(world.alice, post, "Done")).title == "Already recorded: Python"
    assert "+30 points" in await say(world.bob, "/done item:leetcode hours:1.5 note:Two easy ones")
    assert "You are in" in (await say(carol, "/join")).title
    assert (await click(carol, post, "Stuck?")).title == "Stuck on Python?"
    await days(world, 3)
    assert titles(world)[1:] == ["Python: 4 days left"]
    reminder = world.posts()[-1]
    assert "1 has finished" in reminder
    assert "1 is on the way" in reminder
    assert not {"alice", "bob", "carol"} & set(re.findall(r"\w+", str(reminder)))


async def second_week(world: World, carol: MemberActor) -> None:
    """Bob draws level with alice, carol takes a slip back, and the board shares a rank."""
    await days(world, 4)
    assert titles(world)[-1] == "Topic 2 of 14 · Bash Basics & Command Line Editors"
    assert "+30 points" in await say(world.bob, "/done python")
    slip = await say(carol, "/done kubernetes")
    assert (await click(carol, slip, "Undo")).title == "Taken back: Kubernetes"
    assert "+12 points" in await say(carol, "/done docker")
    assert await board(world) == ["🥇 alice · 60 points", "🥇 bob · 60 points", "🥉 carol · 12 points"]
    assert "Nobody" not in (await say(world.bob, "/leaderboard window:week")).text
    assert (await say(world.alice, "/next")).title.startswith("Bash Basics")


async def pause_and_restart(world: World, roadmaps: Path) -> None:
    """From Wednesday to Wednesday nothing is posted; meanwhile the author edits and the bot starts anew."""
    await days(world, 2)
    assert "Wednesday 21 January" in await say(world.olivia, "/pause 1 week")
    before = titles(world)
    await days(world, 4)
    assert (await say(world.alice, "/done")).title.startswith("Recorded: Bash Basics")
    edit(roadmaps)
    await world.restart()
    await days(world, 2)
    assert titles(world) == before
    status = await say(world.olivia, "/status")
    assert "Monday 26 January, 09:00: **Docker and containers**" in status
    assert "Monday 2 February, 09:00: **Podman**" in status


async def after_the_restart(world: World, carol: MemberActor) -> None:
    """Nobody lost anything by the edit, and the buttons of the posts from before it still work."""
    assert "2 of 15 topics" in await say(world.alice, "/progress")
    assert (await say(world.alice, "/topic shell")).title.startswith("✅")
    python, shell = (post for post in world.posts() if post.title.startswith("Topic"))
    assert (await click(world.alice, shell, "Done")).title.startswith("Already recorded: Bash Basics")
    assert (await click(carol, shell, "Done")).title.startswith("Recorded: Bash Basics")
    assert (await click(carol, python, "Next")).title == "Python"
    assert (await say(world.alice, "/next")).title == "Docker and containers"
    assert "no longer part of the roadmap" in (await say(world.alice, "/done leetcode")).title
    assert "leetcode" not in await suggestions(world.bob, "done", "item", "leetcode")
    assert (await board(world))[:2] == ["🥇 alice · 80 points", "🥈 bob · 60 points"]
    assert rows(world, "SELECT hours, note FROM mark WHERE note != ''") == [(1.5, "Two easy ones")]


async def last_weeks(world: World, carol: MemberActor) -> None:
    """The plan goes on where it stood, with the inserted topic in its place."""
    await days(world, 6)
    assert titles(world)[-1] == "Topic 3 of 15 · Docker and containers"
    await days(world, 3)
    assert titles(world)[-1] == "Docker and containers: 4 days left"
    assert "1 has finished" in world.posts()[-1]
    await days(world, 4)
    podman = world.posts()[-1]
    assert podman.title == "Topic 4 of 15 · Podman"
    assert "+6 points" in await click(world.bob, podman, "Done")
    await days(world, 7)
    assert titles(world)[-1] == "Topic 5 of 15 · Version Control & CI/CD Pipelines"
    assert (
        len(world.study.threads) == len([title for title in titles(world) if title.startswith("Topic")]) == 5
    )
    await nothing_doubled(world, await say(carol, "/progress"))


async def nothing_doubled(world: World, carols: Said) -> None:
    """Each week has one post of a kind, and every point on the board is one of a mark that stands."""
    assert "2 of 15 topics" in carols
    twice = "SELECT kind, occurrence FROM post GROUP BY kind, occurrence HAVING count(*) > 1"
    assert rows(world, twice) == []
    assert rows(world, "SELECT state, count(*) FROM post WHERE state != 'sent' GROUP BY state") == []
    standing = """
        SELECT m.name, sum(points) FROM mark k JOIN member m ON m.id = k.member_id
        WHERE act = 'finished' AND k.id NOT IN (SELECT undoes FROM mark WHERE undoes IS NOT NULL)
        GROUP BY m.name ORDER BY 2 DESC"""
    assert await board(world) == [
        f"{medal} {name} · {points} points"
        for medal, (name, points) in zip("🥇🥈🥉", rows(world, standing), strict=True)
    ]
