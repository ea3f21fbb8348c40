"""The real commands on the platform, from setting a group up to a click after a restart."""

import asyncio

from sqlmodel import Session

from bot.store import workspaces
from tests.conftest import World
from tests.talk import click, say, suggestions


async def test_a_group_gets_its_week_and_a_member_records_it(world: World) -> None:
    """Set up, wait for Monday, click Done under the post, restart, and click again: one mark."""
    assert "Monday" in await say(world.olivia, "/setup")
    await world.forward(days=5)
    (post,) = world.posts()
    assert not post.private
    assert len(world.study.threads) == 1
    first = await click(world.alice, post, "Done")
    await world.restart()
    again = await click(world.alice, world.posts()[0], "Done")
    assert first.private
    assert first.title != again.title
    assert again.private


async def test_suggestions_come_from_the_roadmap(world: World) -> None:
    """What is typed into /done finds the topic, a letter missing or not."""
    await say(world.olivia, "/setup")
    assert "docker" in (await suggestions(world.alice, "done", "item", "dcker"))[:3]


async def test_another_server_knows_nothing_of_it(world: World) -> None:
    """A group belongs to its own server."""
    await say(world.olivia, "/setup")
    said = await say(world.charlie, "/next")
    assert said.private
    assert "Python" not in said


async def test_a_removal_while_away_is_noticed_and_a_return_too(world: World) -> None:
    """A start finds out which servers have removed the bot meanwhile, and goes on in those that took it back."""
    now, here = world.env.now(), str(world.guild.id)
    await say(world.olivia, "/setup")

    def change(session: Session) -> None:
        workspaces.enter(session, "discord", "42", "Gone", now)
        workspaces.leave(session, "discord", here, now)

    await world.app.database.write(change)
    await world.restart()
    left = await world.app.database.read(
        lambda session: {
            at: found.left_at
            for at in ("42", here)
            if (found := workspaces.workspace(session, "discord", at)) is not None
        }
    )
    assert left == {"42": now, here: None}
    await world.forward(days=4, hours=9)
    assert len(world.posts()) == 1


async def test_a_reconnect_starts_nothing(world: World) -> None:
    """However often Discord says that it is there again, no task more runs afterwards (scenario 16)."""
    before = asyncio.all_tasks()
    for event in ("connect", "ready", "disconnect", "resumed", "ready"):
        world.app.discord.dispatch(event)
    _, running = await asyncio.wait(asyncio.all_tasks() - before, timeout=10)
    assert not running
    assert asyncio.all_tasks() <= before
