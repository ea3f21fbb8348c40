"""Plan: groups whose time has come get a row in `post` and their next due time, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.store import posts
from bot.store.posts import Known
from bot.store.tables import GroupState, PostKind, PostState
from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace
from bot.study.schedule import NEAR, PROMPT, REMINDER, Occurrence, Schedule, due_between, next_due, prompt_day

BATCH = 500
WEEK = timedelta(days=7)
MISSED = "Roadmate was not running at that time."
FURTHEST_BACK = timedelta(days=120)
"""Missed posts are recorded this far back; before that nobody asks any more."""


def plan_batch(session: Session, catalog: Catalog, now: datetime, catch_up: timedelta) -> int:
    """Plan up to BATCH groups and return how many there were."""
    groups = posts.due_groups(session, now, BATCH)
    if not groups:
        return 0
    since = (min(group.planned_to for group in groups) - WEEK).date()
    known = posts.known_posts(session, [group.id for group in groups], since)
    plans = [
        _Plan(group, catalog.editions[group.roadmap_id], known.get(group.id, []), now, catch_up).made()
        for group in groups
    ]
    posts.add_posts(session, [row for made in plans for row in made.rows])
    posts.advance_groups(session, [made.change for made in plans])
    return len(groups)


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Sequence[Mapping[str, Any]]
    change: Mapping[str, Any]


class _Plan:
    """One group's occurrences between what was planned before and now."""

    def __init__(
        self, group: Any, edition: Edition, known: Sequence[Known], now: datetime, catch_up: timedelta
    ) -> None:
        self.group, self.edition, self.now, self.catch_up = group, edition, now, catch_up
        self.schedule = Schedule(
            group.weekday, group.minute, group.zone, group.reminder_weekday, group.reminder_minute
        )
        self.weeks = edition.weeks(Pace(group.pace_hours))
        self.taken = {(post.kind, post.occurrence) for post in known}
        # (occurrence, item) of prompts that exist or are made here; a reminder belongs to one of them.
        self.prompts = [
            (post.occurrence, post.item_id)
            for post in known
            if post.kind == PROMPT and post.state != PostState.MISSED
        ]
        self.step = group.step
        self.rows: list[dict[str, Any]] = []

    def made(self) -> _Made:
        """The rows to add and the change of the group's own row."""
        since = max(self.group.planned_to, self.now - FURTHEST_BACK)
        for occurrence in due_between(self.schedule, since, self.now):
            (self._prompt if occurrence.kind == PROMPT else self._reminder)(occurrence)
        over = self.step >= len(self.weeks) and not self._reminder_to_come()
        change = {
            "group": self.group.id,
            "step": self.step,
            "planned_to": self.now,
            "next_due_at": None if over else next_due(self.schedule, self.now),
            "state": GroupState.FINISHED if over else GroupState.ACTIVE,
            "paused_until": None,
        }
        return _Made(self.rows, change)

    def _prompt(self, occurrence: Occurrence) -> None:
        near = any(occurrence.day - day < NEAR for day, _ in self.prompts)
        if near or self.step >= len(self.weeks) or (PROMPT, occurrence.day) in self.taken:
            return
        item = self.edition.ids[self.weeks[self.step].topic.key]
        missed = self._missed(occurrence)
        self._add(occurrence, PostKind.PROMPT, self.step + 1, item, missed=missed)
        if not missed:
            self.step += 1
            self.prompts.append((occurrence.day, item))

    def _reminder(self, occurrence: Occurrence) -> None:
        week = prompt_day(self.schedule, occurrence.day)
        item = next((item for day, item in reversed(self.prompts) if week <= day <= occurrence.day), None)
        if item is not None and (REMINDER, occurrence.day) not in self.taken:
            self._add(occurrence, PostKind.REMINDER, self.step, item, missed=self._missed(occurrence))

    def _missed(self, occurrence: Occurrence) -> bool:
        return self.now - occurrence.at > self.catch_up

    def _add(self, occurrence: Occurrence, kind: PostKind, step: int, item: int, *, missed: bool) -> None:
        self.rows.append(
            {
                "group_id": self.group.id,
                "kind": kind.value,
                "occurrence": occurrence.day,
                "step": step,
                "item_id": item,
                "due_at": occurrence.at,
                "state": (PostState.MISSED if missed else PostState.DUE).value,
                "try_at": None if missed else occurrence.at,
                "attempts": 0,
                "edition": 0,
                "reason": MISSED if missed else "",
                "message_id": "",
                "thread_id": "",
            }
        )

    def _reminder_to_come(self) -> bool:
        """Whether the last prompt's week still has its reminder ahead."""
        return bool(self.prompts) and self.now.date() - self.prompts[-1][0] < WEEK
