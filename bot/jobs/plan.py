"""Plan: groups whose time has come get a row in `post` and their next due time, in one transaction."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlmodel import Session

from bot.core.shards import ALL, Shards
from bot.store import planning, posts, twins
from bot.store.groups import schedule_of
from bot.store.planning import Known
from bot.store.tables import GroupState, PostKind, PostState
from bot.study.calendar import local
from bot.study.catalog import Catalog, Edition
from bot.study.pace import Pace
from bot.study.schedule import (
    NEAR,
    PROMPT,
    REMINDER,
    Occurrence,
    due_between,
    is_unclosed,
    next_due,
    reminded_week,
)
from bot.study.zones import zone

log = logging.getLogger("roadmate.plan")

BATCH = 500
WEEK = timedelta(days=7)
LATER = timedelta(hours=1)
MISSED = "Roadmate was not running at that time."
UNSENT = "It could not be posted before the next one was due."
FURTHEST_BACK = timedelta(days=120)
"""Missed posts are recorded this far back; before that nobody asks any more."""


def plan_batch(
    session: Session, catalog: Catalog, now: datetime, catch_up: timedelta, shards: Shards = ALL
) -> int:
    """Plan up to BATCH groups of these shards and return how many there were."""
    groups = planning.due_groups(session, now, BATCH, shards)
    if not groups:
        return 0
    since = (min(group.planned_to for group in groups) - WEEK).date()
    homes = [group.id for group in groups]
    further = twins.twins_of(session, homes)
    rows = [*homes, *(twin.id for found in further.values() for twin in found)]
    known = planning.known_posts(session, rows, since)
    channels = {home: [Further(t, known.get(t.id, [])) for t in found] for home, found in further.items()}
    times = _Times(now)
    plans = [
        _planned(group, catalog, known.get(group.id, []), channels.get(group.id, []), times, catch_up)
        for group in groups
    ]
    posts.miss_posts(session, [post for made in plans for post in made.unsent], UNSENT)
    planning.add_posts(session, [row for made in plans for row in made.rows])
    planning.advance_groups(session, [made.change for made in plans])
    return len(groups)


class Further:
    """One more channel of a group, with the posts that it has."""

    def __init__(self, row: Any, known: Sequence[Known]) -> None:
        self.id, self.is_held = row.id, row.state == GroupState.HELD
        self.prompts = [post for post in known if post.kind == PROMPT and post.state != PostState.MISSED]
        self.taken = {(post.kind, post.occurrence) for post in known}

    def has_seen(self, day: date) -> bool:
        """Whether the prompt of that day is here, or may be."""
        return any(post.occurrence == day and not post.waiting for post in self.prompts)


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Sequence[Mapping[str, Any]]
    change: Mapping[str, Any]
    unsent: Sequence[int] = ()


class _Times:
    """When groups are due, worked out once for those that share it: groups due together mostly do."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.between = cache(lambda schedule, since: due_between(schedule, since, now))
        self.next = cache(lambda schedule: next_due(schedule, now))


def _planned(
    group: Any,
    catalog: Catalog,
    known: Sequence[Known],
    further: Sequence[Further],
    times: _Times,
    catch_up: timedelta,
) -> _Made:
    try:
        return _Plan(group, catalog.editions[group.roadmap_id], known, further, times, catch_up).made()
    except Exception:
        # One group that can't be planned must not stop the others: it is looked at again later.
        log.exception("a group could not be planned", extra={"group": group.id})
        same = {name: getattr(group, name) for name in ("step", "planned_to", "state", "paused_until")}
        return _Made((), {"group": group.id, "next_due_at": times.now + LATER, **same})


