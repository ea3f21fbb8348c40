"""Posts, threads and direct messages: what the bot says by itself."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.core.markup import bold
from bot.core.platform import Closed, Deleted, Held, Message, TryLater
from bot.core.reply import Reply
from bot.platforms.slack.answering import QUIET, Answering
from bot.platforms.slack.faults import CLOSED, explained, word
from bot.platforms.slack.ids import team_of, user_of
from bot.platforms.slack.mrkdwn import escaped, mrkdwn
from bot.platforms.slack.pacing import Pace
from bot.platforms.slack.rendering import render_one, section
from bot.platforms.slack.teams import Team, Teams
from bot.platforms.slack.web import LOST, Web

log = logging.getLogger("roadmate.slack")

DELETED = "The message was deleted."
POST, DISCUSSION = "roadmate_post", "roadmate_discussion"
"""Kinds of our messages: with its mark, each is found again in the channel, whatever became of the answer."""
IN = ":"
"""Stands between a channel and the message whose thread is meant."""
A_PAGE, LOOK_BACK = 200, 1000
UNREADABLE = "Roadmate may not read the channel's history, and can't tell whether it has posted."
TOO_MUCH = (
    "So much was said in the channel since that Roadmate can't tell whether it has posted. Look there first."
)
TOO_LONG_AGO = "It is too long ago to simply send it."
FALLBACK = 300


class Sending:
    """Everything that posts need."""

    def __init__(self, web: Web, teams: Teams, answering: Answering, pace: Pace) -> None:
        self._web, self._teams, self._answering, self._pace = web, teams, answering, pace

    async def send(self, message: Message) -> str:
        """Post a message and return its timestamp, which is its id in the channel."""
        shown = self._answering.spelled(render_one(message.reply))
        async with self._speaking(message.workspace) as team:
            channel, _, thread = message.channel.partition(IN)
            await self._pace.turn(channel)
            if not message.still():
                raise TryLater(TOO_LONG_AGO)
            said = await self._web.posts.chat_postMessage(
                token=team.token,
                channel=channel,
                thread_ts=thread or None,
                text=shown.text,
                blocks=shown.blocks,
                metadata=_metadata(POST, message.mark),
                **QUIET,
            )
        return str(said["ts"])

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a post of ours by the mark in its metadata, in what was said in a channel since a time."""
        seen = 0
        async with self._speaking(message.workspace) as team:
            try:
                async for found in self._history(team, message.channel, since):
                    seen += 1
                    if _is(found, team, POST, message.mark):
                        return str(found["ts"])
                    if seen == LOOK_BACK:
                        raise Held(TOO_MUCH)
            except SlackApiError as error:
                if word(error) == "missing_scope":
                    raise Held(UNREADABLE) from error
                raise
        return None

    async def _history(self, team: Team, channel: str, since: datetime) -> AsyncIterator[Any]:
        cursor: str | None = ""
        while cursor is not None:
            page = await self._web.posts.conversations_history(
                token=team.token,
                channel=channel,
                oldest=f"{since.timestamp():.6f}",
                limit=A_PAGE,
                include_all_metadata=True,
                cursor=cursor or None,
            )
            for found in page["messages"]:
                yield found
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """Let a message say something else. Raises Deleted where it is gone, and as `send` does."""
        shown = self._answering.spelled(render_one(reply))
        async with self._speaking(workspace) as team:
            await self._pace.turn(channel)
            try:
                await self._web.posts.chat_update(
                    token=team.token, channel=channel, ts=message_id, text=shown.text, blocks=shown.blocks
                )
            except SlackApiError as error:
                if word(error) == "message_not_found":
                    raise Deleted(DELETED) from error
                raise

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Begin the discussion under a message, once: on Slack a thread is the replies to it.

        Its id is that of the channel with the message's, so that something can be said there too.
        """
        async with self._speaking(workspace) as team:
            replies = await self._web.posts.conversations_replies(
                token=team.token,
                channel=channel,
                ts=message_id,
                limit=A_PAGE,
                include_all_metadata=True,
            )
            if not any(_is(found, team, DISCUSSION, message_id) for found in replies["messages"]):
                await self._pace.turn(channel)
                await self._web.posts.chat_postMessage(
                    token=team.token,
                    channel=channel,
                    thread_ts=message_id,
                    text=escaped(name)[:FALLBACK],
                    blocks=[section(mrkdwn(f"{bold(name)}\n{text}")[:3000])],
                    metadata=_metadata(DISCUSSION, message_id),
                    **QUIET,
                )
        return f"{channel}{IN}{message_id}"

    async def direct(self, workspace: str, person: str) -> str:
        """Open the channel of a person's direct messages, which is always the same one, and return its id."""
        async with self._speaking(workspace) as team:
            try:
                opened = await self._web.posts.conversations_open(token=team.token, users=user_of(person))
            except SlackApiError as error:
                if word(error) in CLOSED:
                    raise Closed("They take no direct messages from Roadmate.") from error
                raise
        return str(opened["channel"]["id"])

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Send a direct message; False where the person takes none or it did not work out."""
        shown = self._answering.spelled(render_one(reply))
        try:
            token, client = await self._teams.token(workspace or team_of(person)), self._web.answers
            opened = await client.conversations_open(token=token, users=user_of(person))
            await client.chat_postMessage(
                token=token, channel=opened["channel"]["id"], text=shown.text, blocks=shown.blocks, **QUIET
            )
        except (TryLater, KeyError, *LOST) as error:
            log.warning(
                "a direct message was not taken", extra={"person": person, "error": type(error).__name__}
            )
            return False
        return True

    @asynccontextmanager
    async def _speaking(self, workspace: str) -> AsyncIterator[Team]:
        """Speak in a workspace; what goes wrong is Held, TryLater or Unsure, and a dead token pauses it."""
        try:
            async with explained():
                await self._teams.token(workspace)
                team = await self._teams.team(workspace)
                assert team is not None
                yield team
        except Exception as error:
            if isinstance(error.__cause__, SlackApiError):
                await asyncio.shield(self._teams.lost(workspace, error.__cause__))
            raise


def _metadata(kind: str, mark: str) -> dict[str, Any]:
    return {"event_type": kind, "event_payload": {"mark": mark}}


def _is(message: Any, team: Team, kind: str, mark: str) -> bool:
    """Whether a message is ours and of that mark: any app may write metadata like it."""
    found = message.get("metadata") or {}
    payload = found.get("event_payload") or {}
    ours = team.bot_id in (message.get("bot_id"), (message.get("bot_profile") or {}).get("id"))
    return ours and found.get("event_type") == kind and payload.get("mark") == mark
