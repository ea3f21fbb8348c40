"""Whether something that was planned for one member is still worth saying when its time has come."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot.commands import nudge_texts
from bot.commands.post_texts import days_left
from bot.core.reply import Reply
from bot.store import accounts, members, nudges, preferences
from bot.store.nudges import About
from bot.store.tables import GroupState, NudgeKind
from bot.study.calendar import local
from bot.study.catalog import Catalog, Edition
from bot.study.nudges import after_quiet
from bot.study.preferences import Preferences, Reminded, is_away
from bot.study.progress import Standing, current_topic, standing, standing_marks
from bot.study.roadmap import Topic
from bot.study.zones import zone

TOO_LATE = "Its time was over."
NOBODY = "The member has left, or can't be reached."
NOT_WANTED = "They do not want it."
NOT_NOW = "The group is paused or on hold."
AWAY = "They are away."
DONE = "They have done it."
CAME_BACK = "They came back by themselves."
NO_PROMPT = "Its week had no prompt."


@dataclass(frozen=True, slots=True)
class Judged:
    """What to do: say the `reply`, or wait until `later`, or, with a `reason`, leave it for good."""

    about: About
    reply: Reply | None = None
    later: datetime | None = None
    reason: str = ""


def judged(session: Session, catalog: Catalog, nudge_id: int, now: datetime) -> Judged:
    """Look at the member, their group and what they have chosen as all of it is now."""
    found = nudges.about(session, nudge_id)
    chosen = preferences.preferences_of(session, found.row.workspace_id, found.member.person)
    where = zone(chosen.zone or found.home.zone)
    reason = _against(found, chosen, now) or _is_away(session, found, local(now, where).date())
    if reason:
        return Judged(found, reason=reason)
    quiet_until = after_quiet(now, chosen, where)
    if quiet_until > now:
        over = quiet_until >= found.nudge.until
        return Judged(found, reason=TOO_LATE) if over else Judged(found, later=quiet_until)
    edition = catalog.editions[found.home.roadmap_id]
    at = standing(standing_marks(members.marks_of(session, found.member.id or 0)), edition.keys)
    if found.nudge.kind == NudgeKind.WAY_BACK:
        return _way_back(session, found, edition, at, chosen)
    return _reminder(session, found, edition, at, now, chosen)


def _against(found: About, chosen: Preferences, now: datetime) -> str:
    """What speaks against saying it, before anything is known of what the member has done."""
    way_back = found.nudge.kind == NudgeKind.WAY_BACK
    runs = {GroupState.ACTIVE} if way_back else {GroupState.ACTIVE, GroupState.FINISHED}
    wanted = {Reminded.DM, Reminded.CHANNEL} if way_back else {Reminded.DM}
    against = {
        TOO_LATE: now >= found.nudge.until,
        NOBODY: found.workspace is None or found.member.left_at is not None,
        NOT_WANTED: chosen.reminders not in wanted or chosen.refused_at is not None,
        # A group on hold in one channel goes on for its members in the others, and its plan is that of the home.
        NOT_NOW: found.home.state not in runs,
    }
    return next((why for why, so in against.items() if so), "")


def _is_away(session: Session, found: About, today: date) -> str:
    spans = preferences.aways_of(session, found.row.workspace_id, found.member.person)
    return AWAY if is_away(spans, today) else ""


def _reminder(
    session: Session, found: About, edition: Edition, at: Standing, now: datetime, chosen: Preferences
) -> Judged:
    topic = _topic(edition, found)
    if topic is None or not at.topic_open(topic):
        return Judged(found, reason=DONE)
    if not nudges.was_prompted(session, found):
        return Judged(found, reason=NO_PROMPT)
    days = days_left(found.home, now)
    return Judged(found, nudge_texts.reminder(found, topic, at, days, edition.roadmap.title, chosen))


def _topic(edition: Edition, found: About) -> Topic | None:
    key = edition.keys.get(found.nudge.item_id or 0)
    return edition.roadmap.by_key.get(key) if key else None


def _way_back(session: Session, found: About, edition: Edition, at: Standing, chosen: Preferences) -> Judged:
    heard = nudges.last_heard(session, accounts.keys_of(session, found.member.person))
    if not heard or heard[0].last.date() != found.nudge.occurrence:
        return Judged(found, reason=CAME_BACK)
    topic = current_topic(edition.roadmap, at)
    if topic is None:
        return Judged(found, reason=DONE)
    return Judged(found, nudge_texts.way_back(found, topic, at, edition.roadmap.title, chosen))
