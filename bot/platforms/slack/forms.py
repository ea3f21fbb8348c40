"""A small form, shown when a button asks for something first, and what comes back from it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.core.custom_ids import Clicked, write
from bot.core.forms import Entry
from bot.core.markup import cut
from bot.core.request import Channel, ChannelKind
from bot.platforms.slack.requests import Asked
from bot.platforms.slack.words import spoken

TITLE, LABEL, PLACEHOLDER, CALLBACK = 24, 100, 150, 255
_PLACE = ("team", "user", "name", "team_name", "thread", "response_url", "own", "alone")


def form(clicked: Clicked, fields: Sequence[Entry], asked: Asked, title: str) -> dict[str, Any] | None:
    """The form that a button asks with; None where its own id, which says what the button said, is too long."""
    callback = write(Clicked(clicked.command, clicked.args, replaces=clicked.replaces))
    if len(callback) > CALLBACK:
        return None
    return {
        "type": "modal",
        "callback_id": callback,
        # Where to answer is not told again with what was filled in.
        "private_metadata": json.dumps(_place(asked)),
        "title": _plain(cut(title, TITLE) or cut(spoken(clicked.command), TITLE)),
        "submit": _plain("Send"),
        "close": _plain("Cancel"),
        "blocks": [_field(field) for field in fields],
    }


def _field(field: Entry) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": field.name,
        "multiline": field.lines,
        "max_length": field.longest,
        "placeholder": _plain(cut(field.hint, PLACEHOLDER)),
    }
    if field.value:
        entry["initial_value"] = field.value
    label = _plain(cut(field.label, LABEL))
    block = {"type": "input", "block_id": field.name, "optional": True, "label": label, "element": entry}
    return block | ({"hint": _plain(field.choices)} if field.choices else {})


def filled_in(view: Mapping[str, Any]) -> dict[str, str]:
    """Read what was typed into a form; what was left empty is left out."""
    values = (view.get("state") or {}).get("values") or {}
    return {
        name: entry["value"]
        for fields in values.values()
        for name, entry in fields.items()
        if entry.get("value")
    }


def asked_by_form(body: Mapping[str, Any]) -> Asked:
    """Where the button was whose form this is, for the person who sends it."""
    kept = json.loads(body["view"]["private_metadata"])
    channel = Channel(kept["channel"], kept["channel_name"], ChannelKind(kept["kind"]))
    place = {name: kept[name] for name in _PLACE}
    # The workspace and the person are those of this very request.
    place["team"] = (body.get("team") or {}).get("id") or place["team"]
    place["user"] = body["user"]["id"]
    return Asked(channel=channel, **place)


def _place(asked: Asked) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(asked).items() if name in _PLACE}
    channel = asked.channel
    return kept | {"channel": channel.id, "channel_name": channel.name, "kind": channel.kind.value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
