"""Which workspaces the bot is in, and with which token it speaks in each."""

import logging
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError

from bot.core.errors import Passing, StartupError
from bot.core.ownership import FOREIGN, is_ours
from bot.core.platform import Notes, TryLater
from bot.platforms.slack.access import Access
from bot.platforms.slack.faults import DEAD, NOT_INSTALLED, word
from bot.platforms.slack.installing import Installations
from bot.platforms.slack.web import LOST, Web
from bot.platforms.slack.words import NAME

log = logging.getLogger("roadmate.slack")

Left = Callable[[str], Awaitable[None]]
Came = Callable[[Collection[str]], Awaitable[Sequence[str]]]

NOT_ACCEPTED = (
    "Slack does not accept SLACK_BOT_TOKEN. Copy it again from the page OAuth & Permissions of your app "
    "at https://api.slack.com/apps."
)
_DOMAIN = re.compile(r"[a-z0-9-]{1,60}")
REVOKED = "Slack does not accept the bot's token any more; posts wait."


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace and how the bot speaks there."""

    id: str
    token: str
    bot_id: str = ""
    user: str = ""


class Teams(AsyncAuthorize):
    """The one workspace of SLACK_BOT_TOKEN, or all that were installed."""

    def __init__(
        self,
        access: Access,
        web: Web,
        installations: Installations | None,
        notes: Notes,
        came: Came,
        left: Left,
    ) -> None:
        self._access, self._web, self._installations = access, web, installations
        self._notes, self._came, self._left = notes, came, left
        self._only: Team | None = None
        self.revoked = self.is_foreign = False
        self._domains: dict[str, str] = {}

    async def look_around(self) -> None:
        """Find out where the bot is. Raises StartupError for a token that is none, and Passing."""
        if self._installations is not None:
            await self._settle(self._access.client_id, await self._installations.workspaces())
            return
        try:
            said = await self._web.answers.auth_test(token=self._access.bot_token)
            bot = await self._web.answers.bots_info(token=self._access.bot_token, bot=said["bot_id"])
        except SlackApiError as error:
            if word(error) in DEAD:
                raise StartupError(NOT_ACCEPTED) from error
            raise Passing(f"Slack refuses the start just now ({word(error)}).") from error
        except LOST as error:
            raise Passing(f"Slack can't be reached: {type(error).__name__}.") from error
        self._only = Team(said["team_id"], self._access.bot_token, said["bot_id"], said["user_id"])
        self.revoked = False
        self.lives_at(self._only.id, (urlsplit(str(said.get("url", ""))).hostname or "").partition(".")[0])
        await self._settle(str(bot["bot"]["app_id"]), [self._only.id])

    async def _settle(self, application: str, workspaces: Sequence[str]) -> None:
        """Find out whose database it is, and say where the bot is if it is ours."""
        self.is_foreign = not await is_ours(self._notes, NAME, application)
        if not self.is_foreign:
            await self._came(set(workspaces))

    async def team(self, workspace: str) -> Team | None:
        """How the bot speaks in a workspace; None where it is not installed."""
        if self._installations is not None:
            bot = await self._installations.bot(workspace)
            return Team(workspace, bot.bot_token, bot.bot_id, bot.bot_user_id) if bot else None
        return self._only if self._only is not None and self._only.id == workspace else None

    async def token(self, workspace: str) -> str:
        """The token for a workspace. Raises TryLater where there is none."""
        found = await self.team(workspace)
        if found is None:
            raise TryLater(NOT_INSTALLED, 60.0)
        return found.token

    async def __call__(
        self, *, enterprise_id: str | None, team_id: str | None, **_more: Any
    ) -> AuthorizeResult | None:
        """What slack-bolt asks before each request. It is answered from memory, so nothing delays its answer."""
        found = await self.team(team_id or enterprise_id or "")
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=found.id,
            bot_token=found.token,
            bot_id=found.bot_id,
            bot_user_id=found.user,
        )

    def lives_at(self, workspace: str, domain: str) -> None:
        """Remember a workspace's own name in addresses, which comes with whatever people ask there."""
        if _DOMAIN.fullmatch(domain):
            self._domains[workspace] = domain

    def address(self, workspace: str, channel: str, message_id: str) -> str:
        """The address of a message; of its channel, as long as nobody in the workspace has spoken."""
        domain = self._domains.get(workspace)
        if domain is None:
            return f"https://slack.com/app_redirect?team={workspace}&channel={channel}"
        return f"https://{domain}.slack.com/archives/{channel}/p{message_id.replace('.', '')}"

    async def lost(self, workspace: str, error: BaseException) -> None:
        """Pause a workspace whose token is no longer one; everything of it is kept."""
        if word(error) not in DEAD:
            return
        log.error("a token was revoked", extra={"workspace": workspace, "error": word(error)})
        if self._installations is None:
            # Whoever runs the bot may have set it anew a moment ago: posts wait, and go on with the next start.
            self.revoked = True
        else:
            await self.removed(workspace)

    async def removed(self, workspace: str) -> None:
        """The bot was removed from a workspace: nothing is planned or sent there, and everything is kept."""
        if self._installations is not None:
            await self._installations.drop(workspace)
        await self._left(workspace)

    def troubles(self) -> list[str]:
        """What the operator should know, in words."""
        said = {REVOKED: self.revoked, FOREIGN: self.is_foreign}
        return [sentence for sentence, so in said.items() if so]
