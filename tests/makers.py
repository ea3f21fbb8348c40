"""Small roadmaps and databases for tests of the rules, the store and the jobs."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlmodel import Session, func, select

from bot.commands.table import COMMANDS
from bot.store import groups, migrating, roadmaps, workspaces
from bot.store.engines import open_engine
from bot.store.tables import Group, Member, RoadmapRow, metadata
from bot.study.catalog import Catalog
from bot.study.roadmap import IN_FILES, Complete, Cost, Kind, OneOf, Resource, Roadmap, Section, Topic
from bot.study.schedule import next_due

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday at nine, when the groups made here are prompted."""

ON_DISCORD = tuple(command for command in COMMANDS if not command.only or "discord" in command.only)
"""The commands that exist on Discord, where most tests are."""


def resource(key: str, **values: Any) -> Resource:
    """Make a free article."""
    values = {"kind": Kind.ARTICLE, "url": f"https://example.com/{key}"} | values
    return Resource(key, key.title(), **values)


def topic(key: str, hours: int = 4, resources: Sequence[Resource] | None = None, **values: Any) -> Topic:
    """Make a topic, with two resources unless they are given."""
    if resources is None:
        resources = (resource(f"{key}-a"), resource(f"{key}-b"))
    values = {"goal": "Goal.", "summary": "Summary.", "exercise": "Exercise."} | values
    return Topic(key, key.title(), "s", hours=hours, resources=tuple(resources), **values)


def roadmap(*topics: Topic | str, key: str = "mlops", order: Sequence[str] = ()) -> Roadmap:
    """Make a roadmap of one section from topics or their keys."""
    made = tuple(t if isinstance(t, Topic) else topic(t) for t in topics)
    in_order = tuple(order) or tuple(t.key for t in made)
    return Roadmap(key, key.upper(), "Summary.", (Section("s", "Section", made),), in_order)


_facts = st.tuples(
    st.booleans(), st.sampled_from(IN_FILES), st.sampled_from(Cost), st.sampled_from((None, 1.0, 5.0))
)
_sizes = st.tuples(st.integers(1, 60), st.lists(_facts, min_size=1, max_size=6), st.integers(0, 3))


def _topic(key: str, size: tuple[int, list[tuple[bool, Kind, Cost, float | None]], int]) -> Topic:
    hours, facts, rule = size
    # The first resource always counts: a topic has at least one that does.
    resources = [
        resource(f"{key}-{n}", extra=bool(n and extra), kind=kind, cost=cost, hours=length)
        for n, (extra, kind, cost, length) in enumerate(facts)
    ]
    return topic(key, hours, resources, complete=_rule(rule, [r.key for r in resources if not r.extra]))


def _rule(rule: int, main: list[str]) -> Complete:
    """Any one, all, two, or two groups of which the second is the exercise."""
    groups = (OneOf(tuple(main)), OneOf(("exercise",)))
    choices: tuple[Complete, ...] = ("any", "all", 2, groups)
    return choices[rule]


def topics(key: str = "t") -> st.SearchStrategy[Topic]:
    """Any topic: 1 to 60 hours, up to 6 resources, main or extra, of every length and cost."""
    return _sizes.map(lambda size: _topic(key, size))


@st.composite
def any_roadmap(draw: st.DrawFn, most: int = 4) -> Roadmap:
    """Any roadmap of a few topics, studied in another order than that of the file."""
    made = [_topic(f"t{n}", size) for n, size in enumerate(draw(st.lists(_sizes, min_size=1, max_size=most)))]
    return roadmap(*made, order=draw(st.permutations([t.key for t in made])))


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        migrating.upgrade(f"sqlite:///{path}")
        return path.read_bytes()


def migrated(path: Path) -> str:
    """Make a SQLite file at the newest schema and return its address; migrating is done once a run."""
    for rest in path.parent.glob(f"{path.name}-*"):
        rest.unlink()
    path.write_bytes(_empty_database())
    return f"sqlite:///{path}"


@contextmanager
def lock_held(url: str) -> Iterator[None]:
    """Hold what every writer needs, as another program might; readers need nothing of it."""
    engine = open_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"LOCK TABLE {', '.join(metadata.tables)} IN EXCLUSIVE MODE")
        yield
    engine.dispose()


def published(session: Session, *found: Roadmap, now: datetime = MONDAY) -> Catalog:
    """Publish roadmaps and read them back."""
    roadmaps.publish(session, found, now)
    session.flush()
    return roadmaps.load_catalog(session)


def group(session: Session, now: datetime = MONDAY, channel: str = "100", **values: Any) -> Group:
    """Make a group of the first roadmap: Mondays at nine UTC, reminder on Thursday, a topic a week."""
    platform, external = values.pop("platform", "discord"), values.pop("workspace", "1")
    workspace = workspaces.enter(session, platform, external, "Server", now)
    assert workspace.id is not None
    first = session.exec(select(func.min(RoadmapRow.id))).one()
    values = {"roadmap_id": first, "organizer": "7", "planned_to": now, "created_at": now} | values
    made = Group(workspace_id=workspace.id, channel=channel, channel_name="study", **values)
    if "next_due_at" not in values:
        made.next_due_at = next_due(times(made), made.planned_to)
    groups.save(session, made)
    return made


def times(of: Group) -> Any:
    """Return the weekly times of a group."""
    from bot.store.groups import schedule_of

    return schedule_of(of)


def uncommittable(session: Session) -> None:
    """Let this transaction fail when it is committed and no earlier: what it points at is looked for in the end."""
    connection = session.connection()
    late = "PRAGMA defer_foreign_keys = ON"
    if connection.dialect.name == "postgresql":
        late = "ALTER TABLE member ALTER CONSTRAINT fk_member_group_id DEFERRABLE INITIALLY DEFERRED"
    connection.exec_driver_sql(late)
    session.add(Member(group_id=404, person="9", name="nobody", joined_at=MONDAY))
    session.flush()
