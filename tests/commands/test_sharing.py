"""A note that is shared: in the topic's thread, once, and under the name that its author chose."""

import pytest

from bot.core.platform import Held
from tests.commands.asking import ask, rows
from tests.commands.hostility import SENDABLE, check_sent
from tests.conftest import World
from tests.talk import say


def shared(world: World) -> list[str]:
    """The title and text of each message that was shared."""
    sent = [e.json for e in world.env.http_requests if isinstance(e.json, dict) and e.json.get("embeds")]
    embeds = [embed for payload in sent for embed in payload["embeds"]]
    return [f"{e['title']}: {e['description']}" for e in embeds if e.get("title", "").startswith("💡")]


async def test_a_note_is_shared_in_the_topics_thread(prompted: World) -> None:
    """With share:True the note is said in the thread of its topic; without, nobody reads it."""
    await say(prompted.alice, "/done", item="leetcode", note="mine alone")
    assert shared(prompted) == []
    said = await say(
        prompted.alice, "/done", item="python-crash-course", note="Type hints first", share="true"
    )
    assert said.private
    ((thread,),) = rows(prompted, "SELECT thread_id FROM post WHERE kind = 'prompt'")
    assert f"shared in <#{thread}>" in said
    assert shared(prompted) == ["💡 alice on Python: Type hints first"]
    (path,) = [e.path for e in prompted.env.http_requests if "💡" in str(e.json)]
    assert f"/channels/{thread}/messages" in path


async def test_a_shared_note_follows_the_boards_name(prompted: World) -> None:
    """An alias stands for the name, and who is hidden on boards is not named here."""
    await say(prompted.alice, "/preferences alias:Owl")
    await say(prompted.bob, "/preferences board:hidden")
    for who in (prompted.alice, prompted.bob):
        await say(who, "/done", item="leetcode", note="n", share="true")
    assert shared(prompted) == ["💡 Owl on Python: n", "💡 Somebody of the group on Python: n"]


async def test_without_a_thread_a_note_stays_its_authors(group: World) -> None:
    """Before the group had the topic, or without a note, nothing is said and the answer tells so; the mark stays."""
    assert "no thread on this topic yet" in await say(
        group.alice, "/done", item="docker", note="n", share="true"
    )
    assert "no note to share" in await say(group.alice, "/done", item="python", share="true")
    assert rows(group, "SELECT note FROM mark") == [("n",), ("",)]
    assert shared(group) == []


async def test_what_could_not_be_said_is_told(prompted: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the platform refuses, the record and the note are kept, and the author reads that it was not shared."""

    async def refuse(*_: object) -> None:
        raise Held("the thread is locked")

    monkeypatch.setattr(prompted.app.dispatcher, "speak", refuse)
    said = await say(prompted.alice, "/done", item="leetcode", note="n", share="true")
    assert "could not be shared just now" in said
    assert "shared in" not in said
    assert rows(prompted, "SELECT note FROM mark") == [("n",)]


async def test_a_shared_note_is_inert(prompted: World) -> None:
    """Whatever is shared mentions nobody, links nowhere and is plain text."""
    since = len(prompted.env.http_requests)
    for text in SENDABLE:
        await ask(prompted, prompted.alice, "done", item="leetcode", note=text, share="true")
        await ask(prompted, prompted.alice, "undo")
    assert check_sent(prompted, since) > 10
