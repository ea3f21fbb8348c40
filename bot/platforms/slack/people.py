"""Who somebody is, and what a channel is, as Slack says it now."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.core.request import Channel, ChannelKind, Person
from bot.core.text import clean
from bot.platforms.slack.faults import word
from bot.platforms.slack.ids import person_id
from bot.platforms.slack.teams import Teams
from bot.platforms.slack.web import LOST, Web

REMEMBERED = 10_000
NAME = 100
FRESH = 300.0
"""Seconds for which a name is good enough; rights are asked for each time."""
IN_CHANNEL = "/invite @roadmate"
"""What a channel lacks in which the bot is not, in Slack's own words."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as Slack shows them: `organizes` says that they are an admin or owner of the workspace."""

    person: Person
    zone: str | None = None
    organizes: bool = False
    asked_at: float = 0.0


class People:
    """Asks Slack about people and channels, and remembers names for a while."""

    def __init__(self, web: Web, teams: Teams, monotonic: Callable[[], float]) -> None:
        self._web, self._teams, self._now = web, teams, monotonic
        self._known: OrderedDict[tuple[str, str], Profile] = OrderedDict()

    async def member(self, team: str, user: str, name: str) -> Profile:
        """Somebody of a workspace, whose rights matter for no more than what is offered.

        Where Slack does not say their name, it is the one that came along.
        """
        known = self._known.get((team, user))
        if known is not None and self._now() - known.asked_at < FRESH:
            return known
        try:
            return await self.profile(team, user)
        except LOST:
            return known or Profile(Person(person_id(team, user), name or user))

    async def profile(self, team: str, user: str) -> Profile:
        """Somebody of a workspace as they are at this very moment. Raises what is in LOST."""
        token = await self._teams.token(team)
        found = await self._web.answers.users_info(token=token, user=user)
        profile = replace(_profile(team, found["user"]), asked_at=self._now())
        self._known[team, user] = profile
        self._known.move_to_end((team, user))
        self._let_go()
        return profile

    async def channel(self, team: str, channel: Channel) -> Channel:
        """A channel with its name and what the bot lacks there. Raises what is in LOST."""
        token = await self._teams.token(team)
        try:
            found = (await self._web.answers.conversations_info(token=token, channel=channel.id))["channel"]
        except SlackApiError as error:
            if word(error) != "channel_not_found":
                raise
            # A private channel is not even there for somebody who is not in it.
            return replace(channel, missing=(IN_CHANNEL,))
        kind = ChannelKind.DIRECT if found.get("is_im") or found.get("is_mpim") else ChannelKind.TEXT
        name = clean(str(found.get("name") or channel.name), NAME)
        return replace(channel, name=name, kind=kind, missing=() if found.get("is_member") else (IN_CHANNEL,))

    def _let_go(self) -> None:
        """Keep nobody's name for longer than it is good for."""
        oldest = self._now() - FRESH
        while self._known and (
            len(self._known) > REMEMBERED or next(iter(self._known.values())).asked_at < oldest
        ):
            self._known.popitem(last=False)


def _profile(team: str, user: Any) -> Profile:
    shown = user.get("profile") or {}
    names = (shown.get("display_name"), shown.get("real_name"), user.get("real_name"), user.get("name"))
    name = next((name for name in names if name), user["id"])
    # Somebody from another company in a shared channel may be an admin over there.
    own = user.get("team_id", team) == team and not user.get("is_restricted") and not user.get("deleted")
    organizes = own and any(user.get(right) for right in ("is_admin", "is_owner", "is_primary_owner"))
    return Profile(
        Person(person_id(team, str(user["id"])), str(name)), user.get("tz") or None, bool(organizes)
    )
