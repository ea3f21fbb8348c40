"""The tables. Ids of people, channels and workspaces are the platform's own, kept as text.

Where platforms meet, a person is known by a key (`core/identity.py`).
"""

from bot.store.tables.base import Meta, metadata
from bot.store.tables.groups import Group, GroupState, Pause
from bot.store.tables.marks import MarkRow, ScoreCount, ScoreRow
from bot.store.tables.people import Account, AwayRow, Code, CodeKind, Member, PreferenceRow
from bot.store.tables.posts import Nudge, NudgeKind, Post, PostKind, PostState
from bot.store.tables.rewards import Grant, Reward, RewardKind
from bot.store.tables.roadmaps import ItemRow, RoadmapRow
from bot.store.tables.workspaces import Installation, OrganizerRow, Workspace

__all__ = (
    "Account",
    "AwayRow",
    "Code",
    "CodeKind",
    "Grant",
    "Group",
    "GroupState",
    "Installation",
    "ItemRow",
    "MarkRow",
    "Member",
    "Meta",
    "Nudge",
    "NudgeKind",
    "OrganizerRow",
    "Pause",
    "Post",
    "PostKind",
    "PostState",
    "PreferenceRow",
    "Reward",
    "RewardKind",
    "RoadmapRow",
    "ScoreCount",
    "ScoreRow",
    "Workspace",
    "metadata",
)
