"""Three days lost: a group's database is put back from a backup, or taken to another bot."""

from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from bot.core.platform import OWNER
from bot.store.backup import backup
from bot.store.restoring import restore
from bot.store.tables import Meta
from tests.conftest import World
from tests.talk import say


async def test_history_is_not_posted_again(world: World, tmp_path: Path) -> None:
    """With Friday's backup restored on Monday, its post is not repeated, and the next week goes on (scenario 9)."""
    await say(world.olivia, "/setup")
    await world.forward(days=1, hours=12)
    url, copy = world.app.database.url, tmp_path / "friday.db"
    backup(url, copy)
    await world.forward(days=3)
    (post,) = world.posts()
    # Between two lives of the bot, as after `roadmate restore`.
    await world._stack.aclose()
    restore(url, copy, datetime(2026, 1, 5, tzinfo=UTC))
    await world.restart()
    await world.forward(minutes=10)
    assert world.posts() == [post]
    assert len(world.study.threads) == 1
    assert (
        "weekly topic for Monday 5 January: posted ([Python]"
        in (await say(world.olivia, "/status")).fields["Latest posts"]
    )
    await world.forward(days=7)
    assert len({post.title for post in world.posts() if post.title.startswith("Topic")}) == 2


async def test_a_copy_for_trying_things_out_posts_nothing(world: World) -> None:
    """The same database under another bot is silent in the channel and says why to whoever asks (scenario 48)."""
    await say(world.olivia, "/setup")

    def of_another(session: Session) -> None:
        session.merge(Meta(key=OWNER, value="42"))

    await world.app.database.write(of_another)
    await world.restart()
    await world.forward(days=5)
    assert world.posts() == []
    assert "another bot's data" in await say(world.olivia, "/status")
    assert "another bot's data" in await say(world.olivia, "/prompt")
    assert "Python" in await say(world.alice, "/next")
    assert world.posts() == []
