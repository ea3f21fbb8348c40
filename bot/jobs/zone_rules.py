"""New rules for time zones: where a country moved its clocks, the next times of its groups move along."""

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlmodel import Session

from bot.store import notes, planning
from bot.store.groups import schedule_of
from bot.study.schedule import before_end, end_of_pause, next_due
from bot.study.zones import UnknownZone, zone

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
        schedule, planned_to, end = schedule_of(group), group.planned_to, group.paused_until
        try:
            if end is not None:
                # A pause lasts until a date, whose midnight is another moment now.
                end = end_of_pause(end, zone(group.zone))
                planned_to = before_end(end)
            at = end or due(schedule, planned_to)
        except UnknownZone:
            # Planning says so when the group is due, and goes on with the others.
            continue
        if (at, end) != (group.next_due_at, group.paused_until):
            yield {"group": group.id, "next_due_at": at, "planned_to": planned_to, "paused_until": end}
