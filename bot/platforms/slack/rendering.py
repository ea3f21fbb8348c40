"""A Reply as Slack shows it: blocks within every limit, in as many messages as that takes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.custom_ids import encode
from bot.core.reply import Button, Reply, Style, Tone, left_out_note
from bot.core.text import clean
from bot.platforms.slack.mrkdwn import escaped, mrkdwn, plain

Block = dict[str, Any]

HEADER, SECTION, LABEL, ACTION_ID, FALLBACK = 150, 3000, 75, 255, 300
BLOCKS, A_ROW, BUTTONS = 50, 5, 25
WHOLE = 11_000
"""Characters of a message's blocks as JSON. Slack says 50 blocks, and refuses about 13,000 characters in all."""
MOST_MESSAGES = 4
"""An answer's address takes five messages; one is left for what may go wrong."""
OWN = "own"
_SIGNS = {Tone.PLAIN: "", Tone.GOOD: "", Tone.WARN: ""}
_STYLES = {Style.PRIMARY: "primary", Style.GOOD: "primary", Style.DANGER: "danger"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message: its blocks, and the text that notifications show instead of them."""

    blocks: list[Block]
    text: str


def render(reply: Reply, owner: str = "") -> list[Rendered]:
    """Render a Reply as one message or, where that would be too long, as a few; the buttons come last.

    `owner` is who asked for it: their clicks may put the next page in its place.
    """
    rows, left_out = _rows(reply.buttons, owner)
    content = [*_head(reply), *_sections(left_out_note(left_out)), *_body(reply)]
    text = escaped(clean(plain(f"{reply.title} {reply.text}"), FALLBACK)) or "…"
    messages = list(_packed(content, rows))
    if len(messages) > MOST_MESSAGES:
        messages = [*messages[: MOST_MESSAGES - 1], [*_cut_short(messages[MOST_MESSAGES - 1], rows), *rows]]
    return [Rendered(blocks, text) for blocks in messages]


def render_one(reply: Reply) -> Rendered:
    """The same as one message, cut where it would be too long."""
    first, *more = render(reply)
    if not more:
        return first
    rows, _ = _rows(reply.buttons, "")
    return Rendered([*_cut_short(first.blocks, rows), *rows], first.text)


def section(text: str) -> Block:
    """A paragraph of mrkdwn in which Slack makes no link of what merely looks like one."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _head(reply: Reply) -> Iterator[Block]:
    title = clean(plain(reply.title), HEADER)
    if title:
        yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}


def _body(reply: Reply) -> Iterator[Block]:
    yield from _sections(reply.text)
    for field in reply.fields:
        head = f"**{field.title.strip()}**\n" if field.title.strip() else ""
        yield from _sections(head + field.text)
    if reply.footer.strip():
        for piece in _pieces(mrkdwn(reply.footer.strip()), SECTION):
            yield {"type": "context", "elements": [{"type": "mrkdwn", "text": piece, "verbatim": True}]}


def _sections(text: str) -> Iterator[Block]:
    for piece in _pieces(mrkdwn(text.strip()), SECTION):
        yield section(piece)


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Parts of a text: whole lines where they fit, else whole words, else what has room."""
    while len(text) > limit:
        at = max(text.rfind("\n", 1, limit), 0) or max(text.rfind(" ", 1, limit), 0) or limit
        at = _outside(text, at)
        if text[:at].strip():
            yield text[:at].strip()
        text = text[at:].strip()
    if text:
        yield text


def _outside(text: str, at: int) -> int:
    """A place to cut at that is in no link and no escape; a link that is longer than a section is cut all the same."""
    opened = text.rfind("<", 0, at)
    if opened > 0 and text.find(">", opened, at) < 0:
        return opened
    escape = text.rfind("&", max(0, at - 5), at)
    return escape if escape > 0 and ";" not in text[escape:at] else at


def _packed(content: Sequence[Block], rows: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks in messages: each as full as it may be, the rows of buttons together at the end of the last."""
    message: list[Block] = []
    for block in content:
        if not _has_room(message, [block]):
            yield message
            message = []
        message.append(block)
    if rows and not _has_room(message, rows):
        yield message
        message = []
    yield [*message, *rows] or [section("…")]


def _cut_short(blocks: Sequence[Block], rows: Sequence[Block]) -> list[Block]:
    kept = [block for block in blocks if block["type"] != "actions"]
    end = section("…")
    while kept and not _has_room(kept, [end, *rows]):
        kept.pop()
    return [*kept, end]


def _has_room(message: Sequence[Block], more: Sequence[Block]) -> bool:
    together = [*message, *more]
    return len(together) <= BLOCKS and _size(together) <= WHOLE


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _rows(buttons: Sequence[Button], owner: str) -> tuple[list[Block], list[str]]:
    """The buttons in rows, and the labels of those whose ids are too long."""
    made: dict[str, Block] = {}
    left_out: list[str] = []
    for button in buttons:
        action_id = encode(button, ACTION_ID)
        if action_id is None:
            left_out.append(clean(button.label, LABEL))
        elif action_id not in made and len(made) < BUTTONS:
            made[action_id] = _button(button, action_id)
    found = list(made.values())
    rows = [found[at : at + A_ROW] for at in range(0, len(found), A_ROW)]
    return [
        {"type": "actions", "block_id": f"{OWN}.{owner}.{number}", "elements": row}
        for number, row in enumerate(rows)
    ], left_out


def _button(button: Button, action_id: str) -> Block:
    label = clean(f"{button.emoji} {button.label}", LABEL) or button.command
    made: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": label, "emoji": True},
    }
    style = _STYLES.get(button.style)
    return made | ({"style": style} if style else {})
