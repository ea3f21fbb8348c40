"""The rules of a board: most points first, then who had them earlier; equal points share a rank (1, 2, 2, 4).

Which members stand on it: those who have points in its period, have not left, and did not choose to be hidden.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate


@dataclass(frozen=True)
class Steps:
    """How many members have how many points in a period, as (points, members), most points first.

    All that a rank needs: a board of a million members has a few hundred of them.
    """

    steps: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, found: Iterable[tuple[int, int]]) -> "Steps":
        """Take (points, members) in any order; what nobody has is left out."""
        return cls(tuple(sorted((step for step in found if step[1] > 0), reverse=True)))

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(members for _, members in self.steps))

    @property
    def size(self) -> int:
        """How many members stand on the board."""
        return self._ends[-1] if self._ends else 0

    def rank(self, points: int) -> int:
        """The rank that everyone with that many points shares: one more than how many have more."""
        place = bisect_left(self.steps, -points, key=lambda step: -step[0])
        return 1 + (self._ends[place - 1] if place else 0)

    def locate(self, place: int) -> tuple[int, int] | None:
        """Find a place (0-based): the points of whoever stands there, and how many with as many stand before."""
        if not 0 <= place < self.size:
            return None
        step = bisect_left(self._ends, place + 1)
        return self.steps[step][0], place - (self._ends[step - 1] if step else 0)


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown of a member on a board; `name` is as people wrote it, and `mine` says that it is who looks."""

    member_id: int
    rank: int
    name: str
    points: int
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a board, in order, and how many stand on the whole of it.

    `page` is its number and `pages` how many there are; None for a part that begins somewhere else. `before` and
    `after` are the members who stand next to it, or None at an end.
    """

    lines: tuple[Line, ...]
    size: int
    page: int | None = None
    pages: int = 1
    before: int | None = None
    after: int | None = None

    @property
    def has_me(self) -> bool:
        """Whether who looks stands on it."""
        return any(line.mine for line in self.lines)
