"""Whatever happens twice, or is lost on the way, counts once: double clicks, two devices, lost answers."""

import asyncio

import pytest

from tests.commands.asking import ask, days, request, rows
from tests.conftest import DATABASES, World
from tests.talk import click, say

pytestmark = pytest.mark.databases(*DATABASES)


def marks(world: World) -> list[tuple[str]]:
    """What was recorded."""
    return rows(world, "SELECT act FROM mark ORDER BY id")


@pytest.mark.parametrize("item", ["docker", "leetcode", ""])
async def test_a_double_click_on_done_is_one_mark(group: World, item: str) -> None:
    """Two clicks on Done at the same moment are one mark: one answer records, the other says already."""
    handle = group.app.dispatcher.handle
    asked = request(group.alice, "done", item=item or "python", group="1")
    titles = sorted(
        [reply.title.split(":")[0] for reply in await asyncio.gather(handle(asked), handle(asked))]
    )
    assert titles == ["Already recorded", "Recorded"]
    assert marks(group) == [("finished",)]


async def test_many_devices_at_once_are_one_mark_and_one_member(group: World) -> None:
    """Ten devices that send the first mark of somebody at once make one member with one mark and its points."""
    handle = group.app.dispatcher.handle
    replies = await asyncio.gather(*(handle(request(group.alice, "done", item="docker")) for _ in range(10)))
    assert sum(reply.title.startswith("Recorded") for reply in replies) == 1
    assert rows(group, "SELECT count(*) FROM member") == [(1,)]
    assert rows(group, "SELECT points FROM score WHERE period = 'all'") == [(12,)]


async def test_two_old_messages_with_the_same_button(group: World) -> None:
    """Done under two answers for the same topic, on two devices, records once."""
    phone, laptop = await say(group.alice, "/next"), await say(group.alice, "/next")
    assert (await click(group.alice, phone, "Done")).title == "Recorded: Python"
    assert (await click(group.alice, laptop, "Done")).title == "Already recorded: Python"


async def test_a_double_click_on_undo_takes_back_one_record(group: World) -> None:
    """Two clicks on one Undo at the same moment never take back the record before it."""
    await ask(group, group.alice, "done", item="python")
    await ask(group, group.alice, "done", item="docker")
    ((last,),) = rows(group, "SELECT max(id) FROM mark")
    asked = request(group.alice, "undo", mark=str(last), group="1")
    handle = group.app.dispatcher.handle
    replies = await asyncio.gather(handle(asked), handle(asked))
    assert sorted(reply.title for reply in replies) == ["Nothing to take back", "Taken back: Docker"]
    assert rows(group, "SELECT points FROM score WHERE period = 'all'") == [(60,)]


async def test_everybody_clicks_at_once(prompted: World) -> None:
    """Three members clicking Done under the same post at once have a mark each."""
    handle = prompted.app.dispatcher.handle
    people = (prompted.alice, prompted.bob, prompted.olivia)
    await asyncio.gather(*(handle(request(who, "done", item="python", post="1.0")) for who in people))
    assert len(marks(prompted)) == 3
    assert "3 members" in (await say(prompted.alice, "/leaderboard")).footer


@pytest.mark.parametrize("code", [10062, 40060])
async def test_an_answer_that_is_lost_loses_no_mark(group: World, code: int) -> None:
    """Discord no longer knows the interaction: the mark is kept, and asking again says already."""
    group.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=code)
    lost = await group.alice.slash(group.study, "done", item="docker")
    assert lost.response is None
    assert marks(group) == [("finished",)]
    assert (await say(group.alice, "/done docker")).title == "Already recorded: Docker"
    assert marks(group) == [("finished",)]


async def test_a_refusal_by_a_server_error_is_no_second_mark(group: World) -> None:
    """A 500 in answer to our answer changes nothing about what was recorded."""
    group.env.inject_error("POST", "/interactions/*/*/callback", status=500, times=None)
    await group.alice.slash(group.study, "done", item="docker")
    group.env.backend.faults.clear()
    assert (await say(group.alice, "/undo")).title == "Taken back: Docker"


async def test_setup_twice_at_once_makes_one_group(world: World) -> None:
    """Two organizers who set the same channel up at once have one group."""
    handle = world.app.dispatcher.handle
    replies = await asyncio.gather(*(handle(request(world.olivia, "setup")) for _ in range(2)))
    assert sorted(reply.title for reply in replies) == [
        "The study group is ready",
        "There is a study group here already",
    ]
    assert rows(world, "SELECT count(*) FROM study_group") == [(1,)]


async def test_prompt_twice_at_once_posts_once(group: World) -> None:
    """Two organizers who ask for the topic at once get one post."""
    handle = group.app.dispatcher.handle
    await asyncio.gather(*(handle(request(group.olivia, "prompt")) for _ in range(2)))
    assert len(group.posts()) == 1


async def test_a_tick_beside_a_prompt_posts_once(group: World) -> None:
    """The scheduled time and an organizer's /prompt at the same moment are one post."""
    await group.env.advance_time(4 * 24 * 3600 + 9 * 3600)
    await asyncio.gather(group.app.tick(), ask(group, group.olivia, "prompt"), group.app.tick())
    assert len(group.posts()) == 1
    await days(group, 1)
    assert len(group.posts()) == 1
    assert len(group.study.threads) == 1
