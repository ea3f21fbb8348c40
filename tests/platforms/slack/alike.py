"""What people read on Discord and on Slack, made plain, so that it can be compared."""

import re
from html import unescape

from bot.commands.table import COMMANDS
from bot.core.markup import BREAK
from bot.core.words import DISCORD, SLACK
from bot.platforms.slack.answering import IN_PRIVATE
from bot.platforms.slack.mrkdwn import UNDERSCORE, plain
from tests.platforms.slack import talk as slack_talk
from tests.talk import Said


def words_on_discord(said: Said) -> str:
    """Everything there is to read, as plain text."""
    assert said.message is not None
    (embed,) = said.message.embeds
    fields = [part for field in embed.fields for part in (field.name, field.value)]
    footer = embed.footer.text if embed.footer else ""
    parts = [embed.title, embed.description, *fields, footer, " | ".join(said.buttons)]
    return same(plain("\n".join(filter(None, parts))))


def words_on_slack(said: slack_talk.Said) -> str:
    """The same of Slack."""
    parts = []
    for block in said.message.get("blocks", ()):
        texts = block.get("elements") or [block]
        if block["type"] != "actions":
            parts += [
                _unmarked(t["text"] if isinstance(t["text"], str) else t["text"]["text"]) for t in texts
            ]
    parts.append(" | ".join(label.split(" ", 1)[-1] if _emoji(label) else label for label in said.buttons))
    return same("\n".join(parts))


def _emoji(label: str) -> bool:
    return bool(label) and not label[0].isascii() and " " in label


def _unmarked(text: str) -> str:
    """Read mrkdwn as a person does."""
    text = re.sub(r"<https?://[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"\*([^*\n]+)\*", r"\1", text).replace("`", "")
    return unescape(text)


def same(text: str) -> str:
    """Words that differ by intent, made the same: how commands are said, who organizes, the place, ids, codes."""
    text = text.replace(BREAK, "")
    for what in ("file", "picture"):
        text = text.replace(IN_PRIVATE.format(what), "")
    for alike, sign in {"\u2217": "*", "\u223c": "~", "\u02cb": "`", UNDERSCORE: "_"}.items():
        text = text.replace(alike, sign)
    text = re.sub(r"/study (?=\w)", "/", text)
    for here, there in SLACK.phrases.items():
        text = text.replace(plain(there), plain(here))
    for field in ("organizers", "right", "lacks"):
        text = text.replace(plain(getattr(SLACK, field)), plain(getattr(DISCORD, field)))
    for command in COMMANDS:
        if command.only:
            text = re.sub(rf"^/{command.name} [^\n]*\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"\bSlack\b", "Discord", text).replace("in mlops,", "in MLOps study,")
    text = re.sub(r"<[#@]\w+>|the discussion", "<>", text)
    text = re.sub(r"\b[0-9a-f]{4,}(?:[- ]?[0-9a-f]{4,})*\b", "code", text)
    return " ".join(text.split())
