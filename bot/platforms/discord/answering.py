"""Answer an interaction once: directly when the reply is ready in time, else after deferring."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import discord

from bot.core.platform import Handle
from bot.core.reply import FAULT, Reply, Tone
from bot.core.request import Request
from bot.platforms.discord.rendering import Rendered, attached, render
from bot.platforms.discord.requests import Interaction

log = logging.getLogger("roadmate.discord")

SLOW = 1.5
"""Discord gives three seconds for the first answer, and half of them may go on the way."""

OLD_COMMAND = Reply(
    "That command has changed",
    "Discord still shows you an older form of it. Reload Discord (Ctrl+R) and send it again.",
    tone=Tone.WARN,
)
_PLACEHOLDER = "…"

# RuntimeError is aiohttp's word for a connection that we have closed, as when stopping.
LOST = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""What can happen on the way to Discord; what the command did is kept all the same."""

_TOO_LATE = frozenset({10062, 40060, 10008, 10015})
"""The interaction has expired or was answered already; message or webhook gone."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to answer: how private after deferring; in place of the message clicked; privately in any case."""

    deferred_private: bool = True
    in_place: bool = False
    only_private: bool = False


Render = Callable[[Reply], Rendered]


class _Ahead:
    """Renders a reply once, and that while it is being saved: the disk takes as long as the rendering."""

    def __init__(self) -> None:
        self._made: tuple[Reply, Rendered] | None = None

    def prepare(self, reply: Reply) -> None:
        self._made = reply, render(reply)

    def render(self, reply: Reply) -> Rendered:
        """Another reply than the one that was prepared came of it when the saving failed."""
        made = self._made
        return made[1] if made is not None and made[0] is reply else render(reply)


async def answer(interaction: Interaction, handle: Handle, request: Request, manner: Manner) -> None:
    """Let `handle` work and answer with its reply."""
    ahead = _Ahead()
    deferring: asyncio.Task[bool] | None = None

    def defer() -> None:
        nonlocal deferring
        deferring = asyncio.create_task(_defer(interaction, manner))

    # A timer costs less on the way of every quick answer than a task to wait for.
    loop = asyncio.get_running_loop()
    timer = loop.call_at(loop.time() + SLOW, defer)
    try:
        reply = await handle(request, ahead.prepare)
    except Exception:
        log.exception("handle failed", extra={"command": request.command})
        reply = FAULT
    finally:
        timer.cancel()
    if deferring is None:
        await respond(interaction, reply, manner, ahead.render)
    elif await deferring:
        await _follow_up(interaction, reply, manner)


async def respond(interaction: Interaction, reply: Reply, manner: Manner, rendered: Render = render) -> None:
    """Answer directly, with the reply's own privacy."""
    try:
        if _replaces(interaction, reply, manner):
            await interaction.response.edit_message(**_edited(reply, rendered(reply)))
        else:
            private = reply.private or manner.only_private
            await interaction.response.send_message(ephemeral=private, **_sent(reply, rendered(reply)))
    except LOST as error:
        if _picture_refused(reply, error):
            await respond(interaction, replace(reply, attachment=None), manner)
        else:
            _lost(interaction, error)


def _picture_refused(reply: Reply, error: Exception) -> bool:
    """Whether Discord took the message for bad, and that may be for its picture: the text is complete without."""
    picture = reply.attachment if reply.attachment is not None and reply.attachment.alt else None
    if picture is None or not isinstance(error, discord.HTTPException) or error.code in _TOO_LATE:
        return False
    log.warning("a picture was refused", extra={"picture": picture.name, "code": error.code})
    return True


async def _defer(interaction: Interaction, manner: Manner) -> bool:
    try:
        if manner.in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=_deferred_private(manner), thinking=True)
    except LOST as error:
        _lost(interaction, error)
        return False
    return True


async def _follow_up(interaction: Interaction, reply: Reply, manner: Manner) -> None:
    """Answer after deferring, which has fixed the privacy of the message that is there now."""
    private = reply.private or manner.only_private
    try:
        if manner.in_place:
            if _replaces(interaction, reply, manner):
                await interaction.edit_original_response(**_edited(reply, render(reply)))
                return
        elif private == _deferred_private(manner):
            await interaction.edit_original_response(**_edited(reply, render(reply)))
            return
        else:
            # A follow-up to a message that still loads becomes that message, with its privacy, and is refused
            # where that was deleted: so it is filled in first and goes last.
            await interaction.edit_original_response(content=_PLACEHOLDER)
        await interaction.followup.send(ephemeral=private, **_sent(reply, render(reply)))
        if not manner.in_place:
            await interaction.delete_original_response()
    except LOST as error:
        if _picture_refused(reply, error):
            await _follow_up(interaction, replace(reply, attachment=None), manner)
        else:
            _lost(interaction, error)


def _deferred_private(manner: Manner) -> bool:
    return manner.deferred_private or manner.only_private


def _replaces(interaction: Interaction, reply: Reply, manner: Manner) -> bool:
    """Never write a private reply into a message that everybody sees."""
    message = interaction.message
    return manner.in_place and message is not None and (message.flags.ephemeral or not reply.private)


def _sent(reply: Reply, rendered: Rendered) -> dict[str, Any]:
    """A reply as a new message."""
    embed, view = rendered
    parts = {"embed": embed, "view": view, "file": attached(reply)}
    return {name: part for name, part in parts.items() if part is not None}


def _edited(reply: Reply, rendered: Rendered) -> dict[str, Any]:
    """A reply in place of a message: its buttons and its file go too."""
    embed, view = rendered
    file = attached(reply)
    return {"embed": embed, "view": view, "attachments": [file] if file else []}


def _lost(interaction: Interaction, error: Exception) -> None:
    code = getattr(error, "code", None)
    # The text of an error of the network may hold the address, and with it the interaction's token.
    log.log(
        logging.INFO if code in _TOO_LATE else logging.WARNING,
        "an answer was lost",
        extra={
            "error": type(error).__name__,
            "code": code,
            "interaction": interaction.id,
            "workspace": interaction.guild_id,
            "person": interaction.user.id,
        },
    )
