"""What people type for a day, a time of day and a date, and how the bot writes them back."""

import re
from datetime import date, timedelta

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOURS_A_DAY, _HOURS_A_HALF, _MINUTES = 24, 12, 60

FURTHEST = timedelta(days=366)
"""The latest date that `parse_date` takes, counted from today: a year, leap day included."""

BACK_TO = timedelta(days=30)
"""How far back a day lies that `parse_past_day` takes."""

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?: ?([ap])\.?m\.?)?")
_NAMED_TIMES = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 0}
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SPAN = re.compile(r"(?:in )?(\d{1,5}|an?|one) ?(d|days?|w|weeks?)")
_NAMED_SPANS = {"yesterday": -1, "today": 0, "tomorrow": 1, "next week": 7}


class NotUnderstood(ValueError):
    """What was typed means nothing here; `str()` is a sentence for its author, with an example."""


_ANY_DAY = date(2026, 1, 7)


def parse_day(text: str) -> int:
    """Read a day of the week, 0 = Monday to 6 = Sunday; two letters are enough. Raises NotUnderstood."""
    word = _plain(text)
    for number, name in enumerate(DAYS):
        if len(word) > 1 and (name.lower() + "s").startswith(word):
            return number
    raise NotUnderstood("I did not recognise that day. Type a day of the week, for example Monday or mon.")


def parse_time(text: str) -> int:
    """Read a time of day as a minute of the day, 0 to 1439. Raises NotUnderstood."""
    word = _plain(text)
    if word in _NAMED_TIMES:
        return _NAMED_TIMES[word]
    found = _TIME.fullmatch(word)
    if found:
        hour, minute = _hour(int(found[1]), found[3]), int(found[2] or 0)
        if hour is not None and minute < _MINUTES:
            return hour * _MINUTES + minute
    raise NotUnderstood("I did not recognise that time. Type it like 09:00 or 9:30 pm.")


def _hour(hour: int, half: str | None) -> int | None:
    """Give the hour of the day, or None: 12 am is midnight and 12 pm is noon."""
    if half is None:
        return hour if hour < _HOURS_A_DAY else None
    if not 1 <= hour <= _HOURS_A_HALF:
        return None
    return hour % _HOURS_A_HALF + (_HOURS_A_HALF if half == "p" else 0)


def parse_date(text: str, today: date) -> date:
    """Read a date, a weekday, or a number of days or weeks, from today to a year ahead. Raises NotUnderstood."""
    word = _plain(text)
    found = _date(word, today) or _ahead(word, today)
    if found is None:
        example = today + timedelta(days=14)
        raise NotUnderstood(
            f"I did not recognise that date. Type it like {example}, or Friday, or 10 days, or 2 weeks."
        )
    if found < today:
        raise NotUnderstood("That date has passed. Type a later one, or a span like 2 weeks.")
    if found - today > FURTHEST:
        raise NotUnderstood("That is more than a year ahead. Type an earlier date, for example 2 weeks.")
    return found


def parse_past_day(text: str, today: date) -> date:
    """Read a day from today back to 30 days ago: a date, a weekday, yesterday, 3 days ago. Raises NotUnderstood."""
    word = _plain(text)
    found = _past(word, today)
    if found is None:
        raise NotUnderstood(
            f"I did not recognise that day. Type it like yesterday, 3 days ago, Monday, or {today - timedelta(days=7)}."
        )
    if found > today:
        raise NotUnderstood("That day is still to come. Record it when it is done.")
    if today - found > BACK_TO:
        raise NotUnderstood(f"That is too long ago. The earliest day that counts now is {today - BACK_TO}.")
    return found


def looks_like_past_day(text: str) -> bool:
    """Whether a text is such a day, whichever today is."""
    return _past(_plain(text), _ANY_DAY) is not None


def _past(word: str, today: date) -> date | None:
    if word == "yesterday":
        return today - timedelta(days=1)
    if word.endswith(" ago"):
        span = word.removesuffix(" ago")
        ahead = _date(span, today) if _SPAN.fullmatch(span) else None
        return None if ahead is None else today - (ahead - today)
    if _DATE.fullmatch(word) or _DOTTED.fullmatch(word) or word in _NAMED_SPANS:
        return _date(word, today)
    try:
        back = (today.weekday() - parse_day(word.removeprefix("last "))) % 7
    except NotUnderstood:
        return None
    return today - timedelta(days=back)


def _ahead(word: str, today: date) -> date | None:
    """The next day of that name; today's own is a week away."""
    try:
        wanted = parse_day(word.removeprefix("next "))
    except NotUnderstood:
        return None
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _date(word: str, today: date) -> date | None:
    if found := _DATE.fullmatch(word) or _DOTTED.fullmatch(word):
        parts = found.groups() if len(found[1]) > len("31") else found.groups()[::-1]
        try:
            return date(*map(int, parts))
        except ValueError:
            return None
    if word in _NAMED_SPANS:
        return today + timedelta(days=_NAMED_SPANS[word])
    if found := _SPAN.fullmatch(word):
        count = int(found[1]) if found[1].isdigit() else 1
        return today + timedelta(days=count * (7 if found[2].startswith("w") else 1))
    return None


def format_time(minute: int) -> str:
    """Write a minute of the day as hours and minutes, `09:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
