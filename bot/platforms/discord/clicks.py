"""Clicks and forms: every one is routed by its id alone, so that old messages work after a restart."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.core.command import Command, Option
from bot.core.custom_ids import Clicked, decode
from bot.core.forms import askable, entries, presented
from bot.core.platform import Handle
from bot.core.reply import FAULT, OLD_BUTTON, Reply
from bot.platforms.discord.answering import LOST, Manner, answer, respond
from bot.platforms.discord.forms import filled_in, form
from bot.platforms.discord.requests import Interaction, request_from

log = logging.getLogger("roadmate.discord")


async def clicked(interaction: Interaction, commands: Mapping[str, Command], handle: Handle) -> None:
    """Answer a click or a submitted form by saying the command that its id carries."""
    data: Mapping[str, Any] = interaction.data or {}
    said = decode(str(data.get("custom_id", "")))
    command = commands.get(said.command) if said else None
    if said is None or command is None:
        await respond(interaction, OLD_BUTTON, Manner())
        return
    submitted = interaction.type is discord.InteractionType.modal_submit
    typed = filled_in(data) if submitted else {}
    asked = () if submitted else askable(command, said.ask)
    ask = tuple(option.name for option in asked)
    try:
        request = request_from(interaction, said.command, {**said.args, **typed}, ask)
    except Exception:
        log.exception("unreadable click", extra={"interaction": interaction.id})
        await respond(interaction, FAULT, Manner())
        return
    if asked:
        await _ask(interaction, await presented(handle, request), said, asked)
    else:
        await answer(interaction, handle, request, _manner(interaction, command, said))


async def _ask(interaction: Interaction, reply: Reply, said: Clicked, asked: Sequence[Option]) -> None:
    """Show the form with what the options are now, or say why there is none."""
    if reply.form is None:
        await respond(interaction, reply, Manner())
        return
    try:
        await interaction.response.send_modal(form(said, entries(asked, reply.form), _label(interaction)))
    except LOST as error:
        log.warning("a form was lost", extra={"error": type(error).__name__, "interaction": interaction.id})


def _manner(interaction: Interaction, command: Command, said: Clicked) -> Manner:
    if not said.replaces:
        return Manner(command.private)
    own = _is_own(interaction)
    return Manner(command.private, in_place=own, only_private=not own)


def _is_own(interaction: Interaction) -> bool:
    """Whether the message clicked belongs to the clicker alone: private, or the answer to their own words."""
    message = interaction.message
    if message is None:
        return False
    cause = message.interaction_metadata
    return message.flags.ephemeral or (cause is not None and cause.user.id == interaction.user.id)


def _label(interaction: Interaction) -> str:
    data: Mapping[str, Any] = interaction.data or {}
    rows = interaction.message.components if interaction.message else []
    for row in rows:
        for item in getattr(row, "children", ()):
            if getattr(item, "custom_id", None) == data.get("custom_id"):
                return getattr(item, "label", None) or ""
    return ""
