"""What Slack tells us of a command or a click, in the words that every platform shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.command import Audience, Command
from bot.core.request import Channel, ChannelKind, Request, Value
from bot.core.text import clean
from bot.platforms.slack.ids import LONGEST_NAME
from bot.platforms.slack.people import People
from bot.platforms.slack.words import NAME


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked where: `thread` is the message that a thread hangs under."""

    team: str
    user: str
    channel: Channel
    name: str = ""
    team_name: str = ""
    thread: str = ""
    response_url: str = ""
    trigger: str = ""
    own: bool = False
    """Whether what was clicked belongs to the clicker."""
    alone: bool = False
    """Whether nobody else sees it."""


def asked_by_command(body: Mapping[str, Any]) -> Asked:
    """Read a slash command."""
    name = str(body.get("channel_name", ""))
    kind = ChannelKind.DIRECT if name in ("directmessage", "mpdm") else ChannelKind.TEXT
    # A private channel's name is not told here; who needs it asks for it.
    channel = Channel(body["channel_id"], "" if name == "privategroup" else name, kind)
    return Asked(
        body["team_id"],
        body["user_id"],
        channel,
        str(body.get("user_name", "")),
        str(body.get("team_domain", "")),
        response_url=str(body.get("response_url", "")),
        trigger=str(body.get("trigger_id", "")),
    )


def asked_by_click(body: Mapping[str, Any]) -> Asked:
    """Read a click: on a message, with where it stands."""
    user, container = body["user"], body.get("container") or {}
    found = body.get("channel") or {}
    message = body.get("message") or {}
    alone = bool(container.get("is_ephemeral"))
    block = str(body["actions"][0].get("block_id", ""))
    return Asked(
        (body.get("team") or {}).get("id") or user["team_id"],
        user["id"],
        _clicked_in(found),
        str(user.get("name") or user.get("username") or ""),
        str((body.get("team") or {}).get("domain", "")),
        str(container.get("thread_ts") or message.get("thread_ts") or ""),
        str(body.get("response_url", "")),
        str(body.get("trigger_id", "")),
        alone or block.split(".")[1:2] == [user["id"]],
        alone,
    )


def asked_by_mention(team: str, event: Mapping[str, Any]) -> Asked:
    """Read a message that begins with the bot's name, as people can write it in a thread too."""
    channel = Channel(event["channel"], "", ChannelKind.TEXT)
    return Asked(team, event["user"], channel, thread=str(event.get("thread_ts", "")))


def _clicked_in(channel: Mapping[str, Any]) -> Channel:
    name = str(channel.get("name", ""))
    direct = name == "directmessage" or str(channel.get("id", "")).startswith("D")
    return Channel(
        str(channel.get("id", "0")),
        "" if name == "privategroup" else name,
        ChannelKind.DIRECT if direct else ChannelKind.TEXT,
    )


async def request_from(
    asked: Asked, people: People, command: Command, args: Mapping[str, Value], ask: tuple[str, ...] = ()
) -> Request:
    """Say in the core's words who asked for what, where. Raises what is in web.LOST when Slack can't be asked."""
    organizer = command.audience is Audience.ORGANIZER
    if organizer:
        profile = await people.profile(asked.team, asked.user)
    else:
        # Who it is, Slack has signed: what a member does needs no further answer of Slack's.
        profile = await people.member(asked.team, asked.user, asked.name)
    channel, filled = asked.channel, dict(args)
    if organizer and channel.kind is not ChannelKind.DIRECT:
        # Where an organizer's command is about a channel, it is to say what is missing there.
        channel = await people.channel(asked.team, channel)
        for name, value in args.items():
            if isinstance(value, Channel):
                filled[name] = await people.channel(asked.team, value)
    return Request(
        platform=NAME,
        workspace=None if channel.kind is ChannelKind.DIRECT else asked.team,
        channel=channel,
        person=profile.person,
        organizer=profile.organizes,
        command=command.name,
        args=filled,
        workspace_name=clean(asked.team_name, LONGEST_NAME),
        ask=ask,
        zone=profile.zone,
    )
