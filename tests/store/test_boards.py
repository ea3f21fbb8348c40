"""Boards: sorted rows that say what the marks say, whatever was recorded and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, delete, func, select

from bot.commands.context import Context
from bot.commands.memory import Memory
from bot.commands.people import join, leave
from bot.commands.preferences import preferences
from bot.commands.record import done, skip, undo
from bot.core.reply import Reply
from bot.core.request import Channel, Person, Request
from bot.store import boards, members, people, scores
from bot.store.engines import open_engine
from bot.store.tables import MarkRow, Member, ScoreCount, ScoreRow
from bot.study.points import ALL_TIME
from tests.conftest import DATABASES, Fresh
from tests.makers import MONDAY, group, published, resource, roadmap, topic

pytestmark = pytest.mark.databases(*DATABASES)

COUNTED = 4
"""Columns of a count, of which a row has more."""


@pytest.fixture(scope="module")
def shared(fresh: Fresh) -> Iterator[Session]:
    """A session that each example of a property rolls back."""
    with fresh() as url:
        engine = open_engine(url)
        with Session(engine, expire_on_commit=False) as found:
            yield found
        engine.dispose()


def rows(session: Session) -> list[Any]:
    """Read every row of every board, and how many members have how many points."""
    session.expire_all()
    found = session.exec(select(ScoreRow))
    counts = session.exec(select(ScoreCount).where(ScoreCount.members != 0))
    return [
        *sorted((r.group_id, r.period, r.member_id, r.points, r.reached_at) for r in found),
        *sorted((c.group_id, c.period, c.points, c.members) for c in counts),
    ]


def count(session: Session) -> None:
    """Count rows that a test has added by hand."""
    counted = select(ScoreRow.group_id, ScoreRow.period, ScoreRow.points, func.count())
    for group_id, period, points, members_ in session.exec(
        counted.group_by(ScoreRow.group_id, ScoreRow.period, ScoreRow.points)
    ):
        session.add(ScoreCount(group_id=group_id, period=period, points=points, members=members_))
    session.flush()


board_of = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=15)


@settings(max_examples=60)
@given(board_of, st.integers(1, 6))
def test_every_page_is_a_slice_of_the_sorted_board(
    shared: Session, found: list[tuple[int, int]], size: int
) -> None:
    """Most points first, then who had them earlier, then who came first.

    The pages together are everybody who has points, once, and each sees the same ones above and below.
    """
    shared.rollback()
    shared.expunge_all()
    published(shared, roadmap("a"))
    here = group(shared).id or 0
    elsewhere = group(shared, channel="200").id or 0
    board = []
    for number, (points, minutes) in enumerate(found, 1):
        member = members.join(shared, None, here, str(number), f"m{number}", MONDAY)
        at = MONDAY + timedelta(minutes=minutes)
        row = {"member_id": member.id, "points": points, "reached_at": at}
        shared.add_all(ScoreRow(group_id=here, period=period, **row) for period in (ALL_TIME, "2026-W02"))
        there = members.join(shared, None, elsewhere, str(number), f"m{number}", MONDAY).id
        shared.add(ScoreRow(group_id=elsewhere, period=ALL_TIME, **(row | {"member_id": there})))
        board.append((-points, at, member.id, f"m{number}"))
    shared.flush()
    count(shared)
    board.sort()
    steps = boards.steps(shared, here, ALL_TIME)
    assert steps.size == len(board)
    whole: list[Any] = []
    for start in range(0, len(board) + 1, size):
        page = boards.page(shared, here, ALL_TIME, steps, start, size)
        whole += [(-r.points, r.reached_at, r.member_id, r.name) for r in page]
    assert whole == board
    for place, mine in enumerate(board):
        row = boards.row_of(shared, here, ALL_TIME, mine[2])
        assert row is not None
        above = boards.above(shared, here, ALL_TIME, row, size)
        below = boards.below(shared, here, ALL_TIME, row, size)
        assert [r.member_id for r in above] == [m[2] for m in board[max(0, place - size) : place]]
        assert [r.member_id for r in below] == [m[2] for m in board[place + 1 : place + 1 + size]]
        assert steps.rank(row.points) == 1 + sum(other[0] < mine[0] for other in board)


def test_who_has_no_points_is_on_no_board(session: Session) -> None:
    """A member without points has no row, and a board of another period shows nothing."""
    published(session, roadmap("a"))
    here = group(session).id or 0
    member = members.join(session, None, here, "9", "alice", MONDAY)
    assert boards.row_of(session, here, ALL_TIME, member.id) is None
    steps = boards.steps(session, here, "2026-W02")
    assert steps.size == 0
    assert boards.page(session, here, "2026-W02", steps, 0, 10) == []


PLAN = roadmap(topic("a", 7), topic("b", 3, (resource("b-a"), resource("b-x", extra=True))))
KEYS = [key for key, _ in PLAN.items()]
acts = st.one_of(
    st.tuples(st.just(done), st.sampled_from(KEYS)),
    st.tuples(st.just(skip), st.sampled_from(KEYS)),
    st.tuples(st.sampled_from((undo, undo, leave, join)), st.none()),
    st.tuples(st.just(preferences), st.sampled_from(["hidden", "name"])),
)
steps = st.lists(st.tuples(acts, st.sampled_from(["8", "9"]), st.integers(0, 20_000)), max_size=14)


class Table:
    """A group in which two people record through the real commands."""

    def __init__(self, session: Session, zone: str) -> None:
        session.rollback()
        session.expunge_all()
        self.session, self.memory, self.now = session, Memory(published(session, PLAN)), MONDAY
        self.group, self.zone = group(session, zone=zone), ZoneInfo(zone)

    def say(self, command: Any, person: str, item: str | None) -> Any:
        """Run a command."""
        request = Request("discord", "1", Channel("100"), Person(person, person), False, command.__name__)
        context = Context(self.session, request, self.now, self.memory, {}, timedelta(), lambda *_: "")
        if command is preferences:
            return preferences(context, board=item or "")
        answer = command(context, item) if item else command(context)
        return answer if isinstance(answer, Reply) else answer()

    def rebuilt(self) -> list[Any]:
        """Derive every board row again and read them all."""
        assert scores.rebuild_group(self.session, self.group.id or 0) == 0
        for table in (ScoreRow, ScoreCount):
            self.session.exec(delete(table))
        scores.rebuild_group(self.session, self.group.id or 0)
        return rows(self.session)


@settings(max_examples=60)
@given(steps, st.sampled_from(["UTC", "Pacific/Kiritimati", "America/St_Johns"]))
def test_kept_rows_are_what_the_marks_say(shared: Session, history: list[Any], zone: str) -> None:
    """After any history of recording, undoing, leaving, coming back and hiding, rebuilding the boards changes no row.

    From nothing but the marks they come out the same, the counts of who has how many points too.
    """
    table = Table(shared, zone)
    for (command, item), person, minutes in history:
        table.now += timedelta(minutes=minutes)
        table.say(command, person, item)
    kept = rows(shared)
    assert table.rebuilt() == kept


@settings(max_examples=40)
@given(
    steps, st.lists(st.tuples(acts.filter(lambda a: a[0] in (done, skip)), st.integers(0, 9000)), max_size=8)
)
def test_taking_everything_back_restores_the_board(
    shared: Session, history: list[Any], later: list[Any]
) -> None:
    """However much is recorded over however many weeks, its undoing leaves the rows exactly as they were."""
    table = Table(shared, "Europe/Berlin")
    for (command, item), person, minutes in history:
        table.now += timedelta(minutes=minutes)
        table.say(command, person, item)
    table.say(join, "8", None)
    before = rows(shared)
    recorded = 0
    for (command, item), minutes in later:
        table.now += timedelta(minutes=minutes)
        recorded += table.say(command, "8", item).title.startswith(("Recorded", "Left out"))
    for _ in range(recorded):
        assert table.say(undo, "8", None).title.startswith("Taken back")
    assert rows(shared) == before


@settings(max_examples=40)
@given(steps, st.randoms(use_true_random=False))
def test_any_order_of_the_same_marks_gives_the_same_board(
    shared: Session, history: list[Any], chance: Any
) -> None:
    """Boards say what the marks say, in whatever order the database has them."""
    table = Table(shared, "Asia/Tokyo")
    for (command, item), person, minutes in history:
        table.now += timedelta(minutes=minutes)
        table.say(command, person, item)
    before = rows(shared)
    kept = list(shared.exec(select(MarkRow).order_by(col(MarkRow.id))))
    marks = [mark.model_dump() for mark in kept]
    shared.exec(delete(MarkRow))
    for mark in kept:
        shared.expunge(mark)
    chance.shuffle(marks)
    # A mark that takes another one back names it by its new number.
    numbers = {mark["id"]: number for number, mark in enumerate(marks, 1)}
    for mark in marks:
        undoes = numbers.get(mark["undoes"])
        shared.add(MarkRow(**(mark | {"id": numbers[mark["id"]], "undoes": undoes})))
    shared.flush()
    assert table.rebuilt() == before


def test_who_is_erased_is_counted_nowhere(session: Session) -> None:
    """Nothing of somebody who is erased stays on a board or in its counts, and the others keep their places."""
    table = Table(session, "UTC")
    table.say(done, "9", "a")
    before = rows(session)
    table.say(done, "8", "a")
    table.say(done, "8", "b")
    people.erase(session, "discord", "8")
    assert rows(session) == before


def test_points_never_exceed_what_there_is(session: Session) -> None:
    """Everything marked in a wild order brings the hours of all topics, and a point for each thing beyond, once."""
    table = Table(session, "UTC")
    for key in (*reversed(KEYS), *KEYS):
        table.say(done, "8", key)
    assert [row[3] for row in rows(session) if row[1] == ALL_TIME and len(row) > COUNTED] == [
        7 + 2 + 3 + 1 + 1
    ]


def test_rebuilding_mends_rows_that_were_damaged(session: Session) -> None:
    """Rows and counts that say something else than the marks, or about no mark at all, are put right and told."""
    table = Table(session, "UTC")
    table.say(done, "8", "a")
    right = rows(session)
    for row in session.exec(select(ScoreRow)).all():
        row.points += 100
    member = session.exec(select(Member)).one()
    here = {"group_id": member.group_id, "period": "2020-01", "points": 9}
    session.add(ScoreRow(**here, member_id=member.id, reached_at=MONDAY))
    session.add(ScoreCount(**here, members=5))
    session.flush()
    assert scores.rebuild_group(session, member.group_id) > 0
    assert rows(session) == right
    assert scores.rebuild_group(session, member.group_id) == 0
