"""What people have chosen, on every kind of database."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from bot.store import erasures, notes, people, preferences
from bot.store.tables import AwayRow, PreferenceRow
from bot.study.preferences import Away, Named, Preferences, Reminded, Study
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)
ALL = Preferences(Study.BOOK, "Asia/Tokyo", Named.ALIAS, "Owl", Reminded.DM, 1320, 480)


def day(number: int) -> date:
    """A day of January."""
    return date(2026, 1, number)


@pytest.fixture
def here(session: Session) -> int:
    """A workspace in which 7 and 8 have chosen something and are away."""
    published(session, roadmap("a"))
    found = group(session).workspace_id
    for person in ("7", "8"):
        preferences.keep(session, found, person, ALL, MONDAY)
        preferences.set_away(session, found, person, Away(day(5), day(12)), MONDAY)
    return found


def test_what_is_kept_comes_back(session: Session, here: int) -> None:
    """Every preference is read as it was written, written again replaces it, and who chose nothing has the usual."""
    assert preferences.preferences_of(session, here, "7") == ALL
    preferences.keep(session, here, "7", Preferences(), MONDAY + timedelta(days=1))
    assert preferences.preferences_of(session, here, "7") == Preferences()
    assert preferences.preferences_of(session, here, "8") == ALL
    assert preferences.preferences_of(session, here, "9") == Preferences()
    made = select(PreferenceRow.made_at).where(PreferenceRow.person == "7")
    assert session.exec(made).one() == MONDAY


@pytest.mark.parametrize(
    "said, left",
    [
        (Away(day(7), day(20)), [(5, 20)]),
        (Away(day(7), day(7)), [(5, 7)]),
        (Away(day(5), day(5)), []),
        (Away(day(5), day(9)), [(5, 9)]),
        (Away(day(12), day(19)), [(5, 12), (12, 19)]),
        (Away(day(4), day(6)), [(4, 6)]),
    ],
)
def test_what_was_said_last_holds_from_that_day(
    session: Session, here: int, said: Away, left: list[tuple[int, int]]
) -> None:
    """A span that has begun is lengthened or ended, days that were away stay so, and nothing ever overlaps."""
    preferences.set_away(session, here, "7", said, MONDAY)
    found = preferences.aways_of(session, here, "7")
    assert found == [Away(day(first), day(back)) for first, back in left]
    assert preferences.aways_of(session, here, "8") == [Away(day(5), day(12))]


def test_everything_is_told_and_erased(session: Session, here: int) -> None:
    """Both tables are told with their server, and nothing of the person stays; everybody else's does."""
    told = preferences.everything(session, "7")
    assert told["preference"][0]["alias"] == "Owl"
    assert (told["away"][0]["server"], told["away"][0]["back_on"]) == ("Server", day(12))
    people.erase(session, "slack", "7")
    assert preferences.everything(session, "7") == told
    people.erase(session, "discord", "7")
    for table in (PreferenceRow, AwayRow):
        assert list(session.exec(select(table.person))) == ["8"]


def test_a_restored_backup_forgets_them_too(session: Session, here: int) -> None:
    """Who was erased and only ever chose something is erased again; what was chosen since stays."""
    erasures.replay(session)
    erasures.remember(session, "discord", "7", MONDAY + timedelta(hours=1))
    erasures.remember(session, "discord", "8", MONDAY - timedelta(hours=1))
    notes.put(session, erasures.SEEN, "0")
    erasures.replay(session)
    for table in (PreferenceRow, AwayRow):
        assert list(session.exec(select(table.person))) == ["8"]
