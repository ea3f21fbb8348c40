"""Whatever is edited when, and however the clock steps: nothing comes twice and nothing is lost."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session

from bot.commands.manage import pause, resume, schedule
from bot.store.tables import GroupState, PostState
from bot.study.calendar import moment, zone_names
from bot.study.schedule import NEAR, REMINDER
from bot.study.spoken import DAYS, format_time
from tests.conftest import DATABASES
from tests.jobs.desk import Desk, desk
from tests.study.zones import zones_and_days

pytestmark = pytest.mark.databases(*DATABASES)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

weekdays, minutes = st.integers(0, 6), st.integers(0, 1439)
days = st.sampled_from(DAYS).map(str.lower)
times = minutes.map(format_time)
edits = st.one_of(
    st.fixed_dictionaries({"time": times}),
    st.fixed_dictionaries({"day": days}),
    st.fixed_dictionaries({"timezone": st.sampled_from(zone_names())}),
    st.fixed_dictionaries({"reminder_day": days}),
    st.fixed_dictionaries({"reminder_time": times}),
    st.fixed_dictionaries({"pace": st.sampled_from(["a topic a week", "2 hours a week"])}),
    st.fixed_dictionaries({"day": days, "time": times, "timezone": st.sampled_from(zone_names())}),
)


class Edits(RuleBasedStateMachine):
    """A group in any zone, at any time of 1970 to 2040, whose organizer can't leave it alone."""

    at: Desk

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    @initialize(where_day=zones_and_days(), values=st.tuples(weekdays, minutes, weekdays, minutes, minutes))
    def begin(self, where_day: tuple[ZoneInfo, date], values: tuple[int, int, int, int, int]) -> None:
        """Set the group up, every second time near a change of its clocks."""
        (where, day), (weekday, minute, reminder_weekday, reminder_minute, now) = where_day, values
        self.at = desk(
            self.session,
            moment(day, now, where),
            zone=where.key,
            weekday=weekday,
            minute=minute,
            reminder_weekday=reminder_weekday,
            reminder_minute=reminder_minute,
        )
        self.at.promise()

    @rule(wait=st.sampled_from([MINUTE, HOUR, 5 * HOUR, 11 * HOUR, 40 * HOUR]))
    def wait(self, wait: timedelta) -> None:
        """Let time pass."""
        self.at.forward(self.at.now + wait)
        self.at.tick()

    @rule(off=st.sampled_from([-HOUR, -MINUTE, timedelta(), MINUTE, HOUR]), ticks=st.booleans())
    def go_near_the_firing(self, off: timedelta, ticks: bool) -> None:
        """Go to just before, at or after the next firing, which the bot may not have seen yet."""
        self.at.forward((self.at.group.next_due_at or self.at.now) + off)
        if ticks:
            self.at.tick()

    @rule(edit=edits)
    def edit(self, edit: dict[str, str]) -> None:
        """Say /schedule."""
        self.at.say(schedule, **edit)

    @rule(hours=st.sampled_from([-1, 1]))
    def step_the_clock(self, hours: int) -> None:
        """Let the machine's clock jump."""
        self.at.now += hours * HOUR
        self.at.tick()

    @rule(until=st.sampled_from(["", "tomorrow", "3 days", "2 weeks"]))
    def pause(self, until: str) -> None:
        """Say /pause."""
        self.at.say(pause, until=until)

    @rule()
    def resume(self) -> None:
        """Say /resume."""
        self.at.say(resume)

    @invariant()
    def nothing_is_doubled(self) -> None:
        """Prompts are days apart, each week of the plan comes once and in order, and no kind twice a day."""
        prompts = self.at.prompts()
        at = sorted(post.occurrence for post in prompts)
        assert all(later - earlier >= NEAR for earlier, later in pairwise(at))
        assert max(Counter((p.kind, p.occurrence) for p in self.at.posts()).values(), default=1) == 1
        reminded = [p for p in self.at.posts() if p.kind == REMINDER]
        assert {p.item_id for p in reminded} <= {p.item_id for p in prompts}

    @invariant()
    def topics_come_in_order(self) -> None:
        """No topic is left out, and none comes again after a later one."""
        order = [self.at.catalog.editions[self.at.group.roadmap_id].ids[f"t{n}"] for n in range(1, 21)]
        came = [order.index(post.item_id) for post in sorted(self.at.prompts(), key=lambda p: p.occurrence)]
        assert came[:1] in ([], [0])
        assert all(later - earlier in (0, 1) for earlier, later in pairwise(came))

    @invariant()
    def nothing_is_missed(self) -> None:
        """A bot that is up misses no topic; a reminder whose week is over when it looks is not wanted any more."""
        missed = [post for post in self.at.posts() if post.state == PostState.MISSED]
        assert all(post.kind == REMINDER for post in missed), self.at

    def teardown(self) -> None:
        """The group goes on afterwards: three weeks bring at least two topics."""
        self.at.say(resume)
        self.at.tick()
        before = len(self.at.prompts())
        self.at.forward(self.at.now + timedelta(days=22))
        self.at.tick()
        self.nothing_is_doubled()
        over = self.at.group.state == GroupState.FINISHED
        assert over or len(self.at.prompts()) >= before + 2


def test_edits_and_clock_steps_double_and_lose_nothing(session: Session) -> None:
    """Each change of the schedule, each pause, each step of the clock, at any moment and before any tick."""
    run_state_machine_as_test(
        lambda: Edits(session),
        settings=settings(max_examples=60, stateful_step_count=25, phases=[Phase.generate]),
    )
