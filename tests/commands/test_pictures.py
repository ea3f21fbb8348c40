"""Answers with pictures: what they show, and that the text is complete without."""

import pytest

from bot.commands import heatmap
from bot.commands.table import COMMANDS, DRAWN
from bot.core.picture import Board, Certificate, Crowd, RoadmapMap, Scene, State, Year
from bot.core.reply import Reply
from bot.core.request import Person
from bot.core.troubles import TOO_FAST
from bot.core.turns import Turns
from bot.study.roadmap_files import default_folder, load_folder
from tests.commands.asking import ask, ask_as, days, request
from tests.conftest import World
from tests.talk import Said, click, fill_in, say


@pytest.fixture
def group(group: World) -> World:
    """The group, whose pictures are waited for however busy the machine is."""
    group.app.studio.patience = 60
    return group


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


async def crowd(world: World, count: int) -> None:
    """Let many people finish something: 12 points for the first half, 1 for the others."""
    for number in range(count):
        person = Person(str(9_000 + number), f"member {number:02}")
        item = "docker" if number < count // 2 else "docker-workshop"
        await ask_as(world, request(world.bob, "done", item=item), person=person)


async def board(world: World, **args: int | str) -> Board:
    """The picture of alice's board."""
    reply = await ask(world, world.alice, "leaderboard", **args)
    assert reply.picture is not None
    assert isinstance(reply.picture.scene, Board)
    assert all(place.name in reply.picture.alt for place in reply.picture.scene.places)
    return reply.picture.scene


async def test_the_board_shows_who_leads_and_who_asks(group: World) -> None:
    """The lines and ranks are those of the text: all at once, where they have room, else around the one who asks."""
    await ask(group, group.alice, "done", item="docker")
    found = await board(group)
    assert ([place.you for place in found.places], found.around, found.best) == ([True], (), 12)
    await ask(group, group.alice, "undo")
    await crowd(group, 20)
    await ask(group, group.alice, "done", item="docker-workshop")
    found = await board(group)
    assert [place.rank for place in found.places] == [1, 1, 1]
    assert [place.you for place in found.around] == [False] * 3 + [True] + [False] * 3
    first = await board(group, page=1)
    assert (len(first.places), [place.you for place in first.around]) == (10, [True, False])
    assert not any(place.you for place in (await board(group, page=1, shared=1)).around)
    assert [name for name, _ in pictures(await say(group.alice, "/leaderboard"))] == ["board.png"]


async def test_a_turned_page_brings_its_own_picture(group: World) -> None:
    """The picture of the page before goes with it, in place."""
    await crowd(group, 22)
    said = await say(group.alice, "/leaderboard")
    ((_, before),) = pictures(said)
    turned = await click(group.alice, said, "More ▶")
    assert said.message is not None
    assert turned.message is not None
    assert turned.message.id == said.message.id
    ((name, words),) = pictures(turned)
    assert name == "board.png"
    assert words != before


async def test_an_empty_board_has_no_picture(group: World) -> None:
    """There is nothing to see yet."""
    assert (await ask(group, group.alice, "leaderboard")).picture is None


TOPICS = tuple(t.key for t in load_folder(default_folder())[0].topics)


async def test_heatmap_shows_a_year_by_days(group: World) -> None:
    """Each day has as many as were finished on it and not taken back; the text says the same."""
    await ask(group, group.alice, "done", item="docker-workshop")
    await days(group, 40)
    for item in ("python", "docker", "kubernetes"):
        await ask(group, group.alice, "done", item=item)
    await ask(group, group.alice, "undo")
    reply = await ask(group, group.alice, "heatmap")
    assert reply.picture is not None
    found = reply.picture.scene
    assert isinstance(found, Year)
    assert (found.title, found.counts[-1], found.counts[-41], sum(found.counts)) == ("alice", 2, 1, 3)
    for words in (reply.text.replace("*", ""), reply.picture.alt):
        assert "3 things done on 2 days" in words
    assert "February 2026: 2" in reply.fields[0].text
    said = await say(group.alice, "/heatmap")
    assert [name for name, _ in pictures(said)] == ["year.png"]
    assert said.private
    shown = await click(group.alice, said, "Show everyone")
    assert (shown.private, shown.title, shown.buttons) == (False, "The year of alice", [])
    assert [name for name, _ in pictures(shown)] == ["year.png"]


async def test_a_best_day_is_named_where_there_is_one(group: World) -> None:
    """Of two days of the week with as much neither is the best; with more on one of them it is."""
    for item, best in (("docker", True), ("kubernetes", False), ("python", True)):
        await ask(group, group.alice, "done", item=item)
        reply = await ask(group, group.alice, "heatmap")
        assert reply.picture is not None
        assert isinstance(reply.picture.scene, Year)
        assert ("Most often on a" in reply.text) == best
        assert ("best day" in [fact.label for fact in reply.picture.scene.facts]) == best
        if item == "docker":
            await days(group, 1)


async def test_an_empty_year_is_words(group: World) -> None:
    """Where there is nothing to see, there is a way to begin and no picture."""
    reply = await ask(group, group.bob, "heatmap")
    assert "/next" in reply.text
    assert reply.picture is None
    assert [button.label for button in reply.buttons] == ["Next", "The group's year"]


