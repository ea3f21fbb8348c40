"""/history and /notes: what somebody has recorded, told to them alone."""

from tests.commands.asking import ask, rows
from tests.commands.hostility import SENDABLE, check_reply
from tests.conftest import World
from tests.talk import click, say


async def test_history_shows_every_record_and_takes_any_back(group: World) -> None:
    """Newest first with day, points, hours and whether there is a note; each button takes back its own record."""
    await say(group.alice, "/done", item="docker", on="yesterday", hours=2, note="layers")
    await say(group.alice, "/skip python")
    await say(group.alice, "/done terraform")
    said = await say(group.alice, "/history")
    assert said.private
    lines = said.text.splitlines()
    assert "**Docker** · Wednesday 31 December · 12 points · 2 h · with a note" in lines[2]
    assert "⏭️ **Python** · Thursday 1 January" in lines[1]
    assert (await click(group.alice, said, "Undo 3")).title == "Taken back: Docker"
    assert (await click(group.alice, said, "Undo 3")).title == "Nothing to take back"
    left = await say(group.alice, "/history")
    assert "Docker" not in left.text
    assert "2 records" in left.footer
    assert "18 points" in await say(group.alice, "/progress")


async def test_history_has_pages(group: World) -> None:
    """Eight records a page, and buttons for older and newer ones."""
    for item in rows(group, "SELECT key FROM item ORDER BY id LIMIT 9"):
        await ask(group, group.alice, "skip", item=item[0])
    said = await say(group.alice, "/history")
    assert said.buttons[-1] == "Older ▶"
    older = await click(group.alice, said, "Older ▶")
    assert len(older.text.splitlines()) == 1
    assert "Undo 9" in older.buttons
    assert "Page 2 of 2 · 9 records" in older.footer


async def test_nothing_recorded_is_said_kindly(group: World) -> None:
    """Who has recorded nothing reads how to begin, and becomes no member."""
    for command in ("/history", "/notes"):
        assert "/done" in (await say(group.alice, command)).text
    assert rows(group, "SELECT * FROM member") == []


async def test_notes_come_back_to_their_author_alone(group: World) -> None:
    """All notes or those on a topic and its parts, with their links as evidence; nobody else's are ever shown."""
    await say(
        group.alice, "/done", item="docker-by-nana", note="my repo: https://github.example.org/me/repo."
    )
    await say(group.alice, "/done", item="terraform", hours=3, note="state files")
    await say(group.bob, "/done", item="docker", note="bob's own")
    said = await say(group.alice, "/notes")
    assert said.private
    assert [name.rpartition(" · ")[2] for name in said.fields] == ["3 h", "Thursday 1 January"]
    docker = await say(group.alice, "/notes docker")
    assert "[Evidence 1](https://github.example.org/me/repo)" in docker
    assert "state files" not in docker
    assert "bob" not in said
    await say(group.alice, "/undo")
    assert "state files" not in await say(group.alice, "/notes")


async def test_notes_are_inert(group: World) -> None:
    """Whatever a note holds, it is text when it comes back; only its author can press its link."""
    for text in (text for text in SENDABLE if "://" not in text and text.strip()):
        await ask(group, group.alice, "done", item="docker", note=text)
        check_reply(await ask(group, group.alice, "notes"))
        await ask(group, group.alice, "undo")
