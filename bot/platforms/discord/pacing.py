"""When a request may leave: evenly spaced, and never more within a second than Discord takes, however late they arrive.

An even pace alone is not enough. What was held up on the way, by a network that stalls or a Discord that does, arrives
in one bunch and is counted with all that follows. How late a request may have arrived is known once its answer
is here: by as much as it took longer than the quickest one. So each keeps its place in the window for so much longer.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.platform import ANSWERS_WITHIN, TryLater

MOST, PER_SECOND = 50, 48
"""Requests a second that Discord takes from a bot, answers to interactions not counted; and those that we send."""
WINDOW = 1.02
"""Seconds within which no more than that leave; a little more than one, since clocks and ways are never quite even."""
MADE_GOOD = 3
"""Turns that are made up for after they came late, as all do on a busy machine."""
UNANSWERED = ANSWERS_WITHIN.total_seconds()
"""Seconds after which nobody waits for an answer any more; whatever was sent has arrived by then."""
LEARNT = 50
"""Answers after which the quickest of them says how long the way takes at least; the first may all have met a stall."""
WAIT = "Discord asks to wait."


@dataclass(slots=True, eq=False)
class Departure:
    """A request that has left at a time on the loop's clock, and the time until which it may count at Discord."""

    at: float
    counts_until: float


@dataclass(slots=True)
class Window:
    """At most `most` requests within WINDOW seconds of their arrival. Times are seconds on one clock."""

    most: int
    seconds: float = WINDOW
    _quickest: float = UNANSWERED
    _answers: int = 0
    _away: list[Departure] = field(default_factory=list)

    def free(self, now: float) -> bool:
        """Whether one more may leave now."""
        self._away = [one for one in self._away if one.counts_until > now]
        return len(self._away) < self.most

    def leave(self, now: float) -> Departure:
        """Note that one has left."""
        left = Departure(now, now + self.seconds + UNANSWERED)
        self._away.append(left)
        return left

    def arrived(self, left: Departure, now: float, *, typical: bool) -> None:
        """Note its answer, or that none is waited for; only what is `typical` tells how long one takes at least."""
        took = now - left.at
        if typical:
            self._answers += 1
            self._quickest = min(self._quickest, took)
        least = self._quickest if self._answers >= LEARNT else 0.0
        left.counts_until = min(left.counts_until, left.at + max(0.0, took - least) + self.seconds)


class Pace:
    """Hands out moments to send at, evenly spaced, to whoever asks first; held, it sends everybody away."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self.per_second = per_second
        share = MOST * per_second / PER_SECOND
        # Rounded down, so that all processes together keep below it; one with less than a place waits longer.
        places = max(1, int(share))
        self.window = Window(places, WINDOW * max(1.0, places / share))
        self._gap = 1 / per_second
        self._next = self._free_at = 0.0
        self._lane = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a moment of one's own, at which to `leave`."""
        clock = _clock()
        async with self._lane:
            await asyncio.sleep(max(0.0, self._next - clock()))
            while not self.window.free(clock()):  # noqa: ASYNC110 - most places become free by time alone
                await asyncio.sleep(self._gap)
            # A little lateness is made good; after a stall nobody hurries.
            self._next = max(self._next, clock() - MADE_GOOD * self._gap) + self._gap

    def leave(self) -> Departure:
        """Note that a request leaves now; what becomes of it is to be told to `arrived`."""
        return self.window.leave(_clock()())

    def arrived(self, left: Departure, *, typical: bool) -> None:
        """Note that a request was answered, or that nobody waits for its answer any more."""
        self.window.arrived(left, _clock()(), typical=typical)

    def hold(self, seconds: float) -> None:
        """Let no post leave for so long."""
        self._free_at = max(self._free_at, _clock()() + seconds)

    def check(self) -> None:
        """Raise TryLater while held."""
        if (left := self._free_at - _clock()()) > 0:
            raise TryLater(WAIT, left)


def _clock() -> Callable[[], float]:
    return asyncio.get_running_loop().time
