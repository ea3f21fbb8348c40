"""Fair turns: one person's commands, however many, never keep those of others waiting."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

PEOPLE = 10_000
"""People who are remembered; somebody who was forgotten begins with a full allowance, as after a minute or two."""


class TooFast(Exception):
    """Somebody has had their turns; `seconds` says when the next one comes."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Account:
    left: float
    seen: float
    running: int = 0

    def __enter__(self) -> None:
        self.running += 1

    def __exit__(self, *_fault: object) -> None:
        self.running -= 1


@dataclass(slots=True)
class Turns:
    """An allowance for each person that refills `per_second` up to `most`, and `at_once` commands at a time.

    A quick command costs 1. A person at a keyboard never notices; a script does.
    """

    most: float = 3000
    per_second: float = 30
    at_once: int = 20
    clock: Callable[[], float] = time.monotonic
    _accounts: OrderedDict[int, _Account] = field(default_factory=OrderedDict)

    def turn(self, who: Hashable, cost: float) -> AbstractContextManager[None]:
        """Let a command run on somebody's allowance, inside what this gives. Raises TooFast, which costs nothing."""
        account = self._account(who)
        missing = cost - account.left
        if missing > 0 or account.running >= self.at_once:
            raise TooFast(max(1, missing / self.per_second))
        account.left -= cost
        return account

    def _account(self, who: Hashable) -> _Account:
        # A hash, which means something in this process only: nobody's id is kept here.
        key, now = hash(who), self.clock()
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = _Account(self.most, now)
        self._accounts.move_to_end(key)
        account.left = min(self.most, account.left + (now - account.seen) * self.per_second)
        account.seen = now
        while len(self._accounts) > PEOPLE:
            self._accounts.popitem(last=False)
        return account
