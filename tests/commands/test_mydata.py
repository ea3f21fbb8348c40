"""What is kept about somebody: told to them alone, and gone when they say so."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.core.reply import Reply
from bot.store import erasures
from tests.commands.asking import ask, days, dump, ids_in, press
from tests.conftest import World
from tests.talk import Said, click, say

SURE, DELETED = "Delete everything about you?", "Everything about you is deleted"
NOTHING = "Nothing is kept about you"


def database(world: World) -> Path:
    """The file that everything is in."""
    return Path(world.app.settings.database_url.removeprefix("sqlite:///"))


def erased(world: World) -> Path:
    """The list of who was forgotten."""
    return Path(f"{database(world)}.erased")


def traces(world: World, *words: object) -> list[Any]:
    """Every row of every table that holds one of these words."""
    return [
        row
        for table in dump(world).values()
        for row in table
        if {str(w) for w in words} & {str(v) for v in row}
    ]


async def record(world: World) -> None:
    """Let alice be in two groups with marks, one with a note, and bob in one."""
    await say(world.olivia, "/setup", world.random)
    await say(world.alice, "/done", item="docker", hours=2, note="for my eyes")
    await say(world.alice, "/done", world.random, item="leetcode")
    await say(world.bob, "/done docker")


async def delete(world: World, who: Any) -> Said:
    """Say /mydata delete and press the button that it asks with."""
    return await click(who, await say(who, "/mydata delete"), "Delete it all")


async def test_privacy_says_what_why_and_how_long(group: World) -> None:
    """/privacy tells a person alone what is kept, and its buttons lead to the file and to the question."""
    said = await say(group.alice, "/privacy")
    assert said.private
    assert list(said.fields) == ["What", "Why, and who sees it", "How long"]
    assert "30 days" in said
    assert (await click(group.alice, said, "Export my data")).title == NOTHING
    assert (await click(group.alice, said, "Delete my data")).title == NOTHING


async def test_the_export_holds_everything_of_one_person(group: World) -> None:
    """/mydata export is a private file with every group, record, note and point of whoever asks, and of nobody else."""
    await record(group)
    said = await say(group.alice, "/mydata export")
    assert (said.title, said.private) == ("Your data", True)
    reply: Reply = await ask(group, group.alice, "mydata export")
    assert reply.attachment is not None
    found = json.loads(reply.attachment.content)
    assert found["person"] == {"platform": "discord", "id": str(group.alice.id)}
    first, second = found["groups"]
    assert (first["server"], first["channel"], first["roadmap"]) == (
        group.guild.name,
        "study",
        "MLOps Engineer Skillset",
    )
    assert (first["name"], first["joined_at"], first["left_at"]) == (
        "alice",
        "2026-01-01 00:00:00+00:00",
        None,
    )
    (mark,) = first["records"]
    assert (mark["title"], mark["act"], mark["points"], mark["hours"], mark["note"]) == (
        *("Docker", "finished", 12, 2.0),
        "for my eyes",
    )
    assert {score["period"]: score["points"] for score in second["points"]}["all"] == 30
    assert found["organizes"] == []
    assert str(group.bob.id) not in reply.attachment.content.decode()
    organizer = json.loads((await ask(group, group.olivia, "mydata export")).attachment.content)  # type: ignore[union-attr]
    assert [place["channel"] for place in organizer["organizes"]] == ["study", "random"]


async def test_the_file_holds_no_secret(group: World) -> None:
    """Nothing of the installation and nothing that somebody else wrote is in it (scenario 43)."""
    await record(group)
    await say(group.bob, "/done", item="leetcode", note="canary-of-bob")
    await group.app.notes.put("secret", "canary-of-the-installation")
    reply: Reply = await ask(group, group.alice, "mydata export")
    assert reply.attachment is not None
    text = reply.attachment.content.decode()
    assert "for my eyes" in text
    assert "canary" not in text


async def test_the_file_comes_over_discord(group: World) -> None:
    """The file goes with the answer itself, directly or after a slow one was deferred."""
    await record(group)
    said = await say(group.alice, "/mydata export")
    assert said.message is not None
    assert [file.filename for file in said.message.attachments] == ["roadmate-my-data.json"]  # type: ignore[union-attr]


async def test_a_file_that_would_be_too_large_is_packed(
    group: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is larger than a chat takes comes compressed instead of not at all."""
    import gzip

    monkeypatch.setattr("bot.commands.mydata.MOST", 100)
    await record(group)
    file = (await ask(group, group.alice, "mydata export")).attachment
    assert file is not None
    assert file.name == "roadmate-my-data.json.gz"
    assert b"for my eyes" in gzip.decompress(file.content)


