"""Who has how many points: /leaderboard."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.commands.board_parts import Board
from bot.commands.context import Context
from bot.commands.lines import page_footer
from bot.commands.names import name_of
from bot.commands.options import MOST_WEEKS, AMember, Flag, Page, PastWeek, Window
from bot.commands.scenes import board_of
from bot.commands.scope import Learner, learner
from bot.core.markup import escape
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import plural
from bot.store.boards import Row
from bot.study.boards import Line, Part
from bot.study.calendar import local, periods_of, week_start
from bot.study.points import ALL_TIME, score_in

TITLES = {"week": "Leaderboard of this week", "month": "Leaderboard of this month", "all": "Leaderboard"}
LAST_WEEK, PAST_WEEK = "Leaderboard of last week", "Leaderboard of the week of {}"
EMPTY = "Nobody has points {} yet. The first `/done` opens the board."
SO_FAR = {"week": "this week", "month": "this month", "all": "here"}
NOBODY_THEN = "Nobody had points in that week."
YOU, TOP = "You", "At the top"
NO_POINTS = "No points yet. `/next` shows where to begin."
OFF = "You have left the group, so you are off the board. `/join` brings you and your points back."
HIDDEN = "You are hidden, so only you see yourself here; `/preferences board` changes that."
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
WHERE_I_AM = "Where I am"
LABELS = {"week": "This week", "month": "This month", "all": "All time"}


def leaderboard(
    ctx: Context,
    window: Window = "all",
    page: Page = 0,
    week: PastWeek = 0,
    first: AMember = 0,
    last: AMember = 0,
    shared: Flag = 0,
) -> Reply:
    """The group's points this week, this month, in all, or in any past week. Equal points share a rank.

    It opens where you are, between those before and after you; `page` shows any other part, and `week:-1` last week.
    Only you see it, until you press Show everyone.
    """
    who = learner(ctx)
    seen = Seen("week" if week else window, week, local(ctx.now, who.zone).date())
    me = who.member.id if who.member and not shared else None
    hidden = None if shared else _hidden(who, seen.period)
    board = Board(ctx.session, who.group_id, seen.period, me, name_of(ctx), hidden)
    part = board.part(page, first, last)
    return Reply(
        f"{seen.title} · {escape(who.edition.roadmap.title)}",
        lines(part.lines) or (NOBODY_THEN if week else EMPTY.format(SO_FAR[seen.window])),
        tuple(_beside(who, board, part, shared)),
        () if shared else tuple(_buttons(who, seen, board, part)),
        footer=_footer(part),
        private=not shared,
        picture=board_of(seen.title, who.edition.roadmap.title, board, part) if part.lines else None,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """Which window is looked at, on which day; `week` is 0 for this one and -1 for the last."""

    window: str
    week: int
    today: date

    @property
    def period(self) -> str:
        """The period's name."""
        if self.window == "all":
            return ALL_TIME
        found = periods_of(self.today + timedelta(weeks=self.week))
        return found.week if self.window == "week" else found.month

    @property
    def title(self) -> str:
        """What the board is called."""
        if not self.week:
            return TITLES[self.window]
        monday = week_start(self.today + timedelta(weeks=self.week), 0)
        return LAST_WEEK if self.week == -1 else PAST_WEEK.format(f"{monday.day} {monday:%B %Y}")

    @property
    def args(self) -> dict[str, str | int]:
        """The options that lead here."""
        return {"window": self.window, **({"week": self.week} if self.week else {})}


def _hidden(who: Learner, period: str) -> Row | None:
    """The row that a hidden member would have, from the marks themselves: on the board there is none."""
    member = who.member
    if member is None or not member.hidden or member.left_at is not None:
        return None
    score = score_in(who.standing_marks, period)
    return Row(member.id, "", member.name, member.alias, score.points, score.reached_at) if score else None


def lines(shown: Iterable[Line]) -> str:
    """Lines of a board in words."""
    return "\n".join(_line(line) for line in shown)


def _line(line: Line) -> str:
    name = f"**{escape(line.name)}** · " if line.mine else f"{escape(line.name)} · "
    rank = MEDALS.get(line.rank, f"`{line.rank:>2}`")
    return f"{rank} {name}{plural(line.points, 'point')}" + (" ← you" if line.mine else "")


def _footer(part: Part) -> str:
    return (
        page_footer(part.page, part.pages, f"{plural(part.size, 'member')} with points") if part.size else ""
    )


def _beside(who: Learner, board: Board, part: Part, shared: int) -> Iterator[Field]:
    """Who leads, where the part does not show it, and the one who asks, unless everyone reads it."""
    if part.page is None and part.before is not None:
        yield Field(TOP, lines(board.podium))
    if shared:
        return
    if board.hidden is not None and part.has_me:
        yield Field(YOU, HIDDEN)
    if who.member is None or part.has_me:
        return
    if who.member.left_at is not None:
        yield Field(YOU, OFF)
    elif part.lines:
        yield Field(YOU, lines(board.neighbours) or NO_POINTS)


def _buttons(who: Learner, seen: Seen, board: Board, part: Part) -> Iterator[Button]:
    def turn(label: str, **to: str | int) -> Button:
        return Button(label, "leaderboard", {"group": who.group_id, **to}, replaces=True)

    for label, args in (*_turns(part), *_weeks(seen)):
        yield turn(label, **{**seen.args, **args})
    if not part.has_me and board.mine:
        yield turn(WHERE_I_AM, **seen.args)
    for window, label in LABELS.items():
        if window != seen.window or seen.week:
            yield turn(label, window=window)
    if not part.lines:
        yield who.button("Next", "next", Style.PRIMARY)
        return
    here = {"page": part.page} if part.page else {"first": part.lines[0].member_id}
    shown = {"group": who.group_id, **seen.args, **here, "shared": 1}
    yield Button("Show everyone", "leaderboard", shown, emoji="📣")


def _turns(part: Part) -> Iterator[tuple[str, dict[str, int]]]:
    """To the parts before and after; a part without a number leads to the top as well."""
    page = part.page
    if page is None:
        yield "Top", {"page": 1}
    if page is not None and page > 1:
        yield "◀ Back", {"page": page - 1}
    if page is not None and page < part.pages:
        yield "More ▶", {"page": page + 1}
    if part.before is not None:
        yield "◀ Higher", {"last": part.before}
    if part.after is not None:
        yield "Lower ▶", {"first": part.after}


def _weeks(seen: Seen) -> Iterator[tuple[str, dict[str, int]]]:
    if seen.window == "week" and seen.week > -MOST_WEEKS:
        yield "Week before", {"week": seen.week - 1}
    if seen.week < -1:
        yield "Week after", {"week": seen.week + 1}
