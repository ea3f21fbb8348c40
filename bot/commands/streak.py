"""Weeks in a row: /streak."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated

from bot.commands.context import Context
from bot.commands.lines import page_footer
from bot.commands.options import Page
from bot.commands.own import own
from bot.commands.scope import Learner, learner
from bot.core.command import Choice, Option
from bot.core.reply import Button, Field, Reply, Style, Tone
from bot.core.text import plural
from bot.store import pauses, preferences
from bot.study import streaks
from bot.study.calendar import local
from bot.study.streaks import Kind, Streak, Week, paused_days, studied

TITLE, NONE = "🔥 {} in a row", "No streak just now"
BEGIN = (
    "Record something this week with `/done`, and a streak begins. One week without is allowed in any six."
)
SINCE, BEST = "Since the week of {}.", "Your best: {}."
COUNTED, OPEN = (
    "This week counts already.",
    "This week is open until Sunday night: one `/done` makes it count.",
)
MAY_REST = "You may rest this week; a streak forgives one week in any six."
NO_REST = "A rest would end it now; the next one is free from the week of {}."
PASSED_OVER = "This week is passed over: {}."
RULE = (
    "A week counts with one record in it, by your own calendar. One week of rest is allowed in any six. Weeks in which "
    "the group paused or you were away are passed over. `/done on:` mends a week that you forgot."
)
HOW, WEEKS = "How it counts", "Week by week"
PER_PAGE = 12
LINES = {
    Kind.MARKED: "✅ {}",
    Kind.RUNNING: "⏳ nothing yet; it is not over",
    Kind.PAUSED: "⏸️ passed over, the group was paused",
    Kind.AWAY: "🌴 passed over, you were away",
    Kind.REST: "😴 nothing, and that was your rest",
    Kind.MISSED: "✖️ nothing",
}
ENDS = "✖️ nothing; the streak before ends here"
WHY_NOT = {Kind.PAUSED: "the group is paused", Kind.AWAY: "you are away"}
Why = Annotated[
    str, Option("Explain each week in a line", choices=(Choice("Yes", "yes"), Choice("No", "no")))
]


def streak(ctx: Context, why: Why = "no", page: Page = 1) -> Reply:
    """How many weeks in a row you have recorded something; one rest in any six is allowed.

    With `why` each week is explained in a line, the newest first.
    """
    who = learner(ctx)
    found, today = _found(ctx, who)
    fields = [Field(HOW, RULE)]
    pages = max(1, -(-len(found.weeks) // PER_PAGE))
    page = min(page, pages)
    if why == "yes" and found.weeks:
        lines = [_line(week, today, ends) for week, ends in _ends(found.weeks)][::-1]
        fields.insert(0, Field(WEEKS, "\n".join(lines[(page - 1) * PER_PAGE : page * PER_PAGE])))
    return Reply(
        TITLE.format(plural(found.length, "week")) if found.length else NONE,
        "\n".join(_summary(found, today)),
        tuple(fields),
        tuple(_buttons(who, found, why, page, pages)),
        footer=page_footer(page, pages) if why == "yes" else "",
        tone=Tone.GOOD if found.length else Tone.PLAIN,
    )


def _found(ctx: Context, who: Learner) -> tuple[Streak, date]:
    me = own(ctx)
    today = who.today(ctx.now)
    spans = [
        paused_days(began, ended, who.zone, local(ctx.now, who.zone).date())
        for began, ended in pauses.of_group(ctx.session, who.group_id)
    ]
    aways = preferences.aways_of(ctx.session, me.workspace_id, me.person)
    return streaks.streak(studied(who.standing_marks), today, spans, aways), today


def _summary(found: Streak, today: date) -> Iterator[str]:
    if not found.length:
        yield BEGIN
    if found.since and found.length > 1:
        yield SINCE.format(_day(found.since, today))
    if found.best > found.length:
        yield BEST.format(plural(found.best, "week"))
    if found.length:
        yield _this_week(found, today)


def _this_week(found: Streak, today: date) -> str:
    now = found.weeks[-1]
    if now.kind is Kind.MARKED:
        return COUNTED
    if now.kind in WHY_NOT:
        return PASSED_OVER.format(WHY_NOT[now.kind])
    if found.rest_from == now.monday:
        return f"{OPEN} {MAY_REST}"
    return f"{OPEN} {NO_REST.format(_day(found.rest_from or today, today))}"


def _ends(weeks: Sequence[Week]) -> Iterator[tuple[Week, bool]]:
    """Each week, and whether it ends a streak: after one that was missed there is none."""
    stands = False
    for week in weeks:
        missed = week.kind is Kind.MISSED
        yield week, missed and stands
        stands = not missed and (stands or week.kind is Kind.MARKED)


def _line(week: Week, today: date, ends: bool) -> str:
    words = ENDS if ends else LINES[week.kind].format(plural(week.marks, "record"))
    return f"{_day(week.monday, today)}: {words}"


def _day(day: date, today: date) -> str:
    return f"{day.day} {day:%B}" + (f" {day.year}" if abs(today - day) > timedelta(days=180) else "")


def _buttons(who: Learner, found: Streak, why: str, page: int, pages: int) -> Sequence[Button]:
    def turn(label: str, number: int) -> Button:
        args: dict[str, str | int] = {"group": who.group_id, "why": "yes", "page": number}
        return Button(label, "streak", args, replaces=True)

    shown = [who.button("Next", "next", Style.PRIMARY, "➡️")]
    if why != "yes" and found.weeks:
        shown.append(turn("Why?", 1))
    if why == "yes" and page > 1:
        shown.append(turn("◀ Newer", page - 1))
    if why == "yes" and page < pages:
        shown.append(turn("Older ▶", page + 1))
    return shown
