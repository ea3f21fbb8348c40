"""A roadmap's author is not trusted either: what a file says stays text in every answer and post."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.settings import Settings
from bot.study.reading import RoadmapInvalid
from bot.study.roadmap_files import load_file
from tests.commands.asking import press
from tests.commands.hostility import WRITTEN, check_sent
from tests.commands.walking import buttons_sent, read_id
from tests.conftest import Clock, World
from tests.talk import say, suggestions


def topic(number: int, text: str) -> dict[str, Any]:
    """A topic that says the text wherever a file may say something."""
    line = " ".join(text.split())[:140]
    short = line[:80]
    resource = {
        "title": line,
        "kind": "article",
        "url": "https://bread.example.org/a",
        "authors": [short],
        "publisher": short,
        "cost_note": short,
    }
    return {
        "key": f"topic-{number}",
        "title": line,
        "goal": line,
        "summary": text[:300],
        "hours": 2,
        "focus": [line],
        "tools": [{"name": short, "url": "https://bread.example.org/t"}],
        "questions": [line],
        "exercise": text[:300],
        "resources": [
            {"key": f"resource-{number}", **resource},
            {"key": f"extra-{number}", **resource, "extra": True},
        ],
    }


def loads(folder: Path, content: dict[str, Any]) -> bool:
    """Write a roadmap; False where the reader refuses it, which is safe too."""
    path = folder / "hostile.yaml"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    try:
        load_file(path)
    except RoadmapInvalid:
        return False
    return True


def roadmap(text: str, topics: list[dict[str, Any]]) -> dict[str, Any]:
    """A roadmap around topics that says the text as well."""
    section = {"key": "all", "title": text[:140], "topics": topics}
    return {
        "roadmap": "hostile",
        "title": text[:140],
        "summary": text[:140],
        "credits": [{"name": text[:80], "author": text[:80]}],
        "sections": [section],
    }


@pytest.fixture
def make_app(tmp_path: Path, clock: Clock) -> Callable[[], App]:
    """The whole bot, with a roadmap that says everything hostile that a file can say."""
    folder = tmp_path / "roadmaps"
    folder.mkdir()
    topics = [topic(n, text) for n, text in enumerate(WRITTEN)]
    topics = [one for one in topics if loads(folder, roadmap("x", [one]))]
    assert len(topics) > 15
    assert loads(folder, roadmap("@everyone [x](https://evil.example) **bold**", topics))
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'roadmate.db'}", roadmap_folder=folder, _env_file=None
    )
    return lambda: App(settings, clock=clock)


async def test_every_text_of_a_roadmap_file(group: World) -> None:
    """Answers, posts, threads, suggestions and previews carry the file's words and nothing that they would do."""
    topics = next(iter(group.app.memory.catalog.editions.values())).roadmap.topics
    for command in ("/roadmap", "/progress"):
        await say(group.alice, command)
    for item in (key for one in topics for key in (one.key, one.resources[0].key)):
        await say(group.alice, "/topic", item=item)
    for one in topics:
        await say(group.alice, "/next", topic=one.key)
        await say(group.olivia, "/status")
        await group.env.advance_time(7 * 24 * 3600 if group.posts() else (4 * 24 + 9) * 3600)
        await group.app.tick()
    for custom_id in buttons_sent(group).values():
        if read_id(custom_id).command in ("next", "stuck", "done", "skip", "undo", "topic"):
            await press(group.alice, custom_id)
    await suggestions(group.alice, "done", "item", "e")
    assert len(group.posts()) == len(topics)
    assert len(group.study.threads) == len(topics)
    assert check_sent(group) > 5 * len(topics)
