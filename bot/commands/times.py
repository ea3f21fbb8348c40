"""The times of a group as somebody types them."""

from dataclasses import dataclass

from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.reply import refuse
from bot.store.tables import Group
from bot.study.pace import Pace, parse_pace
from bot.study.spoken import DAYS, format_time, parse_day, parse_time
from bot.study.zones import parse_zone

SAME_MOMENT = "The reminder can not come together with the topic. Choose another day or time for it."


@dataclass(frozen=True, slots=True)
class TimesTyped:
    """The times of a group as somebody typed them, checked already; empty leaves a time as it is."""

    day: str = ""
    time: str = ""
    timezone: str = ""
    pace: str = ""
    reminder_day: str = ""
    reminder_time: str = ""


def times_now(group: Group) -> TimesTyped:
    """The times of a group as somebody could have typed them."""
    return TimesTyped(
        DAYS[group.weekday],
        format_time(group.minute),
        group.zone,
        str(Pace(group.pace_hours)),
        DAYS[group.reminder_weekday],
        format_time(group.reminder_minute),
    )


def change_times(group: Group, typed: TimesTyped) -> None:
    """Apply what was typed. Raises Refused.

    The reminder moves along with the prompt's day, and with its time where they are the same.
    """
    if typed.day:
        moved = parse_day(typed.day)
        group.reminder_weekday = (group.reminder_weekday + moved - group.weekday) % 7
        group.weekday = moved
    if typed.time:
        minute = parse_time(typed.time)
        group.reminder_minute = minute if group.reminder_minute == group.minute else group.reminder_minute
        group.minute = minute
    if typed.timezone:
        group.zone = parse_zone(typed.timezone)
    if typed.pace:
        group.pace_hours = parse_pace(typed.pace).hours
    if typed.reminder_day:
        group.reminder_weekday = parse_day(typed.reminder_day)
    if typed.reminder_time:
        group.reminder_minute = parse_time(typed.reminder_time)
    if (group.weekday, group.minute) == (group.reminder_weekday, group.reminder_minute):
        raise refuse(NOT_UNDERSTOOD, SAME_MOMENT)
