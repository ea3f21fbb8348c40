"""Answer a person: at the address that came with what they asked, or beside their words in a thread."""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.core.platform import Handle, TryLater
from bot.core.reply import FAULT, Attachment, Reply
from bot.core.request import Request
from bot.platforms.slack.faults import word
from bot.platforms.slack.rendering import Rendered, render
from bot.platforms.slack.requests import Asked
from bot.platforms.slack.teams import Teams
from bot.platforms.slack.web import LOST, Web
from bot.platforms.slack.words import Speller

log = logging.getLogger("roadmate.slack")

ANSWERS_FOR = 600.0
"""Seconds for which an answer is tried at most; its address is good for half an hour."""
IN_PRIVATE = (
    "📎 The {} is in your direct messages with Roadmate: Slack can't show one to you alone in a channel."
)
NO_FILE = "📎 The file could not be sent. Please try again in a moment."
QUIET: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
"""An address in a message opens no preview."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to answer: in place of the message clicked; privately in any case."""

    in_place: bool = False
    only_private: bool = False


class Answering:
    """Everything that answers need."""

    def __init__(self, web: Web, teams: Teams, handle: Handle, spell: Speller) -> None:
        self._web, self._teams, self._handle, self._spell = web, teams, handle, spell

    async def answer(self, asked: Asked, request: Request, manner: Manner) -> None:
        """Let `handle` work and answer with its reply."""
        try:
            reply = await self._handle(request)
        except Exception:
            log.exception("handle failed", extra={"command": request.command})
            reply = FAULT
        await self.respond(asked, reply, manner)

    async def respond(self, asked: Asked, reply: Reply, manner: Manner = Manner()) -> None:
        """Answer, with the reply's own privacy; a picture or file goes where only those see it who see the answer."""
        try:
            async with asyncio.timeout(ANSWERS_FOR):
                private = reply.private or manner.only_private
                # Who turns pages has the first one's picture; the others would only fill their direct messages.
                turning = (
                    private and manner.in_place and reply.attachment is not None and reply.attachment.alt
                )
                if not turning:
                    reply = await self._with_file(asked, reply, private=private)
                await self._send(asked, reply, manner)
        except (TryLater, *LOST) as error:
            _lost(asked, error)
            await self._teams.lost(asked.team, error)

    async def _send(self, asked: Asked, reply: Reply, manner: Manner) -> None:
        private = reply.private or manner.only_private
        # Never write a private reply into a message that everybody sees; who may have it there, owns the message.
        replaces = manner.in_place and asked.own and (asked.alone or not private)
        for number, message in enumerate(render(reply, asked.user)):
            shown = self.spelled(message)
            if asked.response_url:
                first = replaces and number == 0
                await self._at_address(asked, shown, private=private, replaces=first)
            else:
                await self._beside(asked, shown, private=private)

    async def _at_address(self, asked: Asked, shown: Rendered, *, private: bool, replaces: bool) -> None:
        payload: dict[str, Any] = {
            "response_type": "ephemeral" if private else "in_channel",
            "replace_original": replaces,
            "text": shown.text,
            "blocks": shown.blocks,
            **QUIET,
        }
        if asked.thread:
            payload["thread_ts"] = asked.thread
        wrong = await self._web.respond(asked.response_url, payload)
        if wrong:
            log.warning("an answer was refused", extra={"workspace": asked.team, "error": wrong})

    async def _beside(self, asked: Asked, shown: Rendered, *, private: bool) -> None:
        said: dict[str, Any] = {
            "token": await self._teams.token(asked.team),
            "channel": asked.channel.id,
            "text": shown.text,
            "blocks": shown.blocks,
            "thread_ts": asked.thread or None,
        }
        if private:
            await self._web.answers.chat_postEphemeral(user=asked.user, **said)
        else:
            await self._web.answers.chat_postMessage(**said, **QUIET)

    def spelled(self, message: Rendered) -> Rendered:
        """The same message with its commands as they are said on Slack."""
        return Rendered([_spelled(block, self._spell) for block in message.blocks], self._spell(message.text))

    async def _with_file(self, asked: Asked, reply: Reply, *, private: bool) -> Reply:
        """Send the file first, and say where it is. Slack has no file that only one person in a channel sees."""
        if reply.attachment is None:
            return reply
        try:
            await self._upload(asked, reply.attachment, private=private)
        except (TryLater, *LOST) as error:
            _lost(asked, error)
            # A picture shows what the text says; a file is what was asked for.
            return reply if reply.attachment.alt else replace(reply, text=f"{reply.text}\n{NO_FILE}")
        what = "picture" if reply.attachment.alt else "file"
        return replace(reply, text=f"{reply.text}\n{IN_PRIVATE.format(what)}") if private else reply

    async def _upload(self, asked: Asked, file: Attachment, *, private: bool) -> None:
        token, client = await self._teams.token(asked.team), self._web.answers
        where, thread = asked.channel.id, asked.thread
        if private:
            opened = await client.conversations_open(token=token, users=asked.user)
            where, thread = opened["channel"]["id"], ""
        place = await client.files_getUploadURLExternal(
            token=token, filename=file.name, length=len(file.content), alt_txt=file.alt[:1000] or None
        )
        await self._web.upload(place["upload_url"], file.content)
        await client.files_completeUploadExternal(
            token=token,
            files=[{"id": place["file_id"], "title": file.name}],
            channel_id=where,
            thread_ts=thread or None,
        )


def _spelled(block: dict[str, Any], spell: Speller) -> dict[str, Any]:
    if isinstance(text := block.get("text"), dict):
        return {**block, "text": {**text, "text": spell(text["text"])}}
    if block["type"] == "context":
        return {**block, "elements": [{**part, "text": spell(part["text"])} for part in block["elements"]]}
    return block


def _lost(asked: Asked, error: BaseException) -> None:
    # The text of an error of the network may hold the address, which lets anybody answer.
    code = word(error) if isinstance(error, SlackApiError) else ""
    log.warning(
        "an answer was lost",
        extra={"error": type(error).__name__, "code": code, "workspace": asked.team, "person": asked.user},
    )
