"""How the members of a group stand with a topic: the counts of its reminder and of /group, and who is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot.store import members, preferences
from bot.store.tables import Group
from bot.study.calendar import local
from bot.study.catalog import Edition
from bot.study.preferences import Away, is_away
from bot.study.progress import Standing, standing, standing_marks
from bot.study.roadmap import Topic
from bot.study.zones import zone

COUNTS = "{} finished it, {} on the way."
NOBODY_YET = "Nobody has begun it yet; a first small step counts."


@dataclass(frozen=True, slots=True)
class Counts:
    """How many members have finished a topic and how many are on the way."""

    finished: int
    on_the_way: int

    def __str__(self) -> str:
        if not self.finished and not self.on_the_way:
            return NOBODY_YET
        have = "has" if self.finished <= 1 else "have"
        are = "is" if self.on_the_way <= 1 else "are"
        finished = f"{self.finished or 'Nobody'} {have}"
        return COUNTS.format(finished, f"{self.on_the_way or 'nobody'} {are}")


def topic_standings(session: Session, edition: Edition, group: Group, topic: Topic) -> Mapping[int, Standing]:
    """How each member who recorded anything about a topic stands with it, by member."""
    items = [edition.ids[key] for key in (topic.key, *(r.key for r in (*topic.resources, topic.task)))]
    return {
        member: standing(standing_marks(marks), edition.keys)
        for member, marks in members.marks_by_member(session, group.id or 0, items).items()
    }


def topic_counts(session: Session, edition: Edition, group: Group, topic: Topic) -> Counts:
    """Count members by their marks about a topic."""
    found = topic_standings(session, edition, group, topic).values()
    return Counts(sum(at.topic_done(topic) for at in found), sum(at.begun(topic) for at in found))


def nobody_left(session: Session, edition: Edition, home: Group, topic: Topic, now: datetime) -> bool:
    """Whether each member is away, or has done the topic or left it out; not where nobody has joined yet."""
    everybody = members.active_members(session, home.id or 0)
    if not everybody:
        return False
    today = local(now, zone(home.zone)).date()
    away = {
        row.id
        for row in preferences.aways_in(session, home.id or 0, today)
        if is_away([Away(row.first_day, row.back_on)], local(now, zone(row.zone or home.zone)).date())
    }
    found = topic_standings(session, edition, home, topic)
    through = {member for member, at in found.items() if not at.topic_open(topic)}
    return len(away | through) >= everybody
