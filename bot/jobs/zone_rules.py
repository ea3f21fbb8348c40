"""New rules for time zones: where a country moved its clocks, the next times of its groups move along."""

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlmodel import Session

from bot.store import notes, planning
from bot.store.groups import schedule_of
from bot.study.schedule import next_due
from bot.study.zones import UnknownZone

log = logging.getLogger("roadmate.zones")

NOTE = "zone_rules"


def follow_zone_rules(session: Session, rules: str = "") -> int:
    """Work out every group's next time anew when the rules are others than at the last start; return how many moved.

    An occurrence is a local date, so what is there already comes no second time.
    """
    rules = rules or version("tzdata")
    if notes.get(session, NOTE) == rules:
        return 0
    moved = list(_moved(session))
    planning.advance_groups(session, moved)
    notes.put(session, NOTE, rules)
    log.info("time zone rules", extra={"version": rules, "groups_moved": len(moved)})
    return len(moved)


def _moved(session: Session) -> Iterator[Mapping[str, Any]]:
    due = cache(next_due)
    for group in planning.planned_groups(session):
        try:
            at = due(schedule_of(group), group.planned_to)
        except UnknownZone:
            # Planning says so when the group is due, and goes on with the others.
            continue
        if at != group.next_due_at:
            yield {"group": group.id, "next_due_at": at}
