"""Replies on Slack: every limit kept by splitting, and nothing that a person wrote ever means anything."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.core.custom_ids import decode
from bot.core.markup import bold, code, escape, link
from bot.core.reply import Button, Field, Reply, Style
from bot.core.text import clean
from bot.platforms.slack.mrkdwn import mrkdwn, plain
from bot.platforms.slack.rendering import (
    ACTION_ID,
    BLOCKS,
    MOST_MESSAGES,
    WHOLE,
    Rendered,
    render,
    render_one,
)
from bot.platforms.slack.words import Speller, spoken

HOSTILE = (
    "<!channel> <!here|here> <@U1> <#C1> @everyone *b* _i_ ~s~ `c` ```x``` <http://evil|bank> "
    "[a](http://b) & &lt; > q"
)


def checked(rendered: Rendered) -> None:
    """Check what Slack would: known blocks, their lengths, their number, unique ids."""
    parsed = Block.parse_all(rendered.blocks)
    assert len(parsed) == len(rendered.blocks) <= BLOCKS
    for block in parsed:
        assert block is not None
        block.validate_json()
    assert rendered.blocks
    assert len(rendered.text) > 0
    assert len(json.dumps(rendered.blocks, ensure_ascii=False)) <= WHOLE
    actions = [block for block in rendered.blocks if block["type"] == "actions"]
    ids = [element["action_id"] for block in actions for element in block["elements"]]
    assert len(ids) == len(set(ids))
    assert all(len(action_id) <= ACTION_ID for action_id in ids)
    assert len({block["block_id"] for block in actions}) == len(actions)


def words(rendered: list[Rendered]) -> str:
    """Everything there is to read."""
    return "\n".join(str(_texts(message.blocks)) for message in rendered)


def _texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        own = [found["text"]] if isinstance(found.get("text"), str) else []
        return own + [text for value in found.values() for text in _texts(value)]
    return [text for value in found for text in _texts(value)] if isinstance(found, list) else []


texts = st.text(max_size=4000).map(lambda text: escape(clean(text, 4000, lines=True)))
buttons = st.builds(
    Button,
    st.text(max_size=200),
    st.sampled_from(["done", "mydata delete"]),
    st.dictionaries(st.sampled_from(["item", "page", "group", "note"]), st.text(max_size=120)),
    st.sampled_from(Style),
    st.sampled_from(["", "✅"]),
)
replies = st.builds(
    Reply,
    st.text(max_size=400).map(escape),
    texts,
    st.lists(st.builds(Field, st.text(max_size=300).map(escape), texts), max_size=12).map(tuple),
    st.lists(buttons, max_size=30).map(tuple),
    st.text(max_size=3500).map(escape),
)


@given(replies)
def test_any_reply_becomes_messages_that_slack_takes(reply: Reply) -> None:
    """Whatever a Reply holds, its blocks parse, are short enough, and end with its buttons."""
    messages = render(reply, "U1")
    assert 1 <= len(messages) <= MOST_MESSAGES
    for message in (*messages, render_one(reply)):
        checked(message)
    shown = [b["type"] for message in messages[:-1] for b in message.blocks]
    assert "actions" not in shown


def test_a_long_reply_is_split_and_loses_nothing() -> None:
    """What does not fit into one message comes in a second one, line by line."""
    lines = [f"line {number} " + "x" * 60 for number in range(200)]
    reply = Reply("Long", "\n".join(lines), buttons=(Button("Done", "done"),))
    messages = render(reply)
    assert len(messages) == 2
    assert all(line in words(messages) for line in lines)
    assert messages[-1].blocks[-1]["type"] == "actions"


def test_one_message_is_cut_with_its_buttons_kept() -> None:
    """A post is one message: what has no room is left out, and its buttons are there."""
    reply = Reply("Long", "word " * 5000, buttons=(Button("Done", "done"),))
    message = render_one(reply)
    checked(message)
    assert message.blocks[-1]["type"] == "actions"
    assert message.blocks[-2]["text"]["text"] == "…"


def test_markdown_becomes_mrkdwn() -> None:
    """Bold text, code, links and mentions keep their meaning."""
    text = f"{bold('Docker & co')}: say `/next`, {link('the <docs>', 'https://x.org/?a=1&b=2')} in <#C123>"
    assert mrkdwn(text) == (
        "*Docker &amp; co*: say `/next`, <https://x.org/?a=1&amp;b=2|the &lt;docs&gt;> in <#C123>"
    )
    assert plain(f"✅ {bold('a_b')} {code('x')}") == "✅ a_b x"
    assert mrkdwn("a**b**c") == "a\u200b*b*\u200bc"


@pytest.mark.parametrize("make", [escape, bold, code, lambda text: link(text, "https://x.org")])
def test_nothing_that_a_person_wrote_means_anything(make: Any) -> None:
    """No mention, link, bold, code or quote comes of a person's words."""
    shown = mrkdwn(make(HOSTILE))
    own = re.sub(r"^<https://x\.org\|(.*)>$|^\*(.*)\*$|^`(.*)`$", r"\1\2\3", shown)
    assert not re.search("[<>]" if make is code else "[<>*~`]", own), shown
    assert not re.search(r"(?<!\w)_|_(?!\w)", own) or make is code
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    (block,) = [b for b in render(Reply("", make(HOSTILE)))[0].blocks if b["type"] == "section"]
    assert block["text"]["verbatim"]


@given(st.text(max_size=300))
def test_no_text_makes_a_mention(text: str) -> None:
    """Whatever people write, in a section or a fallback, there is no sign that opens a mention."""
    reply = Reply(escape(clean(text, 200)), escape(clean(text, 300, lines=True)))
    for message in render(reply):
        assert "<" not in message.text
        sections = [b["text"]["text"] for b in message.blocks if b["type"] == "section"]
        assert not any(re.search("[<>]", shown) for shown in sections)


def test_a_button_that_can_not_carry_its_arguments_is_named() -> None:
    """Nothing is left out of an id to make it fit; Slack takes more than Discord does."""
    fits = Button("Fits", "done", {"item": "x" * 150})
    assert decode(render(Reply("A", buttons=(fits,)))[0].blocks[-1]["elements"][0]["action_id"], 255)
    message = render(Reply("A", buttons=(Button("Not", "done", {"item": "x" * 300}),)))[0]
    assert "No button for *Not*" in words([message])


def test_commands_are_spelled_as_they_are_said_here() -> None:
    """`/undo` is `/study undo` on Slack; addresses and other words stay as they are."""
    from bot.commands.table import COMMANDS

    spell = Speller(COMMANDS)
    assert spell("say `/next` or `/mydata export`, then /undo.") == (
        "say `/next` or `/study mydata export`, then /study undo."
    )
    assert (
        spell("https://x.org/help a/undo /undone /status-page")
        == "https://x.org/help a/undo /undone /status-page"
    )
    assert spoken("setup") == "/study setup"
