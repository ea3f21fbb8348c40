"""What people choose for themselves: /preferences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from bot.commands.context import Context
from bot.commands.memory import Memory
from bot.commands.options import MOST, times
from bot.commands.own import Own, away_now, is_linked, own
from bot.commands.plan_texts import day_text
from bot.commands.showing import show
from bot.core.arguments import NOT_UNDERSTOOD
from bot.core.command import Choice, Option
from bot.core.markup import bold, escape
from bot.core.reply import Button, Reply, Tone, refuse
from bot.core.request import Request
from bot.store import accounts, known_as
from bot.store import preferences as store
from bot.study.lookalike import alike
from bot.study.preferences import LONGEST_ALIAS, Named, Preferences, Reminded, Study
from bot.study.spoken import format_time, parse_time
from bot.study.zones import find_zones, parse_zone

YOURS, CHANGED = "Your preferences", "Your preferences are changed"
STUDY = {
    Study.ANY: "whatever is shortest first",
    Study.BOOK: "books and articles first",
    Study.VIDEO: "courses and videos first",
    Study.HANDS_ON: "hands-on first",
}
NAMED = {
    Named.NAME: "with your name",
    Named.ALIAS: "as {}",
    Named.HIDDEN: "not shown to others",
}
REMINDED = {
    Reminded.CHANNEL: "in the channel, with everybody",
    Reminded.DM: "by direct message",
    Reminded.OFF: "none",
}
CLOSED = (
    ", but you take none from Roadmate, so you find them in the channel. Allow direct messages from people of this "
    "server, then choose it again"
)
OFF, GROUP = "off", "group"
APART = (
    "These are this account's own: your linked accounts have theirs. `/away` holds for all of them. A group reminds "
    "the account with which you joined it."
)
NO_ALIAS = "Choose an **alias** too: the name that the board shows instead of yours."
TAKEN = (
    "Somebody here goes by that name already, or by one that looks like it. Choose another **alias**, so that nobody "
    "is taken for them."
)
NO_TIME = "Quiet hours that begin and end at the same time would be no hours. To have none, type off."
ABOUT = 3
"""Characters by which a name may be longer or shorter than one for which it is taken."""
EVENING, MORNING = 22 * 60, 8 * 60
"""Where quiet hours begin or end while only the other is chosen."""


def _zone(text: str) -> str:
    return "" if text.lower() == GROUP else parse_zone(text)


def _quiet(text: str) -> int | None:
    return None if text.lower() in (OFF, "none", "no") else parse_time(text)


def _zones(_memory: Memory, _request: Request, typed: str) -> Sequence[Choice]:
    own_first = [Choice("The group's", GROUP)] if GROUP.startswith(typed.lower()) else []
    return [*own_first, *(Choice(name, name) for name in find_zones(typed, MOST - 1))]


def _hours(memory: Memory, request: Request, typed: str) -> Sequence[Choice]:
    none = [Choice("No quiet hours", OFF)] if OFF.startswith(typed.lower()) else []
    return [*none, *times(memory, request, typed)][:MOST]


Studies = Annotated[
    str,
    Option(
        "What /next offers first",
        choices=(
            Choice("Whatever is shortest", Study.ANY),
            Choice("Books and articles", Study.BOOK),
            Choice("Courses and videos", Study.VIDEO),
            Choice("Hands-on", Study.HANDS_ON),
        ),
    ),
]
OwnZone = Annotated[
    str,
    Option(
        "Your time zone, like Europe/Berlin, or group",
        maximum=64,
        suggest=_zones,
        check=_zone,
        label="Time zone",
    ),
]
OnBoards = Annotated[
    str,
    Option(
        "How boards show you to others",
        choices=(
            Choice("Your name", Named.NAME),
            Choice("An alias", Named.ALIAS),
            Choice("Hidden", Named.HIDDEN),
        ),
    ),
]
Alias = Annotated[str, Option("The name that boards show instead of yours", maximum=LONGEST_ALIAS)]
Reminders = Annotated[
    str,
    Option(
        "Where you are reminded",
        choices=(
            Choice("In the channel", Reminded.CHANNEL),
            Choice("Direct message", Reminded.DM),
            Choice("Off", Reminded.OFF),
        ),
    ),
]
QuietFrom = Annotated[
    str, Option("No messages from then on, like 22:00; or off", maximum=20, suggest=_hours, check=_quiet)
]
QuietTo = Annotated[
    str, Option("Messages again from then on, like 08:00; or off", maximum=20, suggest=_hours, check=_quiet)
]


def preferences(
    ctx: Context,
    study: Studies = "",
    timezone: OwnZone = "",
    board: OnBoards = "",
    alias: Alias = "",
    reminders: Reminders = "",
    quiet_from: QuietFrom = "",
    quiet_to: QuietTo = "",
) -> Reply:
    """Show or change what you prefer: study, time zone, boards, reminders, quiet hours.

    It holds for you alone, in every group of this server. Without options it shows what is set, with a button for each
    part.
    """
    who = own(ctx)
    wanted = who.chosen
    if study:
        wanted = replace(wanted, study=Study(study))
    if timezone:
        wanted = replace(wanted, zone=_zone(timezone))
    if reminders:
        # Chosen again, it is tried again: they may have opened their messages.
        wanted = replace(wanted, reminders=Reminded(reminders), refused_at=None)
    wanted = _with_quiet(_with_name(wanted, board, alias), quiet_from, quiet_to)
    if wanted.alias != who.chosen.alias:
        _check_free(ctx, who, wanted.alias)
    changed = wanted != who.chosen
    if changed:
        store.keep(ctx.session, who.workspace_id, who.person, wanted, ctx.now)
        who = replace(who, chosen=wanted)
    if board or alias:
        # Only what is said about boards: who is hidden with another account, or on the other side of a group, stays so.
        show(ctx, who.workspace_id, wanted)
    tone = Tone.GOOD if changed else Tone.PLAIN
    return Reply(CHANGED if changed else YOURS, _lines(ctx, who), buttons=_buttons(who), tone=tone)


def _with_name(now: Preferences, board: str, alias: str) -> Preferences:
    """An alias typed alone is meant to be shown, but never brings back somebody who is hidden."""
    if alias and not board and now.board is Named.NAME:
        board = Named.ALIAS
    wanted = replace(now, board=Named(board or now.board), alias=alias or now.alias)
    if wanted.board is Named.ALIAS and not wanted.alias:
        raise refuse(NOT_UNDERSTOOD, NO_ALIAS)
    return wanted


def _check_free(ctx: Context, who: Own, alias: str) -> None:
    """Nobody gets points in somebody else's name. Raises Refused."""
    own_keys = accounts.keys_of(ctx.session, who.person)
    lengths = max(1, len(alias) - ABOUT), len(alias) + ABOUT
    if any(alike(alias, known_as.names_near(ctx.session, who.workspace_id, lengths, own_keys))):
        raise refuse(NOT_UNDERSTOOD, TAKEN)


