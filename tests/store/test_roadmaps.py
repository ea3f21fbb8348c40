"""Publishing roadmaps: what people recorded stays theirs, whatever the author edits."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, select

from bot.store import groups, members, planning, roadmaps, scores, workspaces
from bot.store.members import NewMark
from bot.store.tables import Group, GroupState, ItemRow, Post, RoadmapRow
from bot.study.pace import Pace
from bot.study.progress import Act, Standing, standing, standing_marks
from bot.study.roadmap import Roadmap
from bot.study.schedule import next_due
from tests.conftest import DATABASES
from tests.makers import MONDAY, group, published, resource, roadmap, times, topic

pytestmark = pytest.mark.databases(*DATABASES)

LATER = MONDAY + timedelta(days=1)


def items(session: Session) -> dict[str, tuple[int | None, str, bool]]:
    """Read every item: its id, its title, and whether it is retired."""
    session.expire_all()
    found = session.exec(select(ItemRow))
    return {row.key: (row.id, row.title, row.retired_at is not None) for row in found}


def dump(session: Session) -> list[Any]:
    """Read every row of a roadmap's tables."""
    tables = ("roadmap", "item", "study_group", "member", "mark", "score")
    return [session.connection().execute(text(f"SELECT * FROM {table}")).all() for table in tables]  # noqa: S608 - a fixed list


def learner(session: Session, found: Group, *keys: str) -> int:
    """Make a member who finished some items, for three points each."""
    member = members.join(session, None, found.id or 0, "9", "alice", MONDAY)
    assert member.id is not None
    ids = {key: id_ for key, (id_, _, _) in items(session).items()}
    for key in keys:
        members.add_mark(session, member.id, NewMark(ids[key] or 0, Act.FINISHED, MONDAY, MONDAY.date(), 3))
    scores.rebuild(session, member)
    return member.id


def where(session: Session, member: int, *found: Roadmap) -> Standing:
    """Publish roadmaps and say where a member stands on the first."""
    catalog = published(session, *found, now=LATER)
    return standing(standing_marks(members.marks_of(session, member)), catalog.editions[1].keys)


def points(session: Session) -> list[Any]:
    """Read the boards."""
    return list(session.connection().execute(text("SELECT * FROM score ORDER BY period")))


def test_unchanged_content_changes_no_row(session: Session) -> None:
    """Publishing the same roadmap again, at another time, writes nothing."""
    found = roadmap("a", "b")
    published(session, found)
    learner(session, group(session, step=1), "a")
    session.flush()
    before, said = dump(session), []
    event.listen(session.connection(), "before_cursor_execute", lambda _, __, sql, *___: said.append(sql))
    published(session, found, now=LATER)
    assert {sql.split()[0] for sql in said} == {"SELECT"}
    assert dump(session) == before


def test_changed_content_is_updated_by_key(session: Session) -> None:
    """A new title, new hours and a new resource: the ids stay, and what is new gets one of its own."""
    published(session, roadmap("a", "b"))
    before = items(session)
    parts = (resource("a-a"), resource("a-b"), resource("a-c"))
    changed = topic("a", 9, parts, focus=("one",))
    catalog = published(session, roadmap(changed, "b"))
    after = items(session)
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {"a-c"}
    assert catalog.editions[1].roadmap.by_key["a"].hours == 9
    assert catalog.editions[1].ids["a"] == before["a"][0]


def test_what_vanished_is_retired_and_costs_nobody_anything(session: Session) -> None:
    """A vanished topic is kept as retired with its title; marks and points stay as they were."""
    published(session, roadmap("a", "b"))
    member = learner(session, group(session), "a", "b-a")
    marks, board = members.marks_of(session, member), points(session)
    at = where(session, member, roadmap("b"))
    assert {key for key, (_, _, retired) in items(session).items() if retired} == {
        "a",
        "a-a",
        "a-b",
        "a.exercise",
    }
    assert at.finished == {"b-a"}
    assert (members.marks_of(session, member), points(session)) == (marks, board)
    catalog = roadmaps.load_catalog(session)
    assert catalog.editions[1].retired["a"] == "A"
    assert "a" not in catalog.editions[1].ids


def test_what_comes_back_has_its_marks_again(session: Session) -> None:
    """A topic that was retired and returns is the same row, so what was finished is finished."""
    published(session, roadmap("a", "b"))
    member = learner(session, group(session), "a")
    before = items(session)
    assert where(session, member, roadmap("b")).finished == set()
    assert where(session, member, roadmap("a", "b")).finished == {"a"}
    assert items(session) == before


def test_a_renamed_item_keeps_its_id_and_its_marks(session: Session) -> None:
    """`renamed_from` carries progress over, also over two renamings at once, for topics and resources."""
    published(session, roadmap("a", "b"))
    member = learner(session, group(session), "a", "b-a")
    before = items(session)
    renamed = topic("aa", 4, (resource("a-a"), resource("a-b")), renamed_from=("older", "a"))
    moved = topic("b", 4, (resource("b-x", renamed_from=("b-a",)), resource("b-b")))
    assert where(session, member, roadmap(renamed, moved)).finished == {"aa", "b-x"}
    after = items(session)
    assert after["aa"][0] == before["a"][0]
    assert after["b-x"][0] == before["b-a"][0]
    assert not {"a", "b-a"} & set(after)
    back = topic("a", 4, (resource("a-a"), resource("a-b")), renamed_from=("aa",))
    assert where(session, member, roadmap(back, moved)).finished == {"a", "b-x"}