async def test_a_group_has_a_year_too(group: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What all members finished on each day, less what was taken back; not where that would be too much to add up."""
    for who, item in ((group.alice, "docker"), (group.bob, "docker"), (group.bob, "kubernetes")):
        await ask(group, who, "done", item=item)
    await ask(group, group.bob, "undo")
    await ask(group, group.bob, "skip", item="python")
    mine = await say(group.alice, "/heatmap")
    shown = await click(group.alice, mine, "The group's year")
    assert (shown.title, shown.private) == ("The year of #study", True)
    assert "2 things done on 1 day" in shown.text.replace("*", "")
    assert [name for name, _ in pictures(shown)] == ["year.png"]
    reply = await ask(group, group.olivia, "heatmap", whose="group")
    assert reply.picture is not None
    assert isinstance(reply.picture.scene, Year)
    assert reply.picture.scene.counts[-1] == 2
    monkeypatch.setattr(heatmap, "MOST", 1)
    refused = await ask(group, group.olivia, "heatmap", whose="group")
    assert refused.title == heatmap.TOO_LARGE
    assert "with more than 1 members that would keep others waiting" in refused.text


async def test_a_certificate_comes_with_the_last_topic(group: World) -> None:
    """Not before, and not for what was skipped; then with the dates of the first mark and of the last topic."""
    for item in TOPICS[:-1]:
        await ask(group, group.alice, "done", item=item)
    await ask(group, group.alice, "skip", item=TOPICS[-1])
    early = await ask(group, group.alice, "certificate")
    assert (early.title, early.picture) == ("Not finished yet", None)
    assert "1 of 14 topics still to do" in early.text
    await group.forward(days=3)
    last = await ask(group, group.alice, "done", item=TOPICS[-1])
    assert [button.label for button in last.buttons] == ["Certificate", "Undo", "Leaderboard"]
    await ask(group, group.alice, "done", item="docker-workshop")
    reply = await ask(group, group.alice, "certificate")
    assert reply.picture is not None
    found = reply.picture.scene
    assert isinstance(found, Certificate)
    assert (found.name, found.roadmap, found.topics) == ("alice", "MLOps Engineer Skillset", 14)
    assert found.group == "#study · MLOps study"
    assert (found.finished - found.began).days == 3
    assert "14 topics" in reply.text


async def test_a_certificate_is_shown_around_under_the_name_that_its_owner_wants(group: World) -> None:
    """A name may be given, is inert in the text whatever it is, and goes along when everyone is shown."""
    for item in TOPICS:
        await ask(group, group.alice, "done", item=item)
    said = await say(group.alice, "/certificate name:@everyone **Ada**")
    assert said.private
    assert "@everyone" not in said.title
    assert [name for name, _ in pictures(said)] == ["certificate.png"]
    shown = await click(group.alice, said, "Show everyone")
    assert (shown.private, "Ada" in shown) == (False, True)
    assert [name for name, _ in pictures(shown)] == ["certificate.png"]
    form = await click(group.alice, said, "Another name")
    renamed = await fill_in(group.alice, form, name="Ada Lovelace")
    assert renamed.title.startswith("🎓 Ada Lovelace finished")
    assert (await ask(group, group.bob, "certificate")).title == "Not finished yet"


async def test_a_name_that_no_button_carries_is_asked_for_once_more(group: World) -> None:
    """A long name in another script is longer than an id may be; its certificate can be shown to everyone too."""
    for item in TOPICS:
        await ask(group, group.alice, "done", item=item)
    name = "Александра Константинопольская-Преображенская"
    said = await say(group.alice, "/certificate", name=name)
    assert said.footer == "A button can't carry a name as long as this: Show everyone asks for it once more."
    form = await click(group.alice, said, "Show everyone")
    shown = await fill_in(group.alice, form, name=name)
    assert not shown.private
    assert name in shown.title
    assert shown.footer == ""
    assert shown.buttons == []


async def test_the_group_is_shown_with_who_lets_themselves_be_seen(group: World) -> None:
    """Everybody is counted where they are; a hidden member has no initials, and an alias stands for a name."""
    for who in (group.alice, group.bob, group.olivia):
        await ask(group, who, "done", item="python")
    await say(group.alice, "/preferences board:hidden")
    await say(group.bob, "/preferences alias:Robin")
    reply = await ask(group, group.olivia, "group")
    assert reply.picture is not None
    found = reply.picture.scene
    assert isinstance(found, Crowd)
    (halt,) = [halt for halt in found.halts if halt.members]
    assert (halt.members, set(halt.names)) == (3, {"Robin", "olivia"})
    assert "alice" not in repr(reply.picture)
    assert "bob" not in repr(reply.picture)
    assert [name for name, _ in pictures(await say(group.olivia, "/group"))] == ["group.png"]


async def test_a_hundred_pictures_in_ten_seconds_are_a_cooldown_and_one_drawing(group: World) -> None:
    """Who asks a hundred times hears to wait; the same picture is drawn once, and nobody else notices."""
    drawn: list[object] = []
    real, clock = group.app.studio.drawer, [0.0]

    def counted(scene: Scene) -> bytes:
        drawn.append(scene)
        return real(scene)

    group.app.studio.drawer = counted
    group.app.dispatcher.turns = Turns(clock=lambda: clock[0])
    titles = []
    for _ in range(100):
        clock[0] += 0.1
        titles.append((await ask(group, group.alice, "progress")).title)
        assert (await ask(group, group.bob, "next")).title != TOO_FAST
    assert 50 <= titles.count("Your progress") <= 60
    assert titles.count(TOO_FAST) == 100 - titles.count("Your progress")
    assert len(drawn) == 1
    clock[0] += 3
    assert (await ask(group, group.alice, "progress")).attachment is not None
    assert (await ask(group, group.alice, "next")).title != TOO_FAST


def test_whoever_draws_costs_as_much() -> None:
    """Every command that answers with a picture takes more of an allowance than a quick one."""
    drawing = {"progress", "leaderboard", "group", "heatmap", "certificate"}
    assert {command.name for command in COMMANDS if command.cost == DRAWN} == drawing
