"""Who has how many points: /leaderboard."""

from collections.abc import Sequence

from bot.commands.context import Context
from bot.commands.options import Flag, Page, Window
from bot.commands.scope import Learner, learner
from bot.core.markup import escape
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import plural
from bot.store import boards
from bot.store.boards import Row
from bot.study.calendar import period_keys
from bot.study.points import ALL_TIME, shared_ranks

TITLES = {"week": "Leaderboard of this week", "month": "Leaderboard of this month", "all": "Leaderboard"}
EMPTY = "Nobody has points here yet. The first `/done` opens the board."
YOU = "You"
NO_POINTS = "No points yet. `/next` shows where to begin."
OFF = "You have left the group, so you are off the board. `/join` brings you and your points back."
PER_PAGE = 10
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def leaderboard(ctx: Context, window: Window = "all", page: Page = 1, shared: Flag = 0) -> Reply:
    """The group's points this week, this month or in all. Equal points share a rank, earlier first.

    You are always shown, with your neighbours, even when you are far down. Only you see it, until you press Show
    everyone.
    """
    who = learner(ctx)
    period = _period(ctx, who, window)
    total = boards.size(ctx.session, who.group_id, period)
    last_page = max(1, -(-total // PER_PAGE))
    page = min(page, last_page)
    rows = boards.page(ctx.session, who.group_id, period, (page - 1) * PER_PAGE, PER_PAGE)
    return Reply(
        f"{TITLES[window]} · {escape(who.edition.roadmap.title)}",
        _lines(ctx, who, period, rows, (page - 1) * PER_PAGE, you=not shared) or EMPTY,
        () if shared else _you(ctx, who, period, rows),
        () if shared else _buttons(who, window, page, last_page, empty=not rows),
        footer=f"Page {page} of {last_page} · {plural(total, 'member')} with points" if rows else "",
        private=not shared,
    )


def _period(ctx: Context, who: Learner, window: str) -> str:
    if window == "all":
        return ALL_TIME
    week, month = period_keys(ctx.now, who.zone)
    return week if window == "week" else month


def _lines(
    ctx: Context, who: Learner, period: str, rows: Sequence[Row], offset: int, *, you: bool = True
) -> str:
    if not rows:
        return ""
    first = boards.rank_of_points(ctx.session, who.group_id, period, rows[0].points)
    ranks = shared_ranks([row.points for row in rows], offset + 1, first)
    mine = who.member.id if who.member and you else None
    return "\n".join(
        _line(rank, row, mine=row.member_id == mine) for rank, row in zip(ranks, rows, strict=True)
    )


def _line(rank: int, row: Row, *, mine: bool) -> str:
    name = f"**{escape(row.name)}**" if mine else escape(row.name)
    return f"{MEDALS.get(rank, f'`{rank:>2}`')} {name} · {plural(row.points, 'point')}" + (
        " ← you" if mine else ""
    )


def _you(ctx: Context, who: Learner, period: str, shown: Sequence[Row]) -> tuple[Field, ...]:
    """The asker with the neighbours, unless the page shows them already."""
    if who.member is None or any(row.member_id == who.member.id for row in shown):
        return ()
    if who.member.left_at is not None:
        return (Field(YOU, OFF),)
    mine = boards.score_of(ctx.session, who.group_id, period, who.member.id)
    if mine is None:
        return (Field(YOU, NO_POINTS),)
    start = max(0, boards.place_of(ctx.session, who.group_id, period, mine) - 1)
    around = boards.page(ctx.session, who.group_id, period, start, 3)
    return (Field(YOU, _lines(ctx, who, period, around, start)),)


def _buttons(who: Learner, window: str, page: int, last_page: int, *, empty: bool) -> tuple[Button, ...]:
    def turn(label: str, to: str, number: int) -> Button:
        args: dict[str, str | int] = {"group": who.group_id, "window": to, "page": number}
        return Button(label, "leaderboard", args, replaces=True)

    pages = []
    if page > 1:
        pages.append(turn("◀ Back", window, page - 1))
    if page < last_page:
        pages.append(turn("More ▶", window, page + 1))
    labels = {"week": "This week", "month": "This month", "all": "All time"}
    others = [turn(label, other, 1) for other, label in labels.items() if other != window]
    if empty:
        return (*others, who.button("Next", "next", Style.PRIMARY))
    share = who.button("Show everyone", "leaderboard", emoji="📣", window=window, page=page, shared=1)
    return (*pages, *others, share)
