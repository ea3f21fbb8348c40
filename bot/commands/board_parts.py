"""Which part of a board somebody looks at, as data: a page, or what is around a member."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session

from bot.store import boards
from bot.store.boards import Row
from bot.study.boards import Line, Part, Steps

PER_PAGE = 10
ABOVE_ME, PODIUM = 4, 3


@dataclass(frozen=True)
class Board:
    """A group's board of one period, as the member `me` sees it (None: somebody who only looks).

    `hidden` is the row of a member who is hidden from all others: they see themselves in its place.
    """

    session: Session
    group_id: int
    period: str
    me: int | None = None
    my_name: str = ""
    hidden: Row | None = None

    @cached_property
    def steps(self) -> Steps:
        """Its size and ranks."""
        return boards.steps(self.session, self.group_id, self.period)

    @cached_property
    def mine(self) -> Row | None:
        """The row of who looks, if they stand on it."""
        if self.hidden is not None:
            return self.hidden
        return self._row(self.me) if self.me is not None else None

    def part(self, page: int = 0, first: int = 0, last: int = 0) -> Part:
        """What begins or ends with a member, a page by its number, or else what is around who looks."""
        if not page and first and (row := self._row(first)):
            return self._from(row)
        if not page and last and (row := self._row(last)):
            return self._to(row)
        if not page and self.mine:
            return self._around(self.mine)
        return self.page(page or 1)

    def page(self, number: int) -> Part:
        """A page by its number; one that is beyond the last is the last."""
        pages = max(1, -(-self.steps.size // PER_PAGE))
        number = min(number, pages)
        start = (number - 1) * PER_PAGE
        rows = boards.page(self.session, self.group_id, self.period, self.steps, start, PER_PAGE)
        return Part(self._lines(rows), self.steps.size, number, pages)

    @cached_property
    def podium(self) -> tuple[Line, ...]:
        """Who leads."""
        return self.page(1).lines[:PODIUM]

    @cached_property
    def neighbours(self) -> tuple[Line, ...]:
        """Who looks, between the one before and the one after."""
        row = self.mine
        return self._lines((*self._above(row, 1), row, *self._below(row, 1))) if row else ()

    def _around(self, row: Row) -> Part:
        below = self._below(row, PER_PAGE)
        above = self._above(row, PER_PAGE)
        up = max(ABOVE_ME, PER_PAGE - 1 - len(below))
        if len(above) <= up and row is not self.hidden:
            return self.page(1)
        rows = (*above[-up:], row, *below)[:PER_PAGE]
        rest = below[PER_PAGE - 1 - up :]
        return self._part(rows, above[-up - 1] if len(above) > up else None, rest[0] if rest else None)

    def _from(self, row: Row) -> Part:
        rows = (row, *self._below(row, PER_PAGE))
        return self._part(
            rows[:PER_PAGE], next(iter(self._above(row, 1)), None), next(iter(rows[PER_PAGE:]), None)
        )

    def _to(self, row: Row) -> Part:
        rows = (*self._above(row, PER_PAGE), row)
        if len(rows) <= PER_PAGE:
            return self.page(1)
        return self._part(rows[1:], rows[0], next(iter(self._below(row, 1)), None))

    def _part(self, rows: Sequence[Row], before: Row | None, after: Row | None) -> Part:
        ends = (row.member_id if row else None for row in (before, after))
        return Part(self._lines(rows), self.steps.size, None, 1, *ends)

    def _row(self, member: int) -> Row | None:
        return boards.row_of(self.session, self.group_id, self.period, member)

    def _above(self, row: Row, limit: int) -> Sequence[Row]:
        return boards.above(self.session, self.group_id, self.period, row, limit)

    def _below(self, row: Row, limit: int) -> Sequence[Row]:
        return boards.below(self.session, self.group_id, self.period, row, limit)

    def _lines(self, rows: Sequence[Row]) -> tuple[Line, ...]:
        return tuple(self._line(row) for row in rows)

    def _line(self, row: Row) -> Line:
        mine = row.member_id == self.me
        name = row.alias or (mine and self.my_name) or row.name
        return Line(row.member_id, self.steps.rank(row.points), name, row.points, mine)
