"""A database put back from a backup posts nothing again that the channel has (scenario 9)."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.platform import Held, Unsure
from bot.store.tables import PostState
from tests.makers import MONDAY, migrated
from tests.room import Room


class Life:
    """One database on disk, and the bots that live on it one after the other in the same chat."""

    def __init__(self, folder: Path) -> None:
        self.path, self.backup = folder / "life.db", folder / "backup.db"
        self.room = Room(migrated(self.path))

    async def begin(self) -> None:
        """The first bot, with its group."""
        await self.room.open()

    async def stop_and_copy(self) -> None:
        """Make a backup."""
        await self.again(lambda: shutil.copyfile(self.path, self.backup))

    async def restore(self) -> None:
        """Put the backup back."""
        await self.again(lambda: shutil.copyfile(self.backup, self.path))

    async def again(self, between: object = None) -> None:
        """Another process on the same database."""
        old = self.room
        old.close()
        if callable(between):
            between()
        self.room = Room(old.url, found=old.roadmap)
        self.room.clock.now, self.room.group_id = old.clock.now, old.group_id
        self.room.platform = old.platform
        self.room.platform.clock = self.room.clock
        self.room.delivery.platforms = [old.platform]
        self.room.delivery.began = self.room.clock()
        self.room.database.open()
        await self.room.publish(old.roadmap)


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A group whose database was backed up on the Friday before its first post."""
    made = Life(tmp_path)
    await made.begin()
    made.room.clock.now = MONDAY - timedelta(days=3)
    await made.stop_and_copy()
    yield made
    made.room.close()


async def test_a_post_after_the_backup_is_recognised(life: Life) -> None:
    """Restored three days later, the post that the channel has is taken on record, and the plan goes on from it."""
    life.room.clock.now = MONDAY
    await life.room.ticker.tick()
    life.room.clock.forward(hours=5)
    await life.restore()
    assert await life.room.posts() == []
    await life.room.ticker.tick()
    (post,) = await life.room.posts()
    assert (post.state, post.message_id) == (PostState.SENT, "m1")
    assert len(life.room.platform.visible) == 1
    await life.room.days(7)
    assert life.room.platform.titles()[-1] != life.room.platform.titles()[0]
    assert len(await life.room.prompts()) == 2


async def test_a_row_with_another_number_is_the_same_post(life: Life) -> None:
    """Planned anew, rows can get other numbers; the post is known by group, kind and date."""
    life.room.clock.now = MONDAY
    await life.room.ticker.tick()
    life.room.clock.forward(minutes=1)
    await life.restore()
    await life.room.group(
        channel="200", next_due_at=MONDAY - timedelta(minutes=1), planned_to=MONDAY - timedelta(days=1)
    )
    await life.room.ticker.tick()
    posts = await life.room.posts()
    assert [(post.id != 1, post.state) for post in posts] == [(True, PostState.SENT)]
    assert len(life.room.platform.titles("100")) == 1


async def test_what_the_channel_has_not_is_posted_late_once(life: Life) -> None:
    """After a plain outage the channel is looked at and lacks the post, so it comes."""
    life.room.clock.now = MONDAY + timedelta(hours=5)
    await life.again()
    await life.room.ticker.tick()
    await life.room.ticker.tick()
    assert [call for call, _ in life.room.platform.calls] == ["find", "send", "thread"]
    assert len(life.room.platform.visible) == 1


async def test_what_comes_due_while_it_runs_needs_no_look(life: Life) -> None:
    """A post in time costs no request more."""
    life.room.clock.now = MONDAY - timedelta(hours=1)
    await life.again()
    await life.room.tick(hours=1)
    assert [call for call, _ in life.room.platform.calls] == ["send", "thread"]


async def test_a_channel_that_cannot_be_read_gets_its_late_post(life: Life) -> None:
    """Without the right to read, an outage is likelier than a backup: the post is not held for it."""
    life.room.clock.now = MONDAY + timedelta(hours=5)
    await life.again()
    life.room.platform.fail("find", Held("No Read Message History."))
    await life.room.ticker.tick()
    assert len(life.room.platform.visible) == 1


async def test_a_look_that_fails_is_made_again_before_anything_is_sent(life: Life) -> None:
    """Discord's outage in the middle of the look leaves the post certain to be unsent, and looked for again."""
    life.room.clock.now = MONDAY
    await life.room.ticker.tick()
    life.room.clock.forward(hours=5)
    await life.restore()
    life.room.platform.calls.clear()
    life.room.platform.fail("find", Unsure("Discord had an error of its own (503)."))
    await life.room.ticker.tick()
    (post,) = await life.room.posts()
    assert (post.state, post.tried_at) == (PostState.DUE, None)
    await life.room.tick(seconds=15)
    assert [call for call, _ in life.room.platform.calls] == ["find", "find", "thread"]
    assert len(life.room.platform.visible) == 1