class _Plan:
    """One group's occurrences between what was planned before and now."""

    def __init__(
        self,
        group: Any,
        edition: Edition,
        known: Sequence[Known],
        further: Sequence[Further],
        times: _Times,
        catch_up: timedelta,
    ) -> None:
        self.group, self.edition, self.further, self.catch_up = group, edition, further, catch_up
        self.times, self.now = times, times.now
        self.schedule = schedule_of(group)
        self.weeks = edition.weeks(Pace(group.pace_hours))
        self.known = known
        self.taken = {(post.kind, post.occurrence) for post in known}
        # (occurrence, item) of prompts that exist or are made here; a reminder belongs to one of them.
        self.prompts = [
            (post.occurrence, post.item_id)
            for post in known
            if post.kind == PROMPT and post.state != PostState.MISSED
        ]
        self.step = group.step
        self.rows: list[dict[str, Any]] = []
        self.unsent: list[int] = []
        self.last_prompt_at = self.now

    def made(self) -> _Made:
        """The rows to add and the change of the group's own row."""
        since = max(self.group.planned_to, self.now - FURTHEST_BACK)
        due = self.times.between(self.schedule, since)
        self.last_prompt_at = max((o.at for o in due if o.kind == PROMPT), default=since)
        for occurrence in due:
            (self._prompt if occurrence.kind == PROMPT else self._reminder)(occurrence)
        over = self.step >= len(self.weeks) and not self._reminder_to_come()
        change = {
            "group": self.group.id,
            "step": self.step,
            "planned_to": self.now,
            "next_due_at": None if over else self.times.next(self.schedule),
            "state": GroupState.FINISHED if over else GroupState.ACTIVE,
            "paused_until": None,
        }
        return _Made(self.rows, change, self.unsent)

    def _prompt(self, occurrence: Occurrence) -> None:
        near = any(occurrence.day - day < NEAR for day, _ in self.prompts)
        if near or (PROMPT, occurrence.day) in self.taken:
            return
        missed = self._missed(occurrence)
        if not missed:
            self._take_back()
        if self.step >= len(self.weeks):
            return
        item = self.edition.ids[self.weeks[self.step].topic.key]
        self._add(occurrence, PostKind.PROMPT, self.step + 1, item, missed=missed)
        if not missed:
            self.step += 1
            self.prompts.append((occurrence.day, item))

    def _take_back(self) -> None:
        """Give up prompts that are still waiting; a topic that nobody saw comes now instead of the next."""
        prompts = [post for post in self.known if post.kind == PROMPT and post.state != PostState.MISSED]
        if self.unsent or not prompts:
            return
        everywhere = [*prompts, *(post for channel in self.further for post in channel.prompts)]
        self.unsent = [post.id for post in everywhere if post.waiting]
        topic = self.weeks[self.step - 1].topic.key if self.step else None
        seen = any(channel.has_seen(prompts[-1].occurrence) for channel in self.further)
        if prompts[-1].waiting and not seen and self.edition.keys.get(prompts[-1].item_id) == topic:
            self.step -= 1

    def _reminder(self, occurrence: Occurrence) -> None:
        week = reminded_week(self.schedule, occurrence.day)
        last = min(occurrence.day, week + WEEK - timedelta(days=1))
        in_week = (item for day, item in reversed(self.prompts) if week <= day <= last)
        item = next(in_week, self._unclosed(week))
        # A topic that is no longer on the group's roadmap has nothing to be reminded of.
        if item in self.edition.keys and (REMINDER, occurrence.day) not in self.taken:
            # Once the next week has begun, nobody wants to be reminded of the last one; the plan's last has no next.
            over = self.step < len(self.weeks) and occurrence.at < self.last_prompt_at
            missed = over or self._missed(occurrence)
            self._add(occurrence, PostKind.REMINDER, self.step, item, missed=missed)
            self.taken.add((REMINDER, occurrence.day))

    def _unclosed(self, week: date) -> int | None:
        """The plan's last topic, if its own week went by before that one without the reminder that closes the plan."""
        if not self.prompts or self.prompts[-1][0] >= week:
            return None
        day, item = self.prompts[-1]
        reminded = any(kind == REMINDER and at >= day for kind, at in self.taken)
        left = len(self.weeks) - self.step
        return item if is_unclosed(left, day, self.group.planned_to, reminded=reminded) else None

    def _missed(self, occurrence: Occurrence) -> bool:
        return self.now - occurrence.at > self.catch_up

    def _add(self, occurrence: Occurrence, kind: PostKind, step: int, item: int, *, missed: bool) -> None:
        row: dict[str, Any] = {
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
            # Whoever wants it privately gets it from here on, whatever becomes of it in the channel.
            "passed_on": "" if kind is PostKind.REMINDER and not missed else None,
        }
        # A channel that is gone gets nothing to send while the group goes on in its others.
        held = {"state": PostState.HELD.value, "try_at": None, "reason": self.group.held_reason}
        self.rows.append({**row, **held} if self.group.held_reason and not missed else row)
        free = (c for c in self.further if not c.is_held and (kind, occurrence.day) not in c.taken)
        self.rows += [{**row, "group_id": channel.id, "passed_on": None} for channel in free]

    def _reminder_to_come(self) -> bool:
        """Whether the last prompt's week has its reminder ahead, or a later one has it."""
        today = local(self.now, zone(self.group.zone)).date()
        in_its_week = bool(self.prompts) and today - self.prompts[-1][0] < WEEK
        return in_its_week or self._unclosed(today) is not None
