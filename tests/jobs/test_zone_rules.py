"""A new version of the time zone rules."""

from datetime import timedelta
from importlib.metadata import version

import pytest
from sqlmodel import Session

from bot.jobs.zone_rules import NOTE, follow_zone_rules
from bot.store import notes
from bot.store.tables import Group, GroupState
from tests.conftest import DATABASES, World
from tests.jobs.desk import desk
from tests.makers import MONDAY, group
from tests.talk import say

pytestmark = pytest.mark.databases(*DATABASES)

HOUR = timedelta(hours=1)


def test_new_rules_move_the_next_times(session: Session) -> None:
    """A time worked out by older rules is worked out anew, once for each version; what is not planned stays so."""
    at = desk(session, MONDAY - HOUR)
    held = group(session, at.now, channel="200", state=GroupState.HELD, next_due_at=None)
    broken = group(session, at.now, channel="300", next_due_at=MONDAY)
    broken.zone = "Atlantis/Sunken"
    at.group.next_due_at = MONDAY + HOUR
    session.flush()
    assert follow_zone_rules(session, "2030a") == 1
    session.expire_all()
    assert (at.group.next_due_at, held.next_due_at, broken.next_due_at) == (MONDAY, None, MONDAY)
    at.group.next_due_at = MONDAY + HOUR
    session.flush()
    assert follow_zone_rules(session, "2030a") == 0
    assert follow_zone_rules(session, "2030b") == 1


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_pause_still_ends_with_the_date_that_was_said(session: Session, off: timedelta) -> None:
    """Midnight of that date is another moment by the new rules; what is due just before it is not posted."""
    monday = MONDAY + timedelta(days=7) - 10 * HOUR  # midnight in Berlin
    late = {"zone": "Europe/Berlin", "weekday": 6, "minute": 23 * 60 + 30}
    at = desk(session, MONDAY, state=GroupState.PAUSED, paused_until=monday - off, **late)
    at.group.planned_to = monday - off - timedelta(microseconds=1)
    at.group.next_due_at = monday - HOUR / 2
    session.flush()
    follow_zone_rules(session, "2030d")
    session.expire_all()
    assert at.group.paused_until == monday
    assert at.group.planned_to == monday - timedelta(microseconds=1)
    assert at.group.next_due_at == monday
    at.now = monday
    at.tick()
    assert at.posts() == []
    assert at.group.next_due_at == monday + 3 * timedelta(days=1) + 9 * HOUR


def test_a_post_that_is_there_comes_no_second_time(session: Session) -> None:
    """When new rules move a time to later today, the post of today that came by the older ones stays the only one."""
    at = desk(session, MONDAY - HOUR)
    at.now = MONDAY - HOUR / 2
    at.group.next_due_at = at.now  # the older rules saw nine o'clock half an hour earlier
    at.group.planned_to = at.now - HOUR
    session.flush()
    at.now = MONDAY
    at.tick()
    assert len(at.prompts()) == 1
    at.group.planned_to = MONDAY - HOUR
    follow_zone_rules(session, "2030c")
    session.expire_all()
    assert at.group.next_due_at == MONDAY
    at.tick()
    assert len(at.prompts()) == 1


async def test_the_rules_are_followed_at_every_start(world: World) -> None:
    """The version is noted at the start, and a start with another one looks at every group again."""
    await say(world.olivia, "/setup")

    def older(session: Session) -> None:
        found = session.get(Group, 1)
        assert found is not None
        found.next_due_at = MONDAY - HOUR
        notes.put(session, NOTE, "1999a")

    await world.app.database.write(older)
    await world.restart()
    found = await world.app.database.read(lambda session: session.get(Group, 1))
    assert found is not None
    assert found.next_due_at == MONDAY - timedelta(days=4)
    assert await world.app.notes.get(NOTE) == version("tzdata")
