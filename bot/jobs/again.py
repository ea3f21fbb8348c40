"""When a post is tried again, and whether its nonce still holds then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.core.platform import ANSWERS_WITHIN

SAME_NONCE = timedelta(minutes=2) - ANSWERS_WITHIN
"""So soon after the first try a repeat still arrives within the two minutes in which the platform certainly
recognises its nonce; later the channel's history is read."""
AGAIN, MOST_AGAIN = timedelta(seconds=15), timedelta(minutes=10)
THREAD_AGAIN = timedelta(minutes=1)
AT_LEAST = timedelta(seconds=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def after_trouble(attempts: int) -> timedelta:
    """How long a row that fails by our own fault is pushed ahead: longer each time."""
    return AGAIN * (1 << attempts)


def after_doubt(first: datetime | None, now: datetime) -> timedelta:
    """How long to leave alone what nobody knows about: as long as that has lasted, within bounds."""
    return min(max(AGAIN, now - (first or now)), MOST_AGAIN)


def after_refusal(seconds: float) -> timedelta:
    """How long to wait where the platform says how long."""
    return max(timedelta(seconds=seconds), AT_LEAST)


class Watch:
    """A clock that notices when it was set back."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._newest = self._set_back_from = LONG_AGO

    def now(self) -> datetime:
        """The time, aware UTC."""
        now = self._clock()
        if now < self._newest:
            self._set_back_from = max(self._set_back_from, self._newest)
        self._newest = now
        return now

    def nonce_holds(self, first: datetime) -> bool:
        """Whether a post first tried at that time is still recognised by its nonce."""
        # What a clock showed before it was set back does not say how long ago that was.
        return self.now() - first <= SAME_NONCE and first > self._set_back_from

    def is_soon_after(self, then: datetime) -> bool:
        """Whether so little time has passed since that whatever happened then or later has a nonce that holds."""
        return timedelta() <= self.now() - then <= SAME_NONCE
