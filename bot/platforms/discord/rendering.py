"""A Reply as Discord shows it: an embed and rows of buttons, cut where Discord would refuse it whole."""

import io
from functools import lru_cache
from typing import Any, NamedTuple

import discord

from bot.core.custom_ids import encode
from bot.core.markup import cut
from bot.core.reply import Button, Reply, Style, Tone, left_out_note

TITLE, DESCRIPTION, FOOTER, WHOLE, ALT = 256, 4096, 2048, 6000, 1024
FIELDS, FIELD_TITLE, FIELD_TEXT = 25, 256, 1024
BUTTONS, A_ROW, LABEL = 25, 5, 80
NOTHING = "\u200b"
"""Discord refuses an empty field; a zero-width space is nothing that it accepts."""

_COLOURS = {Tone.PLAIN: 0x5865F2, Tone.GOOD: 0x2E9E5B, Tone.WARN: 0xE8A33D}
_STYLES = {
    Style.PRIMARY: discord.ButtonStyle.primary.value,
    Style.PLAIN: discord.ButtonStyle.secondary.value,
    Style.GOOD: discord.ButtonStyle.success.value,
    Style.DANGER: discord.ButtonStyle.danger.value,
}
_Look = tuple[str, str, str, Style, str]
"""What is to be seen of a button: custom_id, label, command, style and emoji."""
_ROW, _BUTTON = discord.ComponentType.action_row.value, discord.ComponentType.button.value


class Rendered(NamedTuple):
    """What Discord is sent for a Reply. The view is already stopped, so that discord.py does not keep it."""

    embed: discord.Embed
    view: discord.ui.View | None


def render(reply: Reply) -> Rendered:
    """Render a Reply within every limit of Discord's; a button that can't carry its arguments is named instead."""
    view, left_out = _view(reply.buttons) if reply.buttons else (None, [])
    return Rendered(_embed(reply, left_out_note(left_out)), view)


def attached(reply: Reply) -> discord.File | None:
    """The file of a Reply; one can be sent once only.

    A picture is not put into the embed: beside it Discord shows it larger, and reads its words to who can't see it.
    """
    found = reply.attachment
    if found is None:
        return None
    return discord.File(io.BytesIO(found.content), found.name, description=cut(found.alt, ALT) or None)


def _embed(reply: Reply, note: str) -> discord.Embed:
    left = WHOLE

    def take(text: str, limit: int) -> str:
        nonlocal left
        text = cut(text, min(limit, left))
        left -= len(text)
        return text

    title, footer = take(reply.title.strip(), TITLE), take(reply.footer.strip(), FOOTER)
    text = take("\n".join(filter(None, (note, reply.text.strip()))), DESCRIPTION)
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


def _view(buttons: tuple[Button, ...]) -> tuple["_Rows | None", list[str]]:
    """The buttons, and the labels of those whose ids are too long."""
    made: dict[str, Button] = {}
    left_out: list[str] = []
    for button in buttons:
        custom_id = encode(button)
        if custom_id is None:
            left_out.append(cut(button.label, LABEL))
        # Discord refuses a message with two equal ids; two such buttons would do the same anyway.
        elif custom_id not in made and len(made) < BUTTONS:
            made[custom_id] = button
    looks = tuple([(id_, b.label, b.command, b.style, b.emoji) for id_, b in made.items()])
    return (_Rows(_rows(looks)) if looks else None), left_out


# A group is shown the same few rows of buttons again and again.
@lru_cache(maxsize=256)
def _rows(looks: tuple[_Look, ...]) -> list[dict[str, Any]]:
    found = [_button(*look) for look in looks]
    return [{"type": _ROW, "components": found[at : at + A_ROW]} for at in range(0, len(found), A_ROW)]


def _button(custom_id: str, label: str, command: str, style: Style, emoji: str) -> dict[str, Any]:
    made = {"type": _BUTTON, "style": _STYLES[style], "custom_id": custom_id}
    label = cut(" ".join(label.split()), LABEL)
    if label or not emoji:
        made["label"] = label or command
    if emoji:
        made["emoji"] = {"name": emoji}
    return made


class _Rows(discord.ui.View):
    """Rows of buttons as Discord reads them; clicks are routed by their ids.

    Stopped from the start: discord.py keeps every view that listens, for ever.
    """

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        super().__init__(timeout=None)
        self._rows = rows
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        return self._rows
