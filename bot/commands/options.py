"""The options that several commands share, with their descriptions, bounds and suggestions."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated

from bot.commands.memory import Memory
from bot.core.command import Choice, Option, Takes
from bot.core.request import Channel, Person, Request
from bot.core.text import clean
from bot.study.pace import parse_pace
from bot.study.roadmap import Kind, Resource, Topic
from bot.study.spoken import DAYS, format_time, looks_like_past_day, parse_time
from bot.study.zones import find_zones, parse_zone

MOST = 25
LABEL = 100
NOTE = 500
MOST_WEEKS = 520
"""How many weeks back a board can be asked for: ten years."""


def _items(memory: Memory, request: Request, typed: str) -> Sequence[Choice]:
    seat = memory.seat(request)
    edition = memory.edition_for(seat)
    if edition is None:
        return ()
    keys = edition.matcher.suggest(typed, seat.first if seat else (), MOST)
    return [_choice(*edition.items[key]) for key in keys]


def _topics(memory: Memory, request: Request, typed: str) -> Sequence[Choice]:
    seat = memory.seat(request)
    edition = memory.edition_for(seat)
    if edition is None:
        return ()
    keys = edition.matcher.suggest(typed, seat.first if seat else (), len(edition.ids))
    found = [key for key in keys if key in edition.roadmap.by_key]
    return [_choice(*edition.items[key]) for key in found[:MOST]]


@lru_cache(maxsize=1024)
def _choice(topic: Topic, resource: Resource | None) -> Choice:
    """An item to choose; each letter that somebody types asks for up to 25 of them."""
    if resource is None:
        return Choice(clean(topic.title, LABEL), topic.key)
    own = resource.title if resource.kind is Kind.EXERCISE else f"{topic.title}: {resource.title}"
    return Choice(clean(own, LABEL), resource.key)


def _roadmaps(memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    titles = {key: memory.catalog.title(key) for key in memory.catalog.offered}
    return _matching((Choice(clean(title, LABEL), key) for key, title in titles.items()), typed)


def _zones(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    return [Choice(name, name) for name in find_zones(typed, MOST)]


def times(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    """Half hours of the day, from six in the morning on."""
    halves = (format_time(half * 30) for half in (*range(12, 48), *range(12)))
    return _matching((Choice(time, time) for time in halves), typed)


def _paces(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    hours = (f"{hours} hours a week" for hours in (3, 4, 5, 6, 8, 10, 12, 15, 20))
    return _matching((Choice(pace, pace) for pace in ("a topic a week", *hours)), typed)


def spans(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    """A few lengths of time, in weeks."""
    weeks = ("1 week", "2 weeks", "3 weeks", "4 weeks", "6 weeks", "8 weeks")
    return _matching((Choice(span, span) for span in weeks), typed)


def _past_days(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    days = (
        "today",
        "yesterday",
        *(f"{count} days ago" for count in range(2, 7)),
        "1 week ago",
        "2 weeks ago",
    )
    return _matching((Choice(day, day) for day in days), typed)


def _matching(choices: Iterable[Choice], typed: str) -> Sequence[Choice]:
    wanted = typed.strip().lower()
    return [c for c in choices if wanted in c.label.lower() or wanted in c.value.lower()][:MOST]


_DAYS = tuple(Choice(day, day.lower()) for day in DAYS)
_WINDOWS = tuple(
    Choice(label, value)
    for label, value in (("This week", "week"), ("This month", "month"), ("All time", "all"))
)

Item = Annotated[
    str,
    Option(
        "A topic or resource; left empty, your current topic", maximum=100, suggest=_items, example="docker"
    ),
]
AnItem = Annotated[
    str, Option("A topic or resource of the roadmap", maximum=100, suggest=_items, example="docker")
]
AnyItem = Annotated[str, Option("A topic or resource; left empty, all of them", maximum=100, suggest=_items)]
ATopic = Annotated[
    str, Option("A topic; left empty, the one you are on", maximum=100, suggest=_topics, example="docker")
]
Hours = Annotated[float, Option("Hours it took you", Takes.NUMBER, minimum=0, maximum=500, example="2.5")]
PastDay = Annotated[
    str,
    Option(
        "The day it was, like yesterday or 2027-01-11; left empty, today",
        maximum=40,
        suggest=_past_days,
        looks=looks_like_past_day,
        example="yesterday",
    ),
]
Share = Annotated[
    str,
    Option(
        "Post the note in the topic's thread, for everyone",
        choices=(Choice("True", "true"), Choice("False", "false")),
    ),
]
Note = Annotated[
    str, Option("A note for yourself, up to 500 characters", maximum=NOTE, example="great course")
]
Someone = Annotated[
    Person | None, Option("Whose progress; left empty, your own", Takes.PERSON, example="@alice")
]
Window = Annotated[str, Option("Which time counts; left empty, all time", choices=_WINDOWS, example="week")]
Page = Annotated[
    int, Option("Which page; left empty, where you are", Takes.INTEGER, minimum=1, maximum=100_000)
]
PastWeek = Annotated[
    int, Option("A past week: -1 is last week", Takes.INTEGER, minimum=-MOST_WEEKS, maximum=0)
]
ARoadmap = Annotated[
    str,
    Option(
        "What to study; left empty, MLOps Engineer Skillset", maximum=100, suggest=_roadmaps, example="mlops"
    ),
]
AChannel = Annotated[
    Channel | None, Option("Where to post; left empty, this channel", Takes.CHANNEL, example="#study")
]
Day = Annotated[str, Option("Day of the weekly topic", choices=_DAYS, example="monday")]
Time = Annotated[
    str,
    Option(
        "Time of the weekly topic, like 09:00", maximum=20, suggest=times, check=parse_time, example="09:00"
    ),
]
Zone = Annotated[
    str,
    Option(
        "Your group's time zone, like Europe/Berlin",
        maximum=64,
        suggest=_zones,
        check=parse_zone,
        example="Europe/Berlin",
        label="Time zone",
    ),
]
APace = Annotated[
    str,
    Option(
        "A topic a week, or hours of study a week",
        maximum=40,
        suggest=_paces,
        check=parse_pace,
        example="6 hours a week",
    ),
]
ReminderDay = Annotated[str, Option("Day of the reminder", choices=_DAYS, example="friday")]
ReminderTime = Annotated[
    str,
    Option("Time of the reminder, like 18:00", maximum=20, suggest=times, check=parse_time, example="18:00"),
]
Until = Annotated[
    str,
    Option(
        "A date like 2027-01-11, or 2 weeks; left empty, until /resume",
        maximum=40,
        suggest=spans,
        example="2 weeks",
    ),
]
ACode = Annotated[str, Option("The code that you got on the other side; left empty, you get one", maximum=40)]
Added = Annotated[Person | None, Option("Who organizes from now on as well", Takes.PERSON, example="@alice")]
Removed = Annotated[Person | None, Option("Who does not any more", Takes.PERSON)]
Flag = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=1, hidden=True)]
Move = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2, hidden=True)]
MarkId = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**53, hidden=True)]
AMember = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**53, hidden=True)]
PostId = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**53, hidden=True)]
Moment = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**53, hidden=True)]
RowId = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**53, hidden=True)]
Again = Annotated[int, Option("Set by a button", Takes.INTEGER, minimum=0, maximum=2**31, hidden=True)]
