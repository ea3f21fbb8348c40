"""People and channels as Slack names them, in what is typed and in what is sent."""

import re

from bot.core.request import Channel, Person
from bot.core.text import clean

CHANNEL = re.compile(r"<#([A-Z0-9]{1,32})(?:\|([^>]*))?>")
PERSON = re.compile(r"<@([A-Z0-9]{1,32})(?:\|([^>]*))?>")
_ADDRESS = re.compile(r"<((?:https?|mailto):[^|<>]*)(?:\|([^<>]*))?>")
LONGEST_NAME = 100


def person_id(team: str, user: str) -> str:
    """The id that nobody else has: Slack promises that of a workspace and a user together only."""
    return f"{team}.{user}"


def user_of(person: str) -> str:
    """The user that such an id is about."""
    return person.rpartition(".")[2]


def team_of(person: str) -> str:
    """The workspace that such an id is of."""
    return person.rpartition(".")[0]


def as_typed(text: str) -> str:
    """What somebody typed: Slack wraps addresses, and escapes three signs as it wants them from us."""
    text = _ADDRESS.sub(lambda found: found[2] or found[1], text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mention(team: str, text: str) -> Channel | Person | None:
    """Read a channel or a person as Slack writes them into a command."""
    if found := CHANNEL.fullmatch(text):
        return Channel(found[1], clean(found[2] or "", LONGEST_NAME))
    if found := PERSON.fullmatch(text):
        return Person(person_id(team, found[1]), clean(found[2] or "", LONGEST_NAME))
    return None
