"""The rows of a group in several channels."""

from threading import Event, Thread

import pytest
from sqlmodel import Session

from bot.store import groups, posts, twins
from bot.store.engines import open_engine, with_own_locks
from bot.store.tables import Group, Post
from tests.makers import MONDAY, group, published, roadmap


@pytest.mark.databases("postgresql")
def test_two_channels_that_give_up_at_once_give_the_topic_to_the_next(session: Session, url: str) -> None:
    """Each sees that the other has given up too, although neither is committed while the other begins."""
    published(session, roadmap("a", "b"))
    home, twin = group(session, step=1), group(session, channel="C1", platform="slack", workspace="T1")
    twins.connect(session, home, twin)
    prompts = [
        Post(group_id=row.id or 0, kind="prompt", occurrence=MONDAY.date(), step=1, item_id=1, due_at=MONDAY)
        for row in (home, twin)
    ]
    session.add_all(prompts)
    session.commit()
    engine = open_engine(url, 2)
    missed, go = Event(), Event()

    def other() -> None:
        with Session(with_own_locks(engine)) as second:
            posts.miss(second, prompts[1].id or 0, "too late")
            missed.set()
            go.wait(5)
            groups.take_step_back(second, prompts[1], MONDAY)
            second.commit()

    thread = Thread(target=other)
    thread.start()
    with Session(with_own_locks(engine)) as first:
        assert missed.wait(5)
        posts.miss(first, prompts[0].id or 0, "too late")
        groups.take_step_back(first, prompts[0], MONDAY)
        go.set()
        thread.join(0.2)
        first.commit()
    thread.join(5)
    engine.dispose()
    session.expire_all()
    assert session.get_one(Group, home.id).step == 0
