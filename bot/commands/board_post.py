"""The board that stands in a channel and keeps itself up to date, in words."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from bot.commands.board import lines
from bot.commands.board_parts import Board
from bot.core.arguments import GROUP, POST
from bot.core.markup import escape
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import plural
from bot.store.tables import Group
from bot.study.calendar import local, next_weekly, periods_of, week_start
from bot.study.catalog import Edition
from bot.study.points import ALL_TIME
from bot.study.zones import zone

TITLE = "🏆 {}"
WEEK, ALL = "The week of {}", "In all"
NOBODY = "Nobody yet. The first `/done` of the week stands here."
EMPTY = "Nobody has points yet. The first `/done` opens the board."
FOOTER = "{} with points · keeps itself up to date"


def board_message(session: Session, edition: Edition, group: Group, mark: str, now: datetime) -> Reply:
    """The group's board as it is now: this week and in all. `mark` is what its message is known by."""
    home: dict[str, str | int] = {GROUP: group.id or 0, POST: mark}
    buttons = (
        Button("Where I am", "leaderboard", home, Style.PRIMARY, "🔎"),
        Button("Next", "next", home, emoji="➡️"),
    )
    whole = Board(session, group.id or 0, ALL_TIME)
    return Reply(
        TITLE.format(escape(edition.roadmap.title)),
        "" if whole.steps.size else EMPTY,
        tuple(_fields(session, group, whole, now)),
        buttons,
        footer=FOOTER.format(plural(whole.steps.size, "member")) if whole.steps.size else "",
        private=False,
    )


def _fields(session: Session, group: Group, whole: Board, now: datetime) -> Iterator[Field]:
    if not whole.steps.size:
        return
    monday = week_start(local(now, zone(group.zone)).date(), 0)
    week = Board(session, group.id or 0, periods_of(monday).week)
    yield Field(WEEK.format(f"{monday.day} {monday:%B}"), lines(week.page(1).lines) or NOBODY)
    yield Field(ALL, lines(whole.page(1).lines))


def changes_at(group: Group, now: datetime) -> datetime:
    """When the board changes by itself: with the group's next week."""
    return next_weekly(now, 0, 0, zone(group.zone))[1]


def digest_of(reply: Reply) -> str:
    """A text that is the same as long as a message says the same."""
    return hashlib.sha256(json.dumps(asdict(reply), sort_keys=True).encode()).hexdigest()
