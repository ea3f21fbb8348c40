"""A group's year is that of its members added up, on every database."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from bot.store import members
from bot.store.engines import open_engine
from bot.store.members import NewMark
from bot.store.years import finished_by_day
from bot.study.progress import Act, Mark, standing_marks
from bot.study.years import finished_days
from tests.conftest import DATABASES, Fresh
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)
SINCE = date(2026, 3, 1)
said = st.tuples(
    st.integers(0, 2), st.sampled_from([Act.FINISHED, Act.SKIPPED, Act.UNDONE]), st.integers(-3, 30)
)


@pytest.fixture(scope="module")
def shared(fresh: Fresh) -> Iterator[Session]:
    """A session that each example of the property rolls back."""
    with fresh() as url:
        engine = open_engine(url)
        with Session(engine, expire_on_commit=False) as found:
            yield found
        engine.dispose()


@settings(max_examples=30)
@given(st.lists(said, max_size=15))
def test_a_groups_year_is_that_of_its_members(shared: Session, found: list[tuple[int, Act, int]]) -> None:
    """What its members finished and did not take back, from the first day on; another group's marks count nothing."""
    shared.rollback()
    shared.expunge_all()
    item = next(iter(published(shared, roadmap("a")).editions.values())).ids["a"]
    here, elsewhere = group(shared).id or 0, group(shared, channel="200").id or 0
    homes = (here, here, elsewhere)
    people = [members.join(shared, None, home, str(n), f"m{n}", MONDAY).id for n, home in enumerate(homes)]
    marks: dict[int, list[Mark]] = {person: [] for person in people}
    for who, act, days in found:
        mine = marks[people[who]]
        open_ = standing_marks(mine)
        if act is Act.UNDONE and not open_:
            continue
        undoes = open_[-1].id if act is Act.UNDONE else None
        new = NewMark(item, act, MONDAY, SINCE + timedelta(days=days), undoes=undoes)
        mine.append(members.add_mark(shared, people[who], new))
    expected: Counter[date] = Counter()
    for person in people[:2]:
        expected += finished_days(standing_marks(marks[person]))
    expected = Counter({day: count for day, count in expected.items() if day >= SINCE})
    assert +finished_by_day(shared, here, SINCE) == expected
