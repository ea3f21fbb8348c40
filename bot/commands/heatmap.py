"""A year by days: /heatmap."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from bot.commands.context import Context
from bot.commands.options import Flag
from bot.commands.scope import Learner, learner
from bot.core.command import Choice, Option
from bot.core.markup import escape
from bot.core.picture import Fact, Picture
from bot.core.picture import Year as Scene
from bot.core.reply import Button, Field, Reply, Style, refuse
from bot.core.text import bar, named, plural
from bot.store import members
from bot.store.years import finished_by_day
from bot.study.calendar import local
from bot.study.spoken import DAYS
from bot.study.years import Year, finished_days, first_day, year

YOURS, THEIRS = "Your year", "The year of {}"
TEXT = "{} done on {} in the last twelve months."
BEST = " Most often on a **{}**."
NOTHING = "Nothing was recorded in the last twelve months. `/next` shows where to begin."
BY_MONTH = "By month"
SHARE = "Show everyone"
MINE, GROUP = "mine", "group"
LABELS = {MINE: "My year", GROUP: "The group's year"}
MOST = 2_000
"""Members of a group whose year is added up. For ten thousand with fifty marks each it takes 1.4 s of a reader's time,
and what would make that quick, an index of marks by day or a row a day, every record would have to keep."""
TOO_LARGE = "This group is too large for that"
TOO_LARGE_TEXT = (
    "Its year is added up from every single record, and with more than {:,} members that would keep others waiting. "
    "`/leaderboard` shows every past week."
)

Whose = Annotated[
    str,
    Option("Whose year; left empty, your own", choices=tuple(Choice(LABELS[key], key) for key in LABELS)),
]


def heatmap(ctx: Context, whose: Whose = MINE, shared: Flag = 0) -> Reply:
    """A year by days, yours or the group's: a square for each, the brighter the more was finished.

    Only you see it, until you press Show everyone.
    """
    who = learner(ctx)
    if whose == GROUP:
        found, name = _group_year(ctx, who), f"#{who.group.channel_name}"
    else:
        found = year(finished_days(who.standing_marks), who.today(ctx.now))
        name = who.member.name if who.member else ctx.request.person.name
    theirs = f"#{escape(who.group.channel_name)}" if whose == GROUP else escape(name)
    title = YOURS if whose == MINE and not shared else THEIRS.format(theirs)
    return Reply(
        title,
        _text(found),
        _months(found),
        () if shared else tuple(_buttons(who, found, whose)),
        private=not shared,
        picture=_picture(found, name, who.edition.roadmap.title) if found.total else None,
    )


def _group_year(ctx: Context, who: Learner) -> Year:
    if members.active_members(ctx.session, who.group_id) > MOST:
        raise refuse(TOO_LARGE, TOO_LARGE_TEXT.format(MOST), who.button("Leaderboard", "leaderboard"))
    today = local(ctx.now, who.zone).date()
    return year(finished_by_day(ctx.session, who.group_id, first_day(today)), today)


def _text(found: Year) -> str:
    if not found.total:
        return NOTHING
    told = TEXT.format(f"**{plural(found.total, 'thing')}**", f"**{plural(found.days, 'day')}**")
    best = _best(found)
    return told + (BEST.format(best) if best else "")


def _best(found: Year) -> str:
    """The day of the week with the most; where several have that many, none is the best."""
    most = max(found.weekdays)
    return DAYS[found.weekdays.index(most)] if found.weekdays.count(most) == 1 else ""


def _months(found: Year) -> tuple[Field, ...]:
    """The same in words, for who sees no picture."""
    if not found.total:
        return ()
    most = max(count for _, count in found.months)
    lines = (f"{bar(count, most, 8)} {_month(month)}: {count}" for month, count in found.months)
    return (Field(BY_MONTH, "\n".join(lines)),)


def _month(month: date) -> str:
    return f"{month:%B %Y}"


def _buttons(who: Learner, found: Year, whose: str) -> Iterator[Button]:
    yield who.button("Next", "next", Style.PRIMARY)
    other = GROUP if whose == MINE else MINE
    yield Button(LABELS[other], "heatmap", {"group": who.group_id, "whose": other}, replaces=True)
    if found.total:
        yield who.button(SHARE, "heatmap", emoji="📣", whose=whose, shared=1)


def _picture(found: Year, name: str, roadmap: str) -> Picture:
    best = _best(found)
    facts = (
        Fact(f"{found.total:,}", f"{named(found.total, 'thing')} done"),
        Fact(str(found.days), named(found.days, "day")),
        *([Fact(best, "best day")] if best else []),
    )
    alt = f"A year of {name}, a square for each day: " + TEXT.format(
        plural(found.total, "thing"), plural(found.days, "day")
    )
    return Picture(Scene(name, roadmap, found.until, found.counts, facts), alt, "year")
