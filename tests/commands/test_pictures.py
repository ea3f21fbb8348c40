"""Answers with pictures: what they show, and that the text is complete without."""

from bot.core.picture import RoadmapMap, State
from bot.core.reply import Reply
from tests.commands.asking import ask
from tests.conftest import World
from tests.talk import Said, say


def scene(reply: Reply) -> RoadmapMap:
    """The map of an answer."""
    assert reply.picture is not None
    assert isinstance(reply.picture.scene, RoadmapMap)
    return reply.picture.scene


def pictures(said: Said) -> list[tuple[str, str]]:
    """Name and words of the pictures in a message."""
    assert said.message is not None
    return [(file.filename, file.description or "") for file in said.message.attachments]  # type: ignore[union-attr]


async def test_progress_shows_the_roadmap_as_a_map(group: World) -> None:
    """Every topic has the state that the text gives it, in its section."""
    await ask(group, group.alice, "done", item="python")
    await ask(group, group.alice, "skip", item="bash-and-editors")
    await ask(group, group.alice, "done", item="data-lineage-feature-stores")
    reply = await ask(group, group.alice, "progress")
    found = scene(reply)
    states = {stop.title: stop.state for stretch in found.stretches for stop in stretch.stops}
    assert len(states) == 14
    assert (found.name, states["Python"], states["Docker"]) == ("alice", State.DONE, State.NOW)
    assert set(states.values()) > {State.OPEN, State.SKIPPED}
    assert [fact.label for fact in found.facts] == ["points", "1"]
    for words in ("alice", "2 of 14 topics done", "Programming 1 of 2", "On now: Docker"):
        assert words in (reply.picture.alt if reply.picture else "")


async def test_progress_comes_with_the_picture_drawn(group: World) -> None:
    """On Discord it is a PNG in the answer with words for who can't see it, and the text says the same."""
    await ask(group, group.alice, "done", item="docker")
    said = await say(group.alice, "/progress")
    ((name, words),) = pictures(said)
    assert name == "progress.png"
    assert "1 of 14 topics done" in words
    assert "1 of 14 topics" in said
    assert said.private
    assert said.buttons == ["Next", "Leaderboard"]


async def test_who_only_looks_sees_the_way(group: World) -> None:
    """Without a mark the map names nobody and is all open."""
    found = scene(await ask(group, group.bob, "progress"))
    assert found.name == ""
    assert {stop.state for stretch in found.stretches for stop in stretch.stops} == {State.NOW, State.OPEN}


async def test_an_answer_without_its_picture_is_complete(group: World) -> None:
    """Where nothing can be drawn, the same text goes out."""
    await ask(group, group.alice, "done", item="docker")
    with_picture = await say(group.alice, "/progress")

    def broken(_: object) -> bytes:
        raise OSError("no such font")

    group.app.studio._kept.clear()
    group.app.studio.drawer = broken
    without = await say(group.alice, "/progress")
    assert str(without) == str(with_picture)
    assert without.buttons == with_picture.buttons
    assert not pictures(without)
