"""Everything that is kept about a person, on every kind of database."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from bot.store import members, people, scores
from bot.store.members import NewMark
from bot.store.tables import Group, MarkRow, Member, ScoreRow
from bot.study.progress import Act
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, roadmap

pytestmark = pytest.mark.databases(*DATABASES)


@pytest.fixture
def kept(session: Session) -> Session:
    """Olivia, who organizes two groups of two servers, with marks in both, and bob with one beside her."""
    item = next(iter(published(session, roadmap("a")).editions.values())).ids["a"]
    for number in ("1", "2"):
        found = group(session, channel=f"{number}00", workspace=number)
        for person in ("7", "8"):
            member = members.join(session, None, found.id or 0, person, f"p{person}", MONDAY)
            members.add_mark(
                session,
                member.id,
                NewMark(item, Act.FINISHED, MONDAY, MONDAY.date(), 4, 1.5, f"note of {person}"),
            )
            scores.rebuild(session, member)
    session.flush()
    return session


def test_everything_is_told(kept: Session) -> None:
    """Groups, records and points come with what a person needs to know them by, and only theirs."""
    first, second = people.memberships(kept, "discord", "7")
    assert {**first} == {
        "member_id": first["member_id"],
        "server": "Server",
        "channel": "study",
        "roadmap": "MLOPS",
        "name": "p7",
        "joined_at": MONDAY,
        "left_at": None,
    }
    assert second["member_id"] != first["member_id"]
    (mark,) = people.records(kept, first["member_id"])
    assert (mark["title"], mark["act"], mark["at"], mark["note"]) == ("A", "finished", MONDAY, "note of 7")
    assert {row["period"]: row["points"] for row in people.board_rows(kept, first["member_id"])}["all"] == 4
    assert people.count_kept(kept, "discord", "7") == (2, 2)
    assert len(people.organizes(kept, "discord", "7")) == 2


def test_the_same_id_elsewhere_is_somebody_else(kept: Session) -> None:
    """Ids belong to their platform."""
    assert people.memberships(kept, "slack", "7") == []
    assert people.count_kept(kept, "slack", "7") == (0, 0)
    people.erase(kept, "slack", "7")
    assert people.count_kept(kept, "discord", "7") == (2, 2)


def test_nothing_is_left_of_who_is_erased(kept: Session) -> None:
    """Members, marks, board rows and the note who organizes go together; everybody else's stay."""
    people.erase(kept, "discord", "7")
    assert people.count_kept(kept, "discord", "7") == (0, 0)
    assert people.count_kept(kept, "discord", "8") == (2, 2)
    assert set(kept.exec(select(Member.person))) == {"8"}
    assert set(kept.exec(select(MarkRow.note))) == {"note of 8"}
    assert len(set(kept.exec(select(ScoreRow.member_id)))) == 2
    assert set(kept.exec(select(Group.organizer))) == {""}


def test_more_people_than_a_statement_can_name_are_erased(
    kept: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel in which tens of thousands had joined is purged in parts: no statement names more than a few."""
    monkeypatch.setattr(scores, "BATCH", 3)
    named: list[int] = []

    @event.listens_for(kept.connection(), "before_cursor_execute")
    def look(*told: Any) -> None:
        *_, parameters, _context, many = told
        named.append(0 if many else len(parameters))

    people.erase_members(kept, kept.exec(select(Member.id)).all())
    assert kept.exec(select(Member)).all() == kept.exec(select(MarkRow)).all() == []
    assert kept.exec(select(ScoreRow)).all() == []
    assert max(named) <= scores.BATCH + 1
