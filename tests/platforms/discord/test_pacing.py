"""The pace of requests: even, and never above what Discord takes, however late they arrive there."""

import asyncio
import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.shards import ALL, Shards
from bot.platforms.discord.pacing import MADE_GOOD, MOST, PER_SECOND, Departure, Pace, Window
from tests.platforms.discord.conftest import Bot

LEAST, TICK = 45, 1 / PER_SECOND


class Time:
    """A loop's clock whose sleeps take a little longer than asked, as they do; every request is answered at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.at: tuple[float, Callable[[], None]] = (math.inf, lambda: None)
        """What happens at some time."""
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Let that time pass, and half a millisecond."""
        self.now += seconds + 0.0005
        if self.now >= self.at[0]:
            self.at[1]()

    async def turn(self, pace: Pace) -> float:
        """Send one, and say when it left."""
        await pace.turn()
        pace.arrived(pace.leave(), typical=True)
        return self.now


async def test_requests_are_spaced_evenly_and_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns come at the rate that was asked for; only what comes after a pause may bring a few others along."""
    time, pace = Time(monkeypatch), Pace(50)
    turns = [await time.turn(pace) for _ in range(101)]
    monkeypatch.undo()
    gaps = [after - before for before, after in pairwise(turns)]
    assert turns[-1] - turns[MADE_GOOD] == pytest.approx((100 - MADE_GOOD) / 50, abs=0.025)
    assert sum(gap < 0.019 for gap in gaps) <= 2 * MADE_GOOD


async def test_nobody_hurries_after_a_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second in which nothing could leave is not made good: what waited would arrive in one bunch."""
    time, pace, turns = Time(monkeypatch), Pace(50), []
    for number in range(60):
        if number == 10:
            time.now += 1.0
        turns.append(await time.turn(pace))
    monkeypatch.undo()
    after = turns[10:]
    assert after[-1] - after[0] >= (len(after) - 1 - MADE_GOOD) / 50


async def test_a_place_without_an_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """While fifty are on their way and nobody knows whether they have arrived, no other one leaves."""
    time, pace = Time(monkeypatch), Pace()
    for _ in range(MOST):
        await pace.turn()
        gone = pace.leave()
    time.at = (time.now + 10, lambda: pace.arrived(gone, typical=False))
    began = time.now
    await pace.turn()
    monkeypatch.undo()
    assert time.now == pytest.approx(began + 11, abs=0.1)


@dataclass
class Way:
    """A way to Discord and back with stalls, in which nothing goes on; what arrived meanwhile arrives at their end."""

    stalls: Sequence[tuple[float, float]]
    there: float
    work: Sequence[float]
    window: Window = field(default_factory=lambda: Window(MOST))
    left: list[float] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    _coming: list[tuple[float, int, Departure]] = field(default_factory=list)

    def send(self, count: int) -> None:
        """Send as fast as pace and window let it."""
        now = 0.0
        while len(self.left) < count:
            while self._coming and self._coming[0][0] <= now:
                at, _, gone = heapq.heappop(self._coming)
                self.window.arrived(gone, at, typical=True)
            if self.window.free(now):
                self._leave(now)
            now += TICK

    def _leave(self, now: float) -> None:
        number = len(self.left)
        self.left.append(now)
        there = self._through(now + self.there)
        self.arrived.append(there)
        back = self._through(there + self.work[number % len(self.work)] + self.there)
        heapq.heappush(self._coming, (back, number, self.window.leave(now)))

    def _through(self, at: float) -> float:
        return next((end for begin, end in self.stalls if begin <= at < end), at)

    def most(self) -> int:
        """The most that arrived within a second, wherever one lets it begin."""
        found = sorted(self.arrived)
        return max(bisect_right(found, at + 1) - place for place, at in enumerate(found))


def stalls(gaps: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stalls one after the other, each so long after the last one and of such a length."""
    found, now = [], 0.0
    for after, length in gaps:
        found.append((now + after, now + after + length))
        now += after + length
    return found


@given(
    st.lists(st.tuples(st.floats(1.5, 4), st.floats(0, 2.5)), max_size=6).map(stalls),
    st.floats(0.001, 0.1),
    st.lists(st.floats(0.0, 0.4), min_size=1, max_size=7),
)
@example([(2.0, 2.3)], 0.001, [0.1])
@example([(0.1, 2.5)], 0.05, [0.1])
def test_never_more_arrive_than_discord_takes(
    found: list[tuple[float, float]], there: float, work: list[float]
) -> None:
    """Whatever stalls on the way and wherever one begins to count: at most fifty within a second."""
    way = Way(found, there, work)
    way.send(300)
    assert way.most() <= MOST


def test_an_even_pace_alone_is_not_enough() -> None:
    """The rig of these tests sees what a stall of a third of a second does to a pace without a look at the answers."""
    way = Way([(2.0, 2.3)], 0.001, [0.1], Window(10**6))
    way.send(300)
    assert way.most() > MOST


def test_an_even_way_costs_no_time() -> None:
    """Where every answer takes as long as the last one, requests leave at the full pace."""
    way = Way([], 0.02, [0.1, 0.11])
    way.send(500)
    assert 499 / way.left[-1] >= LEAST


def test_a_few_that_are_never_answered_stop_nobody() -> None:
    """Two channels that hang for half a minute leave the pace as it is."""
    way = Way([], 0.02, [0.1])
    for _ in range(2):
        way.window.leave(0.0)
    way.send(1000)
    assert 999 / way.left[-1] >= LEAST


@pytest.mark.parametrize("count, each", [(16, 4), (16, 1), (3, 1), (2, 1), (64, 1)])
def test_each_process_takes_its_part_of_the_pace(count: int, each: int) -> None:
    """However the shards are dealt out, all processes together keep the pace of one, and never more than its places."""
    whole = Bot().make(ALL).pace
    parts = [Bot().make(Shards(first, first + each - 1, count)).pace for first in range(0, count, each)]
    assert whole.per_second == PER_SECOND
    assert sum(pace.per_second for pace in parts) == pytest.approx(PER_SECOND)
    assert sum(pace.window.most / pace.window.seconds for pace in parts) < MOST
