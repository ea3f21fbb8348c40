"""On PostgreSQL a prompt is claimed while the next one is planned: its topic comes once all the same."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from bot.store import planning, queue
from bot.store.engines import open_engine, with_own_locks
from bot.store.tables import PostState
from tests.makers import MONDAY
from tests.room import Room

pytestmark = pytest.mark.databases("postgresql")


@pytest.fixture
def other(url: str) -> Iterator[Engine]:
    """The connection of another process."""
    engine = open_engine(url)
    yield with_own_locks(engine)
    engine.dispose()


@pytest.fixture
async def room(room: Room) -> Room:
    """A bot whose first prompt waits, a week later."""
    room.clock.now = MONDAY
    await room.ticker.plan()
    room.clock.forward(days=7)
    return room


async def outcome(room: Room, claims: list[queue.Claim]) -> tuple[list[str], list[str]]:
    """Send what was claimed and what waits; give the states of the prompts, and what people saw."""
    for claim in claims:
        await room.database.write(
            lambda session, id_=claim.post_id: queue.record_sent(
                session, id_, room.clock(), "m0", thread=False
            )
        )
    await room.delivery.run()
    return [post.state for post in await room.prompts()], room.platform.titles()


async def test_a_prompt_that_is_given_up_is_claimed_by_nobody(
    room: Room, other: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While its topic is handed to the next prompt, another process that looks for posts passes it over."""
    claims: list[queue.Claim] = []
    known = planning.known_posts

    def meanwhile(*args: Any) -> Any:
        found = known(*args)
        with Session(other) as session, session.begin():
            claims.extend(queue.claim(session, ["discord"], room.clock(), 10))
        return found

    monkeypatch.setattr(planning, "known_posts", meanwhile)
    await room.ticker.plan()
    assert claims == []
    assert await outcome(room, claims) == ([PostState.MISSED, PostState.SENT], ["Topic 1 of 4 · Python"])


async def test_a_prompt_that_is_claimed_keeps_its_topic(room: Room, other: Engine) -> None:
    """Planning waits for a claim that is not committed yet, and then leaves that prompt its topic."""
    claimed, waited = threading.Event(), threading.Event()

    def slowly() -> list[queue.Claim]:
        with Session(other) as session, session.begin():
            found = queue.claim(session, ["discord"], room.clock(), 10)
            claimed.set()
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            # A planner that waits for nobody is done before.
            while not waited.is_set() and not session.connection().execute(text(waiting)).scalar():
                pass
        return found

    claiming = asyncio.create_task(asyncio.to_thread(slowly))
    await asyncio.to_thread(claimed.wait, 10)
    await room.ticker.plan()
    waited.set()
    claims = await claiming
    assert len(claims) == 1
    assert await outcome(room, claims) == ([PostState.SENT, PostState.SENT], ["Topic 2 of 4 · Docker"])