async def test_nothing_is_left_after_delete(group: World) -> None:
    """After the button the person is in no table, no board, no memory and no byte of the database; others stay."""
    await record(group)
    await ask(group, group.alice, "leave")
    before = dump(group)
    asked = await say(group.alice, "/mydata delete")
    assert asked.title == SURE
    assert "2 memberships and 2 records" in asked
    assert dump(group) == before
    assert (await click(group.alice, asked, "Delete it all")).title == DELETED
    assert traces(group, group.alice.id, "alice", "for my eyes") == []
    assert "alice" not in await say(group.bob, "/leaderboard")
    assert not [key for key in group.app.memory.seats._items if str(group.alice.id) in key]
    assert (await say(group.alice, "/mydata export")).title == NOTHING
    assert "12 points" in await say(group.bob, "/progress")
    await group.restart()
    assert str(group.alice.id).encode() not in database(group).read_bytes()
    assert b"for my eyes" not in database(group).read_bytes()


async def test_an_organizer_can_be_forgotten_too(group: World) -> None:
    """A group goes on without the organizer who set it up."""
    assert "the note that you set up 1 group" in await say(group.olivia, "/mydata delete")
    await delete(group, group.olivia)
    assert traces(group, group.olivia.id, "olivia") == []
    await days(group, 5)
    assert len(group.posts()) == 1


async def test_an_old_question_asks_again(group: World) -> None:
    """A button that was made more than an hour ago deletes nothing, and neither does one that was made up."""
    await record(group)
    asked = await say(group.alice, "/mydata delete")
    await group.forward(hours=2)
    assert (await click(group.alice, asked, "Delete it all")).title == SURE
    assert (await press(group.alice, "r2|mydata+delete|asked=99999999999")).title == SURE
    assert traces(group, group.alice.id)


async def test_a_button_deletes_whoever_presses_it_and_nobody_else(group: World) -> None:
    """Nobody can delete somebody else: a button carries no person."""
    await record(group)
    asked = await say(group.alice, "/mydata delete")
    assert (await press(group.bob, ids_in(asked)[0])).title == DELETED
    assert traces(group, group.bob.id) == []
    assert traces(group, group.alice.id)
    assert (await press(group.bob, ids_in(asked)[0])).title == NOTHING


async def test_a_restored_backup_forgets_again(group: World, tmp_path: Path) -> None:
    """A backup from before holds the person; the start after restoring it erases them, and nobody else."""
    await record(group)
    await delete(group, group.olivia)
    copy = tmp_path / "copy.db"
    group.app.database.close()
    shutil.copy(database(group), copy)
    group.app.database.open()
    await delete(group, group.alice)
    group.app.database.close()
    for rest in database(group).parent.glob(f"{database(group).name}-*"):
        rest.unlink()
    shutil.copy(copy, database(group))
    group.app.database.open()
    assert traces(group, group.alice.id)
    await group.restart()
    assert traces(group, group.alice.id, group.olivia.id) == []
    assert traces(group, group.bob.id)


async def test_who_comes_back_stays(group: World) -> None:
    """Somebody who was erased and records something again is not erased by the next start."""
    await record(group)
    await delete(group, group.alice)
    await group.forward(minutes=5)
    await say(group.alice, "/done docker")
    await ask(group, group.bob, "mydata delete")
    await group.app.notes.put(erasures.SEEN, "0")
    await group.restart()
    assert "12 points" in await say(group.alice, "/progress")


async def test_the_list_names_nobody(group: World) -> None:
    """The list beside the database holds hashes alone, one for each time somebody asked."""
    await record(group)
    await delete(group, group.alice)
    await delete(group, group.bob)
    text = erased(group).read_text()
    assert len([line for line in text.splitlines() if not line.startswith("#")]) == 3
    assert str(group.alice.id) not in text
    seen = await group.app.notes.get(erasures.SEEN)
    await group.restart()
    assert await group.app.notes.get(erasures.SEEN) == seen


async def test_nothing_is_deleted_where_it_could_not_be_remembered(group: World) -> None:
    """Where the list can't be written, the answer says that nothing was saved, and nothing is deleted."""
    await record(group)
    erased(group).mkdir()
    assert (await delete(group, group.alice)).title == "Not saved"
    assert traces(group, group.alice.id)


async def test_the_list_is_where_the_operator_wants_it(
    group: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ERASED_FILE whoever asks is listed in that file, and a start erases whom that file names."""
    chosen, make = tmp_path / "safe" / "list", group._make
    chosen.parent.mkdir()

    def other() -> Any:
        app = make()
        settings = app.settings.model_copy(update={"erased_file": chosen})
        return type(app)(settings, clock=app.clock)

    monkeypatch.setattr(group, "_make", other)
    await group.restart()
    await record(group)
    group.app.database.close()
    before = database(group).read_bytes()
    group.app.database.open()
    await delete(group, group.alice)
    group.app.database.close()
    database(group).write_bytes(before)
    group.app.database.open()
    assert traces(group, group.alice.id)
    await group.restart()
    assert traces(group, group.alice.id) == []
    assert not erased(group).exists()
    assert chosen.read_text().count("\n") == 3
