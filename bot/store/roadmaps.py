"""Roadmaps in the database: published by key, retired and never deleted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from bot.store.tables import Group, GroupState, ItemRow, RoadmapRow, Workspace
from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace, plan
from bot.study.reading import canonical, digest, from_canonical
from bot.study.roadmap import Resource, Roadmap, Topic
from bot.study.schedule import same_place


def publish(session: Session, roadmaps: Sequence[Roadmap], now: datetime) -> None:
    """Make the database hold these roadmaps; unchanged ones are not touched, vanished ones are retired."""
    rows = {row.key: row for row in session.exec(select(RoadmapRow))}
    for roadmap in roadmaps:
        row, body = rows.pop(roadmap.key, None), canonical(roadmap)
        if row is None or row.digest != digest(body) or row.retired_at is not None:
            _publish_one(session, row, roadmap, body, now)
    for row in rows.values():
        row.retired_at = row.retired_at or now
        session.add(row)


def _publish_one(
    session: Session, row: RoadmapRow | None, roadmap: Roadmap, body: str, now: datetime
) -> None:
    before = from_canonical(row.body) if row is not None else None
    if row is None:
        row = RoadmapRow(key=roadmap.key, title="", digest="", body="")
    row.title, row.digest, row.body = roadmap.title, digest(body), body
    row.retired_at = None
    session.add(row)
    session.flush()
    assert row.id is not None
    _publish_items(session, row.id, roadmap, now)
    if before is not None:
        _keep_places(session, row.id, before, roadmap, now)


def _publish_items(session: Session, roadmap_id: int, roadmap: Roadmap, now: datetime) -> None:
    rows = {item.key: item for item in session.exec(select(ItemRow).where(ItemRow.roadmap_id == roadmap_id))}
    new: list[dict[str, Any]] = []
    for key, item in dict(roadmap.items()).items():
        row = rows.get(key) or _renamed(rows, item)
        if row is None:
            new.append({"roadmap_id": roadmap_id, "key": key, "title": item.title})
            continue
        rows.pop(row.key)
        row.key, row.title, row.retired_at = key, item.title, None
        session.add(row)
    for row in rows.values():
        row.retired_at = row.retired_at or now
        session.add(row)
    session.flush()
    if new:
        # The first start has hundreds, and an object for each takes longer than everything else of publishing.
        session.exec(insert(ItemRow), params=new)


def _renamed(rows: Mapping[str, ItemRow], item: Topic | Resource) -> ItemRow | None:
    return next((rows[old] for old in item.renamed_from if old in rows), None)


def _keep_places(session: Session, roadmap_id: int, before: Roadmap, after: Roadmap, now: datetime) -> None:
    renamed = {old: topic.key for topic in after.topics for old in topic.renamed_from}
    for group in session.exec(select(Group).where(Group.roadmap_id == roadmap_id, Group.step > 0)):
        pace = Pace(group.pace_hours)
        group.step = same_place(plan(before, pace), plan(after, pace), group.step, renamed)
        if group.state == GroupState.FINISHED and group.step < len(plan(after, pace)):
            # The roadmap grew: the next tick finds the group's next time, or coming back to the workspace does.
            left = session.get_one(Workspace, group.workspace_id).left_at is not None
            group.state, group.planned_to = GroupState.ACTIVE, now
            group.next_due_at = None if left else now
        session.add(group)


def load_catalog(session: Session) -> Catalog:
    """Parse every roadmap that the database holds, retired ones too."""
    items: dict[int, list[ItemRow]] = {}
    for item in session.exec(select(ItemRow)):
        items.setdefault(item.roadmap_id, []).append(item)
    editions: dict[int, Edition] = {}
    offered: list[str] = []
    for row in session.exec(select(RoadmapRow).order_by(col(RoadmapRow.id))):
        assert row.id is not None
        editions[row.id] = _edition(row.id, row, items.get(row.id, []))
        if row.retired_at is None:
            offered.append(row.key)
    return Catalog(editions, tuple(offered))


def _edition(roadmap_id: int, row: RoadmapRow, items: Sequence[ItemRow]) -> Edition:
    ids = {item.key: item.id for item in items if item.retired_at is None and item.id is not None}
    retired = {item.key: item.title for item in items if item.retired_at is not None}
    return Edition(roadmap_id, from_canonical(row.body), ids, retired)
