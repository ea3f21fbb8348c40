"""The real commands on the platform, from setting a group up to a click after a restart."""

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
