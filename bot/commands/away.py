"""Being away for a while: /away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from bot.commands.context import Context
from bot.commands.options import spans
from bot.commands.own import Own, away_now, is_linked, own
from bot.commands.plan_texts import day_text
from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.command import Option
from bot.core.markup import escape
from bot.core.reply import Button, Reply, Style, Tone, refuse
from bot.store import preferences
from bot.study.preferences import Away
from bot.study.spoken import NotUnderstood, parse_date

AWAY, AWAY_TEXT = (
    "You are away until {} 🌴",
    "Nothing reminds you until then, and these weeks don't count against your streak. What you record counts as ever.",
)
WITH_ALL = " It holds for your linked accounts too."
HERE, HERE_TEXT = (
    "You are not away",
    "While you are, nothing reminds you, and the weeks don't count against your streak. For how long?",
)
BACK, BACK_TEXT = "Welcome back 👋", "Reminders and streaks go on from today. `/next` shows what now."
BackOn = Annotated[
    str, Option("The day you are back, like 2027-01-11, or 2 weeks", maximum=40, suggest=spans)
]


def away(ctx: Context, until: BackOn = "") -> Reply:
    """Be away for a while: nothing reminds you, and no week counts against your streak.

    With linked accounts it holds for all of them.
    """
    who = own(ctx)
    if not until:
        span = away_now(ctx, who)
        if span is None:
            return Reply(HERE, HERE_TEXT, buttons=_lengths(who))
        return _away(ctx, who, span)
    try:
        span = Away(who.today, parse_date(until, who.today))
    except NotUnderstood as error:
        raise refuse(NOT_UNDERSTOOD, escape(str(error))) from error
    preferences.set_away(ctx.session, who.workspace_id, who.person, span, ctx.now)
    if span.back_on > who.today:
        return replace(_away(ctx, who, span), tone=Tone.GOOD)
    next_button = replace(who.button("Next", "next", emoji="➡️"), style=Style.PRIMARY)
    return Reply(BACK, BACK_TEXT, buttons=(next_button,), tone=Tone.GOOD)


def present_away(ctx: Context) -> Mapping[str, str]:
    """What the option of /away is now, for the form that changes it."""
    span = away_now(ctx, own(ctx))
    return {"until": span.back_on.isoformat() if span else ""}


def _away(ctx: Context, who: Own, span: Away) -> Reply:
    buttons = (
        who.button("I'm back", "away", emoji="👋", until="today"),
        who.button("Another day", "away", "until", emoji="📅"),
    )
    text = AWAY_TEXT + (WITH_ALL if is_linked(ctx, who) else "")
    return Reply(AWAY.format(day_text(span.back_on)), text, buttons=buttons)


def _lengths(who: Own) -> tuple[Button, ...]:
    lengths = [who.button(span.capitalize(), "away", until=span) for span in ("1 week", "2 weeks", "4 weeks")]
    return (*lengths, who.button("Until a day", "away", "until", emoji="📅"))
