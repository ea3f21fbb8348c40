"""One question says whether a tick has anything to do, and never overlooks what has."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.store import members, nudges, rewards, waiting
from bot.store.members import NewMark
from bot.store.prepared import fetch
from bot.store.tables import Grant, Group, Nudge, Post, PostKind, PostState, Reward, RewardKind
from bot.study.progress import Act
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)

SOON = MONDAY + timedelta(hours=1)


class Place:
    """A group with one member, and a post that was sent; nothing is due."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.item = next(iter(published(session, roadmap("a")).editions.values())).ids["a"]
        self.group = group(session, next_due_at=None)
        self.member = members.join(session, None, self.group.id or 0, "7", "olivia", MONDAY)
        facts = {"step": 1, "item_id": self.item, "due_at": MONDAY, "state": PostState.SENT}
        self.post = Post(
            group_id=self.group.id or 0, kind=PostKind.REMINDER, occurrence=MONDAY.date(), **facts
        )
        self.put(self.post)

    def put(self, *rows: Any) -> None:
        """Write rows."""
        self.session.add_all(rows)
        self.session.flush()

    def reward(self, *, walked_to: int | None = None, ending: bool = False) -> Reward:
        """Make a reward, for which everybody was looked at unless it is said."""
        place = {"group_id": self.group.id or 0, "workspace_id": self.group.workspace_id, "made_at": MONDAY}
        what = {"kind": RewardKind.TOPIC, "target": str(self.item), "role": "9", "role_name": "Done"}
        made = rewards.make(self.session, Reward(**place, **what))
        made.walked_to, made.ending = walked_to, ending
        self.put(made)
        return made

    def mark(self) -> None:
        """Record something."""
        members.add_mark(
            self.session, self.member.id, NewMark(self.item, Act.FINISHED, MONDAY, MONDAY.date(), 4)
        )


def a_group(place: Place) -> None:
    """Its next post is to be planned."""
    place.group.next_due_at = SOON
    place.put(place.group)


def a_post(name: str) -> Callable[[Place], None]:
    """Something is to be done about it then."""

    def make(place: Place) -> None:
        setattr(place.post, name, SOON)
        place.put(place.post)

    return make


def a_private_message(place: Place) -> None:
    """It is planned for then."""
    row = {
        "member_id": place.member.id,
        "kind": "reminder",
        "occurrence": MONDAY.date(),
        "item_id": place.item,
    }
    nudges.add(place.session, [{**row, "due_at": SOON, "until": SOON + timedelta(days=1)}])


def a_grant(place: Place) -> None:
    """A role is to be given then."""
    reward = place.reward()
    place.put(Grant(reward_id=reward.id or 0, member_id=place.member.id or 0, try_at=SOON))


TIMED = {
    "group": a_group,
    **{name: a_post(name) for name in ("try_at", "thread_try_at", "edit_at")},
    "nudge": a_private_message,
    "grant": a_grant,
}


@pytest.mark.parametrize("make", TIMED.values(), ids=TIMED)
def test_what_is_due_is_seen_when_it_is(session: Session, make: Callable[[Place], None]) -> None:
    """Not before its time, and from then on for as long as it waits."""
    place = Place(session)
    assert not waiting.anything(session, SOON + timedelta(days=365))
    make(place)
    assert not waiting.anything(session, SOON - timedelta(microseconds=1))
    assert waiting.anything(session, SOON)
    assert waiting.anything(session, SOON + timedelta(days=365))


def a_reminder(place: Place) -> None:
    """It is to be passed on to who wants it privately."""
    place.post.passed_on = ""
    place.put(place.post)


def a_new_reward(place: Place) -> None:
    """Everybody is looked at for it."""
    place.reward(walked_to=0)


def an_ending_reward(place: Place) -> None:
    """It is to be forgotten."""
    place.reward(ending=True)


def a_record(place: Place) -> None:
    """Somebody recorded something where there is a reward."""
    place.reward()
    assert not waiting.anything(place.session, MONDAY)
    place.mark()


UNTIMED = {make.__name__: make for make in (a_reminder, a_new_reward, an_ending_reward, a_record)}


@pytest.mark.parametrize("make", UNTIMED.values(), ids=UNTIMED)
def test_what_needs_no_time_is_seen_at_once(session: Session, make: Callable[[Place], None]) -> None:
    """Whatever the clock says."""
    place = Place(session)
    make(place)
    assert waiting.anything(session, MONDAY - timedelta(days=365))


def test_records_are_nothing_to_do_by_themselves(session: Session) -> None:
    """Where nothing is rewarded, and once those that were there have been looked at."""
    place = Place(session)
    place.mark()
    assert not waiting.anything(session, MONDAY)
    place.reward()
    place.mark()
    assert waiting.anything(session, MONDAY)
    assert rewards.news(session, None) == [place.member.id]
    session.flush()
    assert not waiting.anything(session, MONDAY)


def test_every_queue_there_is_is_asked_about() -> None:
    """A column by which rows wait that the question does not know would be a queue that idles for ever."""
    due = {
        f"{table.__tablename__}.{column.name}"  # type: ignore[attr-defined]
        for table in (Group, Post, Nudge, Grant)
        for column in table.__table__.columns  # type: ignore[attr-defined]
        if column.name.endswith(("try_at", "edit_at", "next_due_at", "passed_on"))
    }
    asked = str(waiting._anything("sqlite"))
    assert len(due) == 7
    assert [name for name in due if name not in asked] == []


def test_it_is_answered_from_indexes(session: Session) -> None:
    """Among any number of groups, posts, messages and records it walks through no table but that of the rewards."""
    Place(session).reward()
    connection = session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        # So few rows are read as a whole unless that is forbidden.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN"
    asked = waiting._ANYTHING._for(connection.dialect)
    plan = str(fetch(connection, f"{explain} {asked.text}", asked.bound({"now": MONDAY})))
    for index in ("study_group_due", "post_try_at", "post_thread_try_at", "post_edit_at", "post_passed_on"):
        assert f"ix_{index}" in plan
    for index in ("nudge_try_at", "role_grant_try_at"):
        assert f"ix_{index}" in plan
    walked = re.compile(r"Seq Scan on (\w+)|SCAN (\w+)(?! USING)\b")
    assert {a or b for a, b in walked.findall(plan)} <= {"reward", "CONSTANT"}
