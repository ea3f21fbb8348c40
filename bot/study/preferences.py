"""What people choose for themselves, and when they are away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.study.calendar import local

LONGEST_ALIAS = 32


class Study(StrEnum):
    """What somebody learns from best; it decides what is offered first, and closes nothing."""

    ANY = "any"
    BOOK = "book"
    VIDEO = "video"
    HANDS_ON = "hands-on"


class Named(StrEnum):
    """How somebody stands on boards that others see."""

    NAME = "name"
    ALIAS = "alias"
    HIDDEN = "hidden"


class Reminded(StrEnum):
    """Where somebody wants to be reminded."""

    CHANNEL = "channel"
    DM = "dm"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen in a workspace. An empty `zone` means that of the group.

    Quiet hours go from a minute of the day to another one, over midnight too; None: there are none. `refused_at` is
    when their direct messages were found closed; choosing where to be reminded again forgets it.
    """

    study: Study = Study.ANY
    zone: str = ""
    board: Named = Named.NAME
    alias: str = ""
    reminders: Reminded = Reminded.CHANNEL
    quiet_from: int | None = None
    quiet_to: int | None = None
    refused_at: datetime | None = None


def is_quiet(chosen: Preferences, now: datetime, zone: ZoneInfo) -> bool:
    """Whether an aware moment lies in the quiet hours of somebody who lives in a zone."""
    start, end = chosen.quiet_from, chosen.quiet_to
    if start is None or end is None:
        return False
    there = local(now, zone)
    minute = there.hour * 60 + there.minute
    return start <= minute < end if start < end else minute >= start or minute < end


class Away(NamedTuple):
    """Days on which somebody was away: from the first of them to the day on which they are back."""

    first_day: date
    back_on: date


def is_away(spans: Iterable[Away], day: date) -> bool:
    """Whether a day of the person's own calendar lies in one of the spans."""
    return any(span.first_day <= day < span.back_on for span in spans)
