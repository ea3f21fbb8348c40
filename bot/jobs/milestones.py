"""What a member has reached, and which roles follow from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.core.identity import account_of
from bot.store import accounts, members, nudges, pauses, preferences, rewards
from bot.store.tables import Grant, Group, Member, Reward, RewardKind, Workspace
from bot.study import streaks
from bot.study.calendar import local
from bot.study.catalog import Catalog, Edition
from bot.study.progress import Mark, standing, standing_marks
from bot.study.rewards import all_done, items_of, section_of, taken_back
from bot.study.roadmap import Topic
from bot.study.zones import zone


def evaluate(session: Session, catalog: Catalog, member_ids: Sequence[int], now: datetime) -> None:
    """Write for each of these members which roles they are to have, by what their marks say now."""
    by_group: dict[int, Sequence[tuple[Reward, str]]] = {}
    for member_id in member_ids:
        member, home, row = nudges.rows_of(session, member_id)
        if member.left_at is not None:
            # What somebody has earned stays theirs.
            continue
        group_id = home.id or 0
        if group_id not in by_group:
            by_group[group_id] = _rewards(session, group_id)
        offered = [
            reward
            for reward, platform in by_group[group_id]
            if _can_have(session, reward, platform, member, row)
        ]
        if offered:
            _Reached(session, catalog, member, home, row, now).write(offered)


def _rewards(session: Session, group_id: int) -> Sequence[tuple[Reward, str]]:
    """What is rewarded in a group, each with the platform of its role."""
    return [
        (reward, session.get_one(Workspace, reward.workspace_id).platform)
        for reward in rewards.of_group(session, group_id)
        if not reward.ending
    ]


def _can_have(session: Session, reward: Reward, platform: str, member: Member, row: Group) -> bool:
    """Whether a member is where the role is: by the channel that they joined in, or by another account of theirs."""
    if platform == account_of(member.person)[0]:
        return reward.workspace_id == row.workspace_id
    return accounts.account_there(session, member.person, platform) is not None


class _Reached:
    """One member, and what their marks say."""

    def __init__(
        self, session: Session, catalog: Catalog, member: Member, home: Group, row: Group, now: datetime
    ) -> None:
        self.session, self.member, self.home, self.row, self.now = session, member, home, row, now
        self.edition: Edition = catalog.editions[home.roadmap_id]
        self.marks: Sequence[Mark] = members.marks_of(session, member.id or 0)
        self.standing_marks = standing_marks(self.marks)
        self.at = standing(self.standing_marks, self.edition.keys)

    def write(self, offered: Sequence[Reward]) -> None:
        """Let the grants say what is wanted; what changes is to be done now."""
        had = rewards.grants_of(self.session, self.member.id or 0)
        for reward in offered:
            self._write_one(reward, had)
        self.session.flush()

    def _write_one(self, reward: Reward, had: Mapping[int, Grant]) -> None:
        grant = had.get(reward.id or 0)
        topics = self._topics(reward)
        reached = self._has_streak(reward) if topics is None else all_done(topics, self.at)
        last = self.marks[-1].id if self.marks else 0
        if grant is None:
            if reached:
                new = Grant(
                    reward_id=reward.id or 0, member_id=self.member.id or 0, at_mark=last, try_at=self.now
                )
                self.session.add(new)
            return
        items = None if topics is None else items_of(self.edition, topics)
        wanted = reached or (grant.wanted and not taken_back(self.marks, grant.at_mark, items))
        if reached:
            grant.at_mark = last
        if wanted != grant.wanted:
            grant.wanted, grant.attempts = wanted, 0
            grant.try_at = self.now if wanted or grant.given else None
        self.session.add(grant)

    def _topics(self, reward: Reward) -> Sequence[Topic] | None:
        """The topics that a reward is for, as the roadmap is now; None for a streak."""
        if reward.kind == RewardKind.STREAK:
            return None
        if reward.kind == RewardKind.SECTION:
            section = section_of(self.edition, reward.target)
            return section.topics if section else ()
        topic = self.edition.roadmap.by_key.get(self.edition.keys.get(int(reward.target), ""))
        return (topic,) if topic else ()

    def _has_streak(self, reward: Reward) -> bool:
        """Whether they once had so many weeks in a row; that one ends later takes nothing from anyone."""
        chosen = preferences.preferences_of(self.session, self.row.workspace_id, self.member.person)
        group_zone = zone(self.home.zone)
        today = local(self.now, zone(chosen.zone or self.home.zone)).date()
        spans = [
            streaks.paused_days(began, ended, group_zone, local(self.now, group_zone).date())
            for began, ended in pauses.of_group(self.session, self.home.id or 0)
        ]
        aways = preferences.aways_of(self.session, self.row.workspace_id, self.member.person)
        found = streaks.streak(streaks.studied(self.standing_marks), today, spans, aways)
        return found.best >= int(reward.target)
