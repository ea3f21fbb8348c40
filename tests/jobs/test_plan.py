"""Planning: what a tick makes of the groups whose time has come."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from bot.jobs.plan import MISSED, UNSENT, plan_batch
from bot.store import groups
from bot.store.tables import GroupState, PostState
from bot.study.schedule import PROMPT, REMINDER
from tests.conftest import DATABASES
from tests.jobs.desk import CATCH_UP, desk
from tests.makers import MONDAY, group, published, roadmap
from tests.room import Room

pytestmark = pytest.mark.databases(*DATABASES)

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
waits = st.sampled_from([timedelta(minutes=1), HOUR, 5 * HOUR, 11 * HOUR, DAY])
jumps = st.sampled_from([HOUR, -HOUR])
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds


@settings(max_examples=60)
@given(
    starts,
    st.sampled_from(ZONES),
    st.integers(0, 1439),
    st.lists(st.one_of(waits, jumps), min_size=1, max_size=40),
)
def test_without_edits_every_week_has_its_prompt_and_its_reminder(
    session: Session, start: datetime, name: str, minute: int, steps: list[timedelta]
) -> None:
    """Ticks at any times and clocks that step an hour back and forth leave out no week and repeat none."""
    at = desk(session, start, zone=name, minute=minute, reminder_minute=minute)
    for step in steps + [DAY] * 15:
        at.now += step
        at.tick()
    days = [post.occurrence for post in at.prompts()]
    assert all(later - earlier == WEEK for earlier, later in pairwise(days))
    assert len(days) >= 2
    reminders = [post.occurrence for post in at.posts() if post.kind == REMINDER]
    assert all(later - earlier == WEEK for earlier, later in pairwise(reminders))
    assert {day + 3 * DAY for day in days[:-1]} <= set(reminders)


def test_what_comes_late_is_posted_and_what_comes_too_late_is_recorded(session: Session) -> None:
    """After three weeks asleep the missed prompts are recorded without their topics, and one is posted."""
    at = desk(session, MONDAY - DAY)
    at.now = MONDAY + 2 * WEEK + 6 * HOUR
    at.tick()
    found = [(p.kind, p.occurrence, p.step, p.state, p.reason) for p in at.posts()]
    assert found == [
        (PROMPT, date(2026, 1, 5), 1, PostState.MISSED, MISSED),
        (PROMPT, date(2026, 1, 12), 1, PostState.MISSED, MISSED),
        (PROMPT, date(2026, 1, 19), 1, PostState.SENT, ""),
    ]
    assert at.group.step == 1


def test_only_the_last_months_are_recorded_as_missed(session: Session) -> None:
    """After years asleep nobody is told of more than four months of missed prompts."""
    at = desk(session, MONDAY)
    at.now = MONDAY + 150 * WEEK - HOUR
    at.tick()
    assert [post.state for post in at.posts()] == [PostState.MISSED] * 17
    assert at.group.step == 0


def test_a_week_without_a_prompt_has_no_reminder(session: Session) -> None:
    """A group that began on Tuesday gets nothing on Thursday, and both in the week after."""
    at = desk(session, MONDAY + DAY)
    at.now = MONDAY + 4 * DAY
    at.tick()
    assert at.posts() == []
    for _ in range(7):
        at.now += DAY
        at.tick()
    assert [p.kind for p in at.posts()] == [PROMPT, REMINDER]


def test_a_reminder_before_the_next_prompt_is_for_the_week_that_ends(session: Session) -> None:
    """With the reminder on the prompt's day, an hour before it, the topic of the week before is meant."""
    at = desk(session, MONDAY - HOUR / 2, reminder_weekday=0, reminder_minute=480)
    for _ in range(3 * 7 * 8):
        at.now += 3 * HOUR
        at.tick()
    found = [(post.kind, post.occurrence.day, post.step) for post in at.posts()]
    assert found == [
        (PROMPT, 5, 1),
        (REMINDER, 12, 1),
        (PROMPT, 12, 2),
        (REMINDER, 19, 2),
        (PROMPT, 19, 3),
        (REMINDER, 26, 3),
    ]


def test_nobody_is_reminded_of_a_topic_that_is_no_longer_theirs(session: Session) -> None:
    """A topic that vanished from the roadmap after its prompt is not reminded of."""
    at = desk(session, MONDAY - HOUR, roadmap("a", "b"))
    at.now = MONDAY
    at.tick()
    at.catalog = published(session, roadmap("b", "c"), now=at.now)
    at.now += 3 * DAY
    at.tick()
    assert [post.kind for post in at.posts()] == [PROMPT]


def test_a_prompt_that_never_went_out_hands_its_topic_on(session: Session) -> None:
    """A held prompt is missed when the next one is due, keeps its reason, and its topic comes then."""
    at = desk(session, MONDAY - HOUR, roadmap("a", "b"))
    at.delivers = False
    at.now = MONDAY
    at.tick()
    held = at.posts()[0]
    held.state, held.try_at, held.reason = PostState.HELD, None, "No permission."
    session.flush()
    at.now = MONDAY + WEEK
    at.tick()
    at.now = MONDAY + 2 * WEEK
    at.delivers = True
    at.tick()
    found = [(p.occurrence.day, p.step, p.state, p.reason) for p in at.posts() if p.kind == PROMPT]
    assert found == [
        (5, 1, PostState.MISSED, "No permission."),
        (12, 1, PostState.MISSED, UNSENT),
        (19, 1, PostState.SENT, ""),
    ]
    assert at.group.step == 1


