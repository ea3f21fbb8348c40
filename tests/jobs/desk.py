"""One group on a real database, planned without a platform: its schedule is edited with the real commands."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from bot.commands.context import Context
from bot.commands.manage import schedule
from bot.commands.memory import Memory
from bot.commands.plan_texts import upcoming
from bot.commands.scope import weeks_of
from bot.core.reply import Refused, Reply
from bot.core.request import Channel, Person, Request
from bot.jobs.plan import plan_batch
from bot.store import queue
from bot.store.tables import Group, GroupState, Post, PostState
from bot.study.catalog import Catalog
from bot.study.schedule import PROMPT, Occurrence
from tests.makers import group, published, roadmap

CATCH_UP = timedelta(hours=36)
TWENTY_WEEKS = roadmap(*(f"t{n}" for n in range(1, 21)))


@dataclass
class Desk:
    """One group whose schedule is edited with the real command, and ticks whose posts are taken at once."""

    session: Session
    now: datetime
    catalog: Catalog
    group: Group
    promised: Occurrence | None = None
    delivers: bool = True

    def tick(self) -> None:
        """Plan until nothing is due; what was promised for this time must be there."""
        while plan_batch(self.session, self.catalog, self.now, CATCH_UP):
            self.session.expire_all()
        for post in self.posts():
            if post.state == PostState.DUE and self.delivers:
                queue.record_sent(self.session, post.id or 0, self.now, f"m{post.id}", thread=False)
                self.session.expire(post)
        if self.promised and self.promised.at <= self.now:
            assert any(post.occurrence == self.promised.day for post in self.prompts()), self.promised
        self.promise()

    def promise(self) -> None:
        """Note the next prompt that the organizer is shown."""
        left = self.group.step < len(weeks_of(self.context(), self.group))
        comes = left and self.group.state == GroupState.ACTIVE
        self.promised = upcoming(self.context(), self.group, 1)[0] if comes else None

    def say(self, run: Callable[..., Reply], **typed: str) -> None:
        """Say a command, and note what it promises. What it refuses is rolled back, as in dispatch."""
        due = self.promised is not None and self.promised.at <= self.now
        with suppress(Refused), self.session.begin_nested():
            run(self.context(), **typed)
        elsewhere = run is schedule and not typed.keys() & {"day", "time", "timezone"}
        # A prompt whose time has come must come, whatever else was changed before the bot looked at its clock.
        if not (due and elsewhere):
            self.promise()

    def forward(self, goal: datetime) -> None:
        """Let time pass with a tick every few hours, as a bot that is up does; the last one is just before `goal`."""
        while self.now + 11 * timedelta(hours=1) < goal:
            self.now += 11 * timedelta(hours=1)
            self.tick()
        self.now = max(goal, self.now)

    def context(self) -> Context:
        """Speak as the organizer in the group's channel."""
        request = Request("discord", "1", Channel("100"), Person("7", "olivia"), True, "schedule")
        memory = Memory(self.catalog)
        return Context(self.session, request, self.now, memory, {}, CATCH_UP, lambda *_: "")

    def posts(self) -> list[Post]:
        """Read what was planned, oldest first."""
        return list(self.session.exec(select(Post).order_by(Post.id)))  # type: ignore[arg-type]

    def prompts(self) -> list[Post]:
        """Read the prompts that were or will be posted."""
        return [p for p in self.posts() if p.kind == PROMPT and p.state != PostState.MISSED]


def desk(session: Session, now: datetime, found: Any = TWENTY_WEEKS, **values: Any) -> Desk:
    """Set up one group."""
    session.rollback()
    session.expunge_all()
    catalog = published(session, found, now=now)
    return Desk(session, now, catalog, group(session, now, **values))
