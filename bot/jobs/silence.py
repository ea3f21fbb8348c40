"""Who has been silent for three weeks, found a page of members at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.core.shards import ALL, Shards
from bot.store import accounts, nudges, pauses, preferences
from bot.store.tables import NudgeKind
from bot.study.calendar import moment
from bot.study.nudges import is_silent, own_time
from bot.study.preferences import Preferences, Reminded
from bot.study.zones import zone

PAGE = 500
WORTH = timedelta(hours=36)
"""How long after its time a way back is still sent."""


def silent_among(session: Session, members: Sequence[int], now: datetime, shards: Shards = ALL) -> list[Any]:
    """Those of a page of members who may have been silent for long enough."""
    return [row for row in nudges.heard_of(session, members, shards) if is_silent(row.last, now)]


def show_ways_back(session: Session, silent: Sequence[Any], now: datetime) -> int:
    """Plan a way back for those of them who are to be shown one; return how many that were."""
    planned = [row for found in silent if (row := _planned(session, found.id, found.person, now)) is not None]
    nudges.add(session, planned)
    return len(planned)


def _planned(session: Session, member: int, person: str, now: datetime) -> dict[str, Any] | None:
    heard = nudges.last_heard(session, accounts.keys_of(session, person))
    # One message to a person, about the group in which they were last heard of, if they are silent everywhere.
    if not heard or heard[0].id != member:
        return None
    _, home, row = nudges.rows_of(session, member)
    chosen = preferences.preferences_of(session, row.workspace_id, person)
    where = zone(chosen.zone or home.zone)
    spans = preferences.aways_of(session, row.workspace_id, person)
    # Who was away, or whose group paused, was not silent then.
    ends = [moment(span.back_on, 0, where) for span in spans]
    ends += [ended or now for _, ended in pauses.of_group(session, home.id or 0)]
    silent_since = max([heard[0].last, *ends])
    if not is_silent(silent_since, now) or not _may_be_told(session, heard, chosen):
        return None
    due = own_time(now, home.reminder_minute, where, chosen)
    return {
        "member_id": member,
        "kind": NudgeKind.WAY_BACK.value,
        "occurrence": heard[0].last.date(),
        "item_id": None,
        "due_at": due,
        "until": due + WORTH,
    }


def _may_be_told(session: Session, heard: Sequence[Any], chosen: Preferences) -> bool:
    """Who chose direct messages is told once for each silence, and who never chose any once in all."""
    if chosen.reminders is Reminded.OFF or chosen.refused_at is not None:
        return False
    told = nudges.already(session, [row.id for row in heard], NudgeKind.WAY_BACK)
    since = heard[0].last.date()
    return not any(chosen.reminders is not Reminded.DM or row.occurrence == since for row in told)
