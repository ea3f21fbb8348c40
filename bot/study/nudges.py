"""When somebody is spoken to privately: at an hour of their own, and rarely."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.study.calendar import local, moment
from bot.study.preferences import Preferences, is_quiet

SILENT_AFTER = timedelta(weeks=3)
LET_GO_AFTER = timedelta(weeks=5)
"""Whoever was silent for longer is left alone: nobody is written to out of the blue after an outage or an upgrade."""
_DAYS = (timedelta(), timedelta(days=1), timedelta(days=2))


def own_time(due: datetime, minute: int, zone: ZoneInfo, chosen: Preferences) -> datetime:
    """The first moment from `due` on at which a person's clocks show that minute of the day, after quiet hours."""
    return after_quiet(_next_at(due, minute, zone), chosen, zone)


def after_quiet(now: datetime, chosen: Preferences, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies."""
    if chosen.quiet_to is None or not is_quiet(chosen, now, zone):
        return now
    return _next_at(now, chosen.quiet_to, zone)


def _next_at(since: datetime, minute: int, zone: ZoneInfo) -> datetime:
    today = local(since, zone).date()
    return next(at for day in _DAYS if (at := moment(today + day, minute, zone)) >= since)


def is_silent(last: datetime, now: datetime) -> bool:
    """Whether somebody who was last heard of then is to be shown a way back."""
    return SILENT_AFTER <= now - last < LET_GO_AFTER
