"""A Reply as Discord shows it: an embed and rows of buttons, cut where Discord would refuse it whole."""

import logging
from typing import NamedTuple

import discord

from bot.core.reply import Button, Reply, Style, Tone
from bot.platforms.discord.custom_ids import encode

log = logging.getLogger("roadmate.discord")

TITLE, DESCRIPTION, FOOTER, WHOLE = 256, 4096, 2048, 6000
FIELDS, FIELD_TITLE, FIELD_TEXT = 25, 256, 1024
BUTTONS, LABEL = 25, 80
NOTHING = "\u200b"
"""Discord refuses an empty field; a zero-width space is nothing that it accepts."""

_COLOURS = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x2E9E5B, Tone.WARN: 0xE8A33D}
_STYLES = {
    Style.PRIMARY: discord.ButtonStyle.primary,
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.GOOD: discord.ButtonStyle.success,
    Style.DANGER: discord.ButtonStyle.danger,
}


class Rendered(NamedTuple):
    """What Discord is sent for a Reply. The view is already stopped, so that discord.py does not keep it."""

    embed: discord.Embed
    view: discord.ui.View | None


def render(reply: Reply) -> Rendered:
    """Render a Reply within every limit of Discord's."""
    return Rendered(_embed(reply), _view(reply.buttons) if reply.buttons else None)


def cut(text: str, limit: int) -> str:
    """Shorten markdown to a limit: at the end of a line where one is near, else of a word."""
    if len(text) <= limit:
        return text
    if limit <= 1:
        return ""
    head = text[: limit - 1]
    for mark in ("\n", " "):
        at = head.rfind(mark)
        if at >= limit // 2:
            head = head[:at]
            break
    return head.rstrip("\\ \n") + "…"


def _embed(reply: Reply) -> discord.Embed:
    left = WHOLE

    def take(text: str, limit: int) -> str:
        nonlocal left
        text = cut(text, min(limit, left))
        left -= len(text)
        return text

    title, footer = take(reply.title.strip(), TITLE), take(reply.footer.strip(), FOOTER)
    text = take(reply.text.strip(), DESCRIPTION)
    if not title and not text:
        text = take(NOTHING, DESCRIPTION)
    embed = discord.Embed(title=title or None, description=text or None, colour=_COLOURS[reply.tone])
    for field in reply.fields[:FIELDS]:
        if left < FIELD_TITLE:
            break
        name = take(field.title.strip() or NOTHING, FIELD_TITLE)
        value = take(field.text.strip() or NOTHING, FIELD_TEXT)
        if not value:
            break
        embed.add_field(name=name, value=value, inline=field.inline)
    if footer:
        embed.set_footer(text=footer)
    return embed


def _view(buttons: tuple[Button, ...]) -> discord.ui.View | None:
    view = discord.ui.View(timeout=None)
    # discord.py keeps every view that is still listening for ever; clicks are routed by their ids instead.
    view.stop()
    used: set[str] = set()
    for button in buttons:
        custom_id = encode(button)
        if custom_id is None:
            log.warning("button left out: its id is too long", extra={"command": button.command})
        # Discord refuses a message with two equal ids; two such buttons would do the same anyway.
        elif custom_id not in used and len(used) < BUTTONS:
            used.add(custom_id)
            view.add_item(_button(button, custom_id))
    return view if used else None


def _button(button: Button, custom_id: str) -> discord.ui.Button[discord.ui.View]:
    label = cut(" ".join(button.label.split()), LABEL)
    if not label and not button.emoji:
        label = button.command
    return discord.ui.Button(
        style=_STYLES[button.style], label=label or None, custom_id=custom_id, emoji=button.emoji or None
    )
