"""Installations of several workspaces: kept sealed in the database, and their tokens renewed before they expire."""

import asyncio
import base64
import hashlib
import json
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.core.platform import Vault

log = logging.getLogger("roadmate.slack")

BEFORE_EXPIRY = 120
"""Minutes before a token expires in which it is renewed; Slack gives them twelve hours."""
AGAIN = 60.0
"""Seconds after which a renewal that failed is tried again; the old token holds as long."""
STATE_SECONDS = 600.0
SEALED = "an installation can't be opened: SLACK_KEY is another one"
MOST_STATES = 10_000
_KEPT = (
    *("app_id", "enterprise_id", "team_id", "bot_token", "bot_id", "bot_user_id", "bot_scopes"),
    *("bot_refresh_token", "bot_token_expires_at", "is_enterprise_install", "installed_at"),
)
"""What is kept of an installation: nothing of the person who installed it, and no token of theirs."""


class Installations(AsyncInstallationStore):
    """slack-bolt's store of installations over a few sealed texts, one for each workspace."""

    def __init__(
        self,
        vault: Vault,
        keys: Sequence[str],
        rotator: Callable[[], AsyncTokenRotator],
        came: Callable[[Collection[str]], Awaitable[object]],
    ) -> None:
        self._vault, self._rotator, self._came = vault, rotator, came
        self._seal = MultiFernet([Fernet(_key(key)) for key in keys])
        self._open: dict[str, Bot] = {}
        self._renewing: dict[str, asyncio.Lock] = {}
        self._tried: dict[str, float] = {}

    async def workspaces(self) -> Sequence[str]:
        """Where the bot is installed."""
        return await self._vault.names()

    async def bot(self, workspace: str) -> Bot | None:
        """The installation in a workspace, its token good for a while; None where there is none."""
        found = self._open.get(workspace) or await self._read(workspace)
        if found is None or not self._expires(workspace, found):
            return found
        async with self._renewing.setdefault(workspace, asyncio.Lock()):
            found = self._open.get(workspace, found)
            return await self._renewed(workspace, found) if self._expires(workspace, found) else found

    async def async_save(self, installation: Installation) -> None:
        """Keep what a workspace has installed; what it had before is replaced."""
        await self.async_save_bot(installation.to_bot())
        team = installation.team_id
        await self._came({team} if team else ())

    async def async_save_bot(self, bot: Bot) -> None:
        """The same without the person who installed it."""
        workspace = _name(bot.enterprise_id, bot.team_id, bot.is_enterprise_install)
        kept = {name: getattr(bot, name) for name in _KEPT}
        sealed = self._seal.encrypt(json.dumps(kept, default=str).encode()).decode()
        await self._vault.put(workspace, sealed)
        self._open[workspace] = bot
        self._tried.pop(workspace, None)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Find the installation of a workspace, or of the organization that it belongs to."""
        return await self.bot(_name(enterprise_id, team_id, is_enterprise_install))

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The same as slack-bolt's other half wants it."""
        name = _name(enterprise_id, team_id, is_enterprise_install)
        bot = await self.bot(name)
        if bot is None:
            return None
        return Installation(user_id=user_id or "", **{key: getattr(bot, key) for key in _KEPT})

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget an installation."""
        await self.drop(_name(enterprise_id, team_id, is_org=False))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """The same: no person's installation is kept."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def drop(self, workspace: str) -> None:
        """Forget the installation in a workspace."""
        self._open.pop(workspace, None)
        await self._vault.drop(workspace)

    async def _read(self, workspace: str) -> Bot | None:
        sealed = await self._vault.get(workspace)
        if sealed is None:
            return None
        try:
            kept = json.loads(self._seal.decrypt(sealed.encode()))
        except InvalidToken:
            log.error(SEALED, extra={"workspace": workspace})  # noqa: TRY400 - a trace would tell no more
            return None
        self._open[workspace] = bot = Bot(**kept)
        return bot

    def _expires(self, workspace: str, bot: Bot) -> bool:
        at = bot.bot_token_expires_at
        soon = at is not None and at <= time.time() + BEFORE_EXPIRY * 60
        return soon and time.monotonic() - self._tried.get(workspace, float("-inf")) > AGAIN

    async def _renewed(self, workspace: str, bot: Bot) -> Bot:
        self._tried[workspace] = time.monotonic()
        try:
            found = await self._rotator().perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=BEFORE_EXPIRY
            )
        except (SlackTokenRotationError, OSError, TimeoutError) as error:
            log.warning(
                "a token could not be renewed yet",
                extra={"workspace": workspace, "error": type(error).__name__},
            )
            return bot
        if found is None:
            return bot
        await self.async_save_bot(found)
        return found


class States(AsyncOAuthStateStore):
    """The states of installations that were begun: each is good once, for ten minutes, in this process."""

    def __init__(self) -> None:
        self._issued: OrderedDict[str, float] = OrderedDict()

    async def async_issue(self, *_args: object, **_more: object) -> str:
        """Begin one."""
        state = secrets.token_urlsafe(24)
        self._issued[state] = time.monotonic() + STATE_SECONDS
        while len(self._issued) > MOST_STATES:
            self._issued.popitem(last=False)
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether that one was begun here and is not too old."""
        return self._issued.pop(state, 0.0) > time.monotonic()


def _name(enterprise: str | None, team: str | None, is_org: bool | None) -> str:
    return (enterprise if is_org or not team else team) or ""


def _key(text: str) -> bytes:
    """A key for sealing, made of any text that the settings hold."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
