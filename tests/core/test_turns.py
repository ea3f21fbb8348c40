"""Fair turns: an allowance that refills, and a few commands at a time."""

from contextlib import ExitStack

import pytest

from bot.core import turns
from bot.core.turns import TooFast, Turns


class Clock:
    """Seconds, set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Say what time it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def small(clock: Clock) -> Turns:
    """Ten at once in all, one more each second, three at a time."""
    return Turns(most=10, per_second=1, at_once=3, clock=clock)


def take(of: Turns, who: str = "alice", cost: float = 1) -> float:
    """Take a turn that is over at once; give how long one would have to wait for it."""
    try:
        with of.turn(who, cost):
            return 0
    except TooFast as fault:
        return fault.seconds


def test_an_allowance_is_used_up_and_refills(small: Turns, clock: Clock) -> None:
    """Ten turns go through, the next one has to wait as long as it says, and nobody saves up more than ten."""
    assert [take(small) for _ in range(11)] == [0] * 10 + [1]
    assert take(small, cost=5) == 5
    clock.now = 5
    assert take(small, cost=5) == 0
    clock.now = 1000
    assert take(small, cost=10) == 0
    assert take(small) == 1


def test_a_refusal_costs_nothing(small: Turns, clock: Clock) -> None:
    """Who goes on trying is let through as early as who waits."""
    assert [take(small) for _ in range(500)].count(0) == 10
    clock.now = 1
    assert take(small) == 0


def test_others_have_their_own(small: Turns) -> None:
    """What one person uses up is nobody else's."""
    assert take(small, cost=10) == 0
    assert take(small, "bob", cost=10) == 0


def test_a_few_at_a_time(small: Turns) -> None:
    """A fourth command has to wait until one of three is over, also when that one failed."""
    with ExitStack() as running:
        for _ in range(3):
            running.enter_context(small.turn("alice", 1))
        assert take(small) == 1
        assert take(small, "bob") == 0
    with pytest.raises(ZeroDivisionError), small.turn("alice", 1):
        raise ZeroDivisionError
    assert small._accounts[hash("alice")].running == 0


def test_few_people_are_remembered_and_nobody_by_name(small: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was away the longest is forgotten, and no id is kept."""
    monkeypatch.setattr(turns, "PEOPLE", 2)
    for who in ("alice", "bob", "carol"):
        take(small, who, cost=10)
    assert (take(small, "bob"), take(small, "alice")) == (1, 0)
    assert all(isinstance(key, int) for key in small._accounts)