def _with_quiet(now: Preferences, start: str, end: str) -> Preferences:
    """One of the two times alone gets a usual other one; off for either means none."""
    if not start and not end:
        return now
    chosen_from = _quiet(start) if start else now.quiet_from if now.quiet_from is not None else EVENING
    chosen_to = _quiet(end) if end else now.quiet_to if now.quiet_to is not None else MORNING
    if chosen_from is None or chosen_to is None:
        return replace(now, quiet_from=None, quiet_to=None)
    if chosen_from == chosen_to:
        raise refuse(NOT_UNDERSTOOD, NO_TIME)
    return replace(now, quiet_from=chosen_from, quiet_to=chosen_to)


def _lines(ctx: Context, who: Own) -> str:
    chosen, away = who.chosen, away_now(ctx, who)
    facts = {
        "Study": STUDY[chosen.study],
        "Time zone": escape(chosen.zone) or f"the group's, {escape(who.group.zone)}",
        "On boards": NAMED[chosen.board].format(bold(chosen.alias)),
        "Reminders": REMINDED[chosen.reminders] + (CLOSED if chosen.refused_at else ""),
        "Quiet hours": _quiet_text(chosen),
        "Away": f"until {day_text(away.back_on)}" if away else "no",
    }
    lines = [f"**{name}:** {text}" for name, text in facts.items()]
    return "\n".join([*lines, APART] if is_linked(ctx, who) else lines)


def _quiet_text(chosen: Preferences) -> str:
    if chosen.quiet_from is None or chosen.quiet_to is None:
        return "none"
    return f"{format_time(chosen.quiet_from)} to {format_time(chosen.quiet_to)}"


def _buttons(who: Own) -> tuple[Button, ...]:
    return (
        who.button("Study and time zone", "preferences", "study", "timezone", emoji="📚"),
        who.button("Boards", "preferences", "board", "alias", emoji="🏅"),
        who.button("Reminders", "preferences", "reminders", "quiet_from", "quiet_to", emoji="🔔"),
        who.button("Away", "away", emoji="🌴"),
    )


def present_preferences(ctx: Context) -> Mapping[str, str]:
    """What the options of /preferences are now, for the forms that change them."""
    now = own(ctx).chosen
    start, end = now.quiet_from, now.quiet_to
    return {
        "study": now.study,
        "timezone": now.zone or GROUP,
        "board": now.board,
        "alias": now.alias,
        "reminders": now.reminders,
        "quiet_from": OFF if start is None else format_time(start),
        "quiet_to": OFF if end is None else format_time(end),
    }
