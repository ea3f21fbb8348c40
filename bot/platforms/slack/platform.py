"""Slack as a platform: the commands go in, requests come out, posts are sent."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.core.command import Command
from bot.core.errors import Passing, StartupError
from bot.core.platform import Handle, Message, Notes, Roles, Vault
from bot.core.reply import Reply
from bot.platforms.slack.access import Access
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.faults import DEAD, word
from bot.platforms.slack.incoming import Incoming
from bot.platforms.slack.installing import Installations, States
from bot.platforms.slack.manifest import SCOPES
from bot.platforms.slack.pacing import Pace
from bot.platforms.slack.people import People
from bot.platforms.slack.sending import Sending
from bot.platforms.slack.serving import Door, Server, application
from bot.platforms.slack.teams import Came, Left, Teams
from bot.platforms.slack.web import LIBRARY, LOST, Web
from bot.platforms.slack.words import NAME, Speller

NO_SOCKET = (
    "Slack does not accept SLACK_APP_TOKEN. Make one with the scope connections:write on the page "
    "Basic Information of your app at https://api.slack.com/apps, and switch Socket Mode on."
)
NOT_CONNECTED = "Slack is not connected."
PING = 10.0


class SlackPlatform:
    """The platform over slack-bolt. Making one contacts nobody and needs no running event loop."""

    name = NAME
    knows_nonces = False
    roles: Roles | None = None

    def __init__(
        self,
        commands: Sequence[Command],
        handle: Handle,
        vault: Vault,
        notes: Notes,
        left: Left,
        came: Came,
        clock: Callable[[], datetime],
        access: Access,
    ) -> None:
        self._access, self._clock = access, clock
        self._web = Web()
        self._installations = (
            Installations(vault, access.keys, self._rotator, came) if access.client_id else None
        )
        self.teams = Teams(access, self._web, self._installations, notes, came, left)
        self.people = People(self._web, self.teams, time.monotonic)
        answering = Answering(self._web, self.teams, handle, Speller(commands))
        self._incoming = Incoming(commands, handle, self._web, self.teams, self.people, answering)
        self._sending = Sending(self._web, self.teams, answering, Pace())
        self._server: Server | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._open = False
        self._closed = asyncio.Event()
        self.port = 0

    def _rotator(self) -> AsyncTokenRotator:
        return AsyncTokenRotator(
            client=self._web.answers,
            client_id=self._access.client_id,
            client_secret=self._access.client_secret,
        )

    def connected(self) -> bool:
        """Whether Slack can reach us: the server listens, the socket is up."""
        socket = self._socket.client.current_session if self._socket else None
        return self._open and (self._socket is None or (socket is not None and not socket.closed))

    def ready(self) -> bool:
        """Whether posts can be sent, which does not need the socket."""
        return self._open and not self.teams.revoked and not self.teams.is_foreign

    def refusals(self) -> int:
        """Slack bans nobody for requests that it refuses."""
        return 0

    def latency(self) -> float:
        """It tells nobody how long its heartbeat takes."""
        return math.nan

    def troubles(self) -> list[str]:
        """What the operator should know, in words."""
        return [*([] if self.connected() else [NOT_CONNECTED]), *self.teams.troubles()]

    async def send(self, message: Message) -> str:
        """Post a message and return its id."""
        return await self._sending.send(message)

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message in its channel's history."""
        return await self._sending.find(message, since)

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """Let a message of ours say something else."""
        await self._sending.edit(workspace, channel, message_id, reply)

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Begin the discussion under a message, once, and return its id."""
        return await self._sending.open_thread(workspace, channel, message_id, name, text)

    async def direct(self, workspace: str, person: str) -> str:
        """The channel in which a person is spoken to privately."""
        return await self._sending.direct(workspace, person)

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Send somebody a direct message; False where they take none."""
        return await self._sending.tell(workspace, person, reply)

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """The address of a message."""
        return self.teams.address(workspace, channel, message_id)

    async def start(self) -> None:
        """Open what answers and posts need, and let Slack in. Raises StartupError and Passing."""
        self._closed = asyncio.Event()
        await self._web.open()
        await self.teams.look_around()
        app = self._app()
        self._incoming.listen(app)
        if self._access.app_token:
            await self._connect(app)
        else:
            door = Door(self._access.signing_secret, self._clock)
            self._server = Server(application(app, door), self._access.host, self._access.port)
            try:
                self.port = await self._server.start()
            except OSError as error:
                raise StartupError(
                    f"SLACK_HOST {self._access.host}, SLACK_PORT {self._access.port} can't be listened at: "
                    f"{error.strerror or error}."
                ) from error
        self._open = True

    def _app(self) -> AsyncApp:
        # Signatures are checked before Bolt, and who asks is known without asking Slack: nothing delays its answer.
        with _quietly():
            return AsyncApp(
                name="roadmate",
                logger=LIBRARY,
                client=self._web.answers,
                signing_secret=self._access.signing_secret or "by a socket",
                authorize=cast("Any", self.teams),
                request_verification_enabled=False,
                oauth_flow=self._flow(),
            )

    def _flow(self) -> AsyncOAuthFlow | None:
        if self._installations is None:
            return None
        settings = AsyncOAuthSettings(
            client_id=self._access.client_id,
            client_secret=self._access.client_secret,
            scopes=list(SCOPES),
            user_scopes=[],
            installation_store=self._installations,
            state_store=States(),
        )
        return AsyncOAuthFlow(client=self._web.answers, logger=LIBRARY, settings=settings)

    async def _connect(self, app: AsyncApp) -> None:
        """Open the socket, once the token for it is known to be one: the library would try for ever."""
        try:
            await self._web.answers.apps_connections_open(app_token=self._access.app_token)
        except SlackApiError as error:
            if word(error) in DEAD | {"missing_scope", "not_allowed_token_type"}:
                raise StartupError(NO_SOCKET) from error
            raise Passing(f"Slack refuses the connection just now ({word(error)}).") from error
        except LOST as error:
            raise Passing(f"Slack can't be reached: {type(error).__name__}.") from error
        self._socket = AsyncSocketModeHandler(
            app, self._access.app_token, logger=LIBRARY, web_client=self._web.answers, ping_interval=PING
        )
        await self._socket.connect_async()  # type: ignore[no-untyped-call]

    async def run(self) -> None:
        """Stay connected until closed. Can be called again after it has died."""
        try:
            await self.start()
            await self._closed.wait()
        finally:
            await self.close()

    async def idle(self) -> None:
        """Wait until everybody who has asked something is answered."""
        await self._incoming.underway.idle()

    async def close(self) -> None:
        """Leave Slack."""
        self._open = False
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        if self._server is not None:
            await self._server.stop()
        self._socket = self._server = None
        await self._web.close()
        self._closed.set()


@contextmanager
def _quietly() -> Iterator[None]:
    """Without Bolt's warning that it does not use SLACK_BOT_TOKEN, which it finds in the environment by itself."""
    level = LIBRARY.level
    LIBRARY.setLevel(logging.ERROR)
    try:
        yield
    finally:
        LIBRARY.setLevel(level)
