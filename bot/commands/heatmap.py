"""A year by days: /heatmap."""

from datetime import date

from bot.commands.context import Context
from bot.commands.options import Flag
from bot.commands.scope import Learner, learner
from bot.core.markup import escape
from bot.core.picture import Fact, Picture
from bot.core.picture import Year as Scene
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import bar, plural
from bot.study.spoken import DAYS
from bot.study.years import Year, finished_days, year

YOURS, THEIRS = "Your year", "The year of {}"
TEXT = "{} done on {} in the last twelve months."
BEST = "Most of it on a **{}**."
NOTHING = "Nothing was recorded in the last twelve months. `/next` shows where to begin."
BY_MONTH = "By month"
SHARE = "Show everyone"


def heatmap(ctx: Context, shared: Flag = 0) -> Reply:
    """Your year by days: a square for each, the brighter the more you finished.

    Only you see it, until you press Show everyone.
    """
    who = learner(ctx)
    found = year(finished_days(who.standing_marks), who.today(ctx.now))
    name = who.member.name if who.member else ctx.request.person.name
    title = THEIRS.format(escape(name)) if shared else YOURS
    return Reply(
        title,
        _text(found),
        _months(found),
        () if shared else _buttons(who, found),
        private=not shared,
        picture=_picture(found, name, who.edition.roadmap.title) if found.total else None,
    )


def _text(found: Year) -> str:
    if not found.total:
        return NOTHING
    told = TEXT.format(f"**{plural(found.total, 'thing')}**", f"**{plural(found.days, 'day')}**")
    return f"{told} {BEST.format(_best(found))}"


def _best(found: Year) -> str:
    return DAYS[max(range(len(DAYS)), key=lambda day: found.weekdays[day])]


def _months(found: Year) -> tuple[Field, ...]:
    """The same in words, for who sees no picture."""
    if not found.total:
        return ()
    most = max(count for _, count in found.months)
    lines = (f"{bar(count, most, 8)} {_month(month)}: {count}" for month, count in found.months)
    return (Field(BY_MONTH, "\n".join(lines)),)


def _month(month: date) -> str:
    return f"{month:%B %Y}"


def _buttons(who: Learner, found: Year) -> tuple[Button, ...]:
    nexts = who.button("Next", "next", Style.PRIMARY)
    return (nexts, who.button(SHARE, "heatmap", emoji="📣", shared=1)) if found.total else (nexts,)


def _picture(found: Year, name: str, roadmap: str) -> Picture:
    facts = (
        Fact(f"{found.total:,}", "thing done" if found.total == 1 else "things done"),
        Fact(str(found.days), "day" if found.days == 1 else "days"),
        Fact(_best(found), "best day"),
    )
    alt = f"A year of {name}, a square for each day: " + TEXT.format(
        plural(found.total, "thing"), plural(found.days, "day")
    )
    return Picture(Scene(name, roadmap, found.until, found.counts, facts), alt, "year")