def test_a_resource_that_moves_to_another_topic_keeps_its_marks(session: Session) -> None:
    """A resource is found by its key wherever it stands."""
    published(session, roadmap("a", "b"))
    member = learner(session, group(session), "a-a")
    moved = roadmap(topic("a", 4, (resource("a-b"),)), topic("b", 4, (resource("b-a"), resource("a-a"))))
    assert where(session, member, moved).finished == {"a-a"}


def test_a_vanished_roadmap_still_serves_its_groups(session: Session) -> None:
    """A roadmap whose file is gone is not offered any more but stays readable, and can come back."""
    published(session, roadmap("a"), roadmap("x", key="other"))
    catalog = published(session, roadmap("x", key="other"), now=LATER)
    assert catalog.offered == ("other",)
    assert catalog.editions[1].roadmap.topics[0].key == "a"
    assert published(session, roadmap("a"), roadmap("x", key="other")).offered == ("mlops", "other")
    assert session.exec(select(RoadmapRow).where(RoadmapRow.key == "mlops")).one().retired_at is None


def test_two_roadmaps_may_use_the_same_keys(session: Session) -> None:
    """Keys are unique within a roadmap only; each has its own items."""
    catalog = published(session, roadmap("a"), roadmap("a", key="other"))
    assert catalog.editions[1].ids["a"] != catalog.editions[2].ids["a"]


@pytest.mark.parametrize(
    "edited,step",
    [
        (roadmap("x", "a", "b", "c", "d"), 3),
        (roadmap("a", "b", "x", "c", "d"), 2),
        (roadmap("a", "c", "d"), 1),
        (roadmap("b", "a", "c", "d"), 1),
        (roadmap("a", topic("bb", renamed_from=("b",)), "c", "d"), 2),
    ],
    ids=["one-before", "one-after", "vanished", "order", "renamed"],
)
def test_a_group_keeps_its_place(session: Session, edited: Roadmap, step: int) -> None:
    """After two of four weeks the group goes on behind the topic that it had last, wherever that is now."""
    published(session, roadmap("a", "b", "c", "d"))
    found = group(session, step=2)
    published(session, edited, now=LATER)
    session.refresh(found)
    assert (found.step, found.state) == (step, GroupState.ACTIVE)


def test_places_are_kept_at_each_groups_own_pace(session: Session) -> None:
    """A group that takes several weeks for a topic stays in the same part of it."""
    old, new = roadmap(topic("a", 6), topic("b", 12)), roadmap("x", topic("a", 6), topic("b", 12))
    published(session, old)
    slow, fast = group(session, pace_hours=3, step=4), group(session, channel="200", step=1)
    catalog = published(session, new, now=LATER)
    session.refresh(slow)
    session.refresh(fast)
    week = catalog.editions[1].weeks(Pace(3))[slow.step - 1]
    assert (week.topic.key, week.part) == ("b", 2)
    assert fast.step == 2


def test_a_finished_group_goes_on_when_the_roadmap_grows(session: Session) -> None:
    """A new last topic wakes the groups that had finished, and only them."""
    published(session, roadmap("a", "b"))
    done = group(session, step=2, state=GroupState.FINISHED, next_due_at=None)
    paused = group(session, channel="200", step=1, state=GroupState.PAUSED, next_due_at=None)
    published(session, roadmap("a", "b", "c"), now=LATER)
    session.refresh(done)
    session.refresh(paused)
    assert (done.state, done.step, done.planned_to, done.next_due_at) == (GroupState.ACTIVE, 2, LATER, LATER)
    assert (paused.state, paused.next_due_at) == (GroupState.PAUSED, None)


def test_a_finished_group_of_a_server_that_is_left_waits_for_coming_back(session: Session) -> None:
    """What wakes a finished group plans nothing where the bot was removed; coming back finds its next time."""
    published(session, roadmap("a", "b"))
    grown, missed = (
        group(session, channel=channel, step=2, state=GroupState.FINISHED, next_due_at=None)
        for channel in ("100", "200")
    )
    workspaces.leave(session, "discord", "1", MONDAY)
    prompt = Post(
        group_id=missed.id or 0, kind="prompt", occurrence=MONDAY.date(), step=2, item_id=1, due_at=MONDAY
    )
    session.add(prompt)
    session.flush()
    groups.take_step_back(session, prompt, LATER)
    session.expire_all()
    assert (missed.state, missed.step, missed.next_due_at) == (GroupState.ACTIVE, 1, None)
    published(session, roadmap("a", "b", "c"), now=LATER)
    session.expire_all()
    assert (grown.state, grown.planned_to, grown.next_due_at) == (GroupState.ACTIVE, LATER, None)
    assert planning.due_groups(session, LATER, 10) == []
    workspaces.come_back(session, "discord", ["1"])
    session.flush()
    for found in (grown, missed):
        assert found.next_due_at == next_due(times(found), LATER)


def test_a_finished_group_stays_finished_when_texts_change(session: Session) -> None:
    """An edit that adds no week posts nothing to a group that is done."""
    published(session, roadmap("a", "b"))
    done = group(session, step=2, state=GroupState.FINISHED, next_due_at=None)
    published(session, roadmap("a", topic("b", 5)), now=LATER)
    session.refresh(done)
    assert (done.state, done.next_due_at) == (GroupState.FINISHED, None)