def test_a_prompt_that_may_be_in_the_channel_keeps_its_topic(session: Session) -> None:
    """A prompt with an attempt whose outcome nobody knows is not given up for the next one."""
    at = desk(session, MONDAY - HOUR)
    at.delivers = False
    at.now = MONDAY
    at.tick()
    at.posts()[0].tried_at = MONDAY
    session.flush()
    at.now = MONDAY + WEEK
    at.tick()
    assert [(p.step, p.state) for p in at.prompts()] == [(1, PostState.DUE), (2, PostState.DUE)]


def test_a_plan_ends_after_the_reminder_of_its_last_week(session: Session) -> None:
    """The last topic still has its reminder; after its week the group is finished and never due again."""
    at = desk(session, MONDAY - HOUR, roadmap("a", "b"))
    states = []
    for _ in range(4 * 7):
        at.now += DAY
        at.tick()
        states.append(at.group.state)
    assert [(p.kind, p.step) for p in at.posts()] == [(PROMPT, 1), (REMINDER, 1), (PROMPT, 2), (REMINDER, 2)]
    assert states[-1] == GroupState.FINISHED
    assert at.group.next_due_at is None
    assert states.index(GroupState.FINISHED) == 14


def test_a_finished_group_goes_on_when_its_last_prompt_was_missed(session: Session) -> None:
    """A last topic that turns out not to have been posted comes again, though the plan had ended."""
    at = desk(session, MONDAY - HOUR, roadmap("a"))
    for _ in range(10):
        at.now += DAY
        at.tick()
    assert at.group.state == GroupState.FINISHED
    groups.take_step_back(session, at.prompts()[0], at.now)
    session.expire_all()
    for _ in range(7):
        at.now += DAY
        at.tick()
    assert [post.step for post in at.prompts()] == [1, 1]


def test_a_pause_ends_by_itself(session: Session) -> None:
    """A group paused until a date goes on with the first time after that date's midnight."""
    at = desk(session, MONDAY, state=GroupState.PAUSED, paused_until=MONDAY + 7 * DAY - 9 * HOUR)
    at.group.planned_to = at.group.paused_until - timedelta(microseconds=1)  # type: ignore[operator]
    at.group.next_due_at = MONDAY + 7 * DAY
    session.flush()
    for _ in range(7):
        at.now += DAY
        at.tick()
    assert [post.occurrence for post in at.posts()] == [date(2026, 1, 12)]
    assert (at.group.state, at.group.paused_until) == (GroupState.ACTIVE, None)


def test_a_group_that_cannot_be_planned_stops_no_other(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """A group with a broken row is logged and looked at again in an hour; the others get their posts."""
    at = desk(session, MONDAY - HOUR)
    other = group(session, at.now, channel="200")
    at.now = MONDAY
    at.group.zone, at.group.next_due_at = "Atlantis/Sunken", MONDAY - timedelta(minutes=1)
    session.flush()
    plan_batch(session, at.catalog, at.now, CATCH_UP)
    session.expire_all()
    assert [post.group_id for post in at.posts()] == [other.id]
    assert at.group.next_due_at == MONDAY + HOUR
    assert (at.group.state, at.group.step) == (GroupState.ACTIVE, 0)
    assert "could not be planned" in caplog.text


def test_nothing_is_planned_for_groups_that_are_not_due(session: Session) -> None:
    """A tick with nothing due reads no posts, writes nothing and counts no group."""
    at = desk(session, MONDAY - HOUR)
    assert plan_batch(session, at.catalog, at.now, CATCH_UP) == 0
    assert not session.dirty
    assert at.posts() == []


async def test_a_topic_that_is_asked_for_early_is_shown_with_its_own_reminder(room: Room) -> None:
    """What /status previews is the reminder in the week of that topic, and not one that is due before it begins."""
    await room.say("schedule", day="thursday", reminder_day="wednesday")
    await room.say("prompt")
    assert "Preview of the reminder of Wednesday 14 January" in repr(await room.say("status"))
    await room.days(8)
    assert room.platform.titles() == ["Topic 1 of 4 · Python"]
    await room.days(2)
    assert room.platform.titles()[1:] == ["Python: 1 day left"]


async def test_a_reminder_that_was_there_today_is_not_shown_as_coming_again(room: Room) -> None:
    """After its time was moved to later the same day /status previews the next one that really comes."""
    await room.days(3.5)
    assert room.platform.titles() == ["Topic 1 of 4 · Python", "Python: 4 days left"]
    await room.say("schedule", reminder_time="23:30")
    assert "Preview of the reminder of Thursday 15 January, 23:30" in repr(await room.say("status"))
    await room.days(4)
    assert room.platform.titles()[2:] == ["Topic 2 of 4 · Docker"]
