"""When a group's posts are due: a weekly prompt, and a reminder later in the same study week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from zoneinfo import ZoneInfo

from bot.study.calendar import local, moment, next_weekly, occurrences, week_start
from bot.study.pace import Week
from bot.study.zones import zone

PROMPT = "prompt"
REMINDER = "reminder"

NEAR = timedelta(days=4)
"""Two prompts are never closer than this, so that moving the day does not post two topics in a row."""

EARLY = NEAR
"""A prompt asked for this shortly before its time takes the place of the scheduled one."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekdays are 0 (Monday) to 6, minutes count from local midnight, `zone` is an IANA name."""

    weekday: int
    minute: int
    zone: str
    reminder_weekday: int
    reminder_minute: int


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """A post's time: the UTC moment, its local date, and which kind of post."""

    at: datetime
    day: date
    kind: str


def next_due(schedule: Schedule, after: datetime) -> datetime:
    """The first moment after `after` at which a prompt or a reminder is due."""
    where = zone(schedule.zone)
    prompt = next_weekly(after, schedule.weekday, schedule.minute, where)
    reminder = next_weekly(after, schedule.reminder_weekday, schedule.reminder_minute, where)
    return min(prompt[1], reminder[1])


def due_between(schedule: Schedule, after: datetime, until: datetime) -> list[Occurrence]:
    """Every occurrence with after < moment <= until, oldest first; a prompt before a reminder of the same moment."""
    where = zone(schedule.zone)
    prompts = occurrences(after, until, schedule.weekday, schedule.minute, where)
    reminders = occurrences(after, until, schedule.reminder_weekday, schedule.reminder_minute, where)
    return list(
        merge(
            (Occurrence(at, day, PROMPT) for day, at in prompts),
            (Occurrence(at, day, REMINDER) for day, at in reminders),
        )
    )


def prompt_day(schedule: Schedule, day: date) -> date:
    """The date of the prompt whose study week a local date lies in."""
    return week_start(day, schedule.weekday)


def reminded_week(schedule: Schedule, day: date) -> date:
    """The date of the prompt whose week a reminder on a date is in; before the next prompt's hour, the last one's."""
    before = day.weekday() == schedule.weekday and schedule.reminder_minute < schedule.minute
    return prompt_day(schedule, day - timedelta(days=before))


def prompt_day_now(schedule: Schedule, now: datetime) -> date:
    """The occurrence that a prompt asked for now stands for: this study week's, or the one about to begin."""
    where = zone(schedule.zone)
    day, at = next_weekly(now, schedule.weekday, schedule.minute, where)
    return day if at - now <= EARLY else prompt_day(schedule, local(now, where).date())


def next_prompts(schedule: Schedule, after: datetime, count: int) -> list[Occurrence]:
    """The next dates of the weekly prompt."""
    found: list[Occurrence] = []
    for _ in range(count):
        day, after = next_weekly(after, schedule.weekday, schedule.minute, zone(schedule.zone))
        found.append(Occurrence(after, day, PROMPT))
    return found


def next_reminder(schedule: Schedule, after: datetime) -> Occurrence:
    """The next date of the reminder."""
    day, at = next_weekly(after, schedule.reminder_weekday, schedule.reminder_minute, zone(schedule.zone))
    return Occurrence(at, day, REMINDER)


def is_unclosed(weeks_left: int, last: date, planned_to: datetime, *, reminded: bool) -> bool:
    """Whether the plan's last topic, prompted on that day, waits for the reminder that closes the plan.

    Its own week may have had none left when it was asked for; once another one has passed, nobody waits for it.
    """
    return weeks_left <= 0 and not reminded and last >= (planned_to - timedelta(weeks=1)).date()


def rescheduled_from(schedule: Schedule, planned_to: datetime, now: datetime) -> datetime:
    """From when on a changed schedule counts.

    A time moved to earlier today is still due today, so nothing is lost near the firing; a day that has passed
    waits for next week, so that a change never posts by surprise.
    """
    where = zone(schedule.zone)
    today = moment(local(now, where).date(), 0, where)
    return max(planned_to, min(today - timedelta(microseconds=1), now))


def end_of_pause(near: datetime, where: ZoneInfo) -> datetime:
    """The beginning of the day in a zone that is nearest to a moment, which was its beginning by other rules."""
    return moment((local(near, where) + timedelta(hours=12)).date(), 0, where)


def before_end(end: datetime) -> datetime:
    """Up to when a paused group counts as planned: midnight of the day itself belongs to the time after the pause."""
    return end - timedelta(microseconds=1)


def same_place(
    old: Sequence[Week], new: Sequence[Week], step: int, renamed: Mapping[str, str] | None = None
) -> int:
    """How many weeks of a new plan are behind a group that has `step` weeks of the old one behind it.

    The last week's topic is found in the new plan, at the same share of the topic; where it vanished, the one
    before it counts. `renamed` maps old topic keys to new ones.
    """
    for week in reversed(old[:step]):
        key = (renamed or {}).get(week.topic.key, week.topic.key)
        ahead = [w for w in new if w.topic.key == key]
        if ahead:
            return ahead[-(-week.part * len(ahead) // week.parts) - 1].number
    return 0
