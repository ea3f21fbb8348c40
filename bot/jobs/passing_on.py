"""A group's reminder, passed on to those members who want it privately, a page of them at a time."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from bot.core.shards import ALL, Shards
from bot.store import nudges
from bot.store.groups import schedule_of
from bot.store.preferences import chosen
from bot.store.tables import Group, NudgeKind, Post
from bot.study.nudges import own_time
from bot.study.schedule import next_prompts
from bot.study.zones import zone

AT_ONCE = 500
"""Members in one transaction."""


def pass_on(session: Session, worth: timedelta, shards: Shards = ALL) -> bool:
    """Plan one reminder for one page of its members; whether there was anything to plan.

    `worth` is how long after its time a reminder is still sent.
    """
    found = nudges.next_to_pass_on(session, shards)
    if found is None:
        return False
    post, home = found
    page = nudges.private_members(session, home, post.passed_on or "", AT_ONCE)
    told = nudges.already(session, [row.id for row in page], NudgeKind.REMINDER, post.occurrence)
    had = {row.member_id for row in told}
    nudges.add(session, [_planned(post, home, row, worth) for row in page if row.id not in had])
    nudges.passed_on(session, post, page[-1].person if len(page) == AT_ONCE else None)
    return True


def _planned(post: Post, home: Group, row: Any, worth: timedelta) -> dict[str, Any]:
    """A reminder for one member, at their own hour after the group's, and before the next week begins."""
    due = own_time(post.due_at, home.reminder_minute, zone(row.zone or home.zone), chosen(row))
    week_ends = next_prompts(schedule_of(home), post.due_at, 1)[0].at
    return {
        "member_id": row.id,
        "kind": NudgeKind.REMINDER.value,
        "occurrence": post.occurrence,
        "item_id": post.item_id,
        "due_at": due,
        "until": min(week_ends, due + worth),
    }
