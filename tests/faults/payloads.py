"""What Discord says, as it says it: the parts of its objects that the bot and discord.py read."""

from collections.abc import Mapping, Sequence
from typing import Any

BOT, ORGANIZER = "3001", "4001"
REWARD, OWN_ROLE = "5001", "5002"
"""A role that may be given, and the bot's own above it."""
ALL_PERMISSIONS = str(2**53 - 1)
LONG_AGO = "2026-01-01T00:00:00+00:00"
SLASH_COMMAND, CHAT, TEXT_OPTION, ROLE_OPTION = 2, 1, 3, 8
TEXT_CHANNEL, PUBLIC_THREAD = 0, 11

Payload = dict[str, Any]


def user(id_: str = BOT, name: str = "roadmate") -> Payload:
    """Somebody; by default the bot."""
    named = {"id": id_, "username": name, "global_name": None, "discriminator": "0"}
    return named | {"avatar": None, "bot": id_ == BOT}


def application() -> Payload:
    """The bot's application."""
    said = {"id": BOT, "name": "Roadmate", "flags": 0, "description": "", "icon": None, "team": None}
    said |= {"verify_key": "0" * 64, "owner": user()}
    return said | {"bot_public": True, "bot_require_code_grant": False}


def role(id_: str, name: str, position: int, permissions: str = "0") -> Payload:
    """A role of a server."""
    shown = {"colors": {"primary_color": 0}, "color": 0, "hoist": False, "managed": False}
    place = {"id": id_, "name": name, "position": position, "permissions": permissions}
    return place | shown | {"mentionable": False, "flags": 0}


def member(who: Payload, *roles: str) -> Payload:
    """Somebody on a server, with every permission there."""
    heard = {"deaf": False, "mute": False, "flags": 0}
    return heard | {"user": who, "roles": [*roles], "joined_at": LONG_AGO, "permissions": ALL_PERMISSIONS}


def guild(id_: str, channels: Sequence[str]) -> Payload:
    """A server with text channels in which everybody may do everything."""
    everyone = role(id_, "@everyone", 0, ALL_PERMISSIONS)
    lists: Payload = {name: [] for name in ("threads", "emojis", "stickers", "features", "presences")}
    levels = dict.fromkeys(
        (
            "verification_level",
            "default_message_notifications",
            "explicit_content_filter",
            "mfa_level",
            "nsfw_level",
            "premium_tier",
            "system_channel_flags",
        ),
        0,
    )
    return (
        lists
        | levels
        | {
            "id": id_,
            "name": "MLOps study",
            "owner_id": "1",
            "channels": [channel(name, id_) for name in channels],
            "roles": [everyone, role(REWARD, "Done", 1), role(OWN_ROLE, "Roadmate", 2)],
            "members": [member(user(), OWN_ROLE)],
            "member_count": 1,
            "preferred_locale": "en-US",
        }
    )


def channel(id_: str, guild_id: str) -> Payload:
    """A text channel."""
    named = {"id": id_, "type": TEXT_CHANNEL, "guild_id": guild_id, "name": f"study-{id_}"}
    return named | {"position": 0, "permission_overwrites": [], "permissions": ALL_PERMISSIONS}


def message(id_: str, channel_id: str, at: str, said: Mapping[str, Any]) -> Payload:
    """A message of the bot's, with what it said."""
    empty: Payload = {name: [] for name in ("attachments", "mentions", "mention_roles")}
    plain = {"tts": False, "mention_everyone": False, "pinned": False, "type": 0, "edited_timestamp": None}
    shown = {name: said.get(name) or [] for name in ("embeds", "components")}
    own = {"id": id_, "channel_id": channel_id, "author": user(), "timestamp": at}
    return empty | plain | shown | own | {"nonce": said.get("nonce"), "content": said.get("content") or ""}


def thread(id_: str, parent: str, guild_id: str, at: str, name: str) -> Payload:
    """A discussion under a message."""
    times = {"archived": False, "locked": False, "auto_archive_duration": 10080, "archive_timestamp": at}
    counts = {"message_count": 0, "member_count": 1, "rate_limit_per_user": 0}
    place = {"id": id_, "type": PUBLIC_THREAD, "guild_id": guild_id, "parent_id": parent}
    return counts | place | {"name": name, "owner_id": BOT, "thread_metadata": times}


def said_in(where: Payload, id_: str, who: Payload, command: str, options: Mapping[str, str]) -> Payload:
    """Somebody saying a slash command; an option `role` names one by its id."""
    typed = [
        {"name": name, "type": ROLE_OPTION if name == "role" else TEXT_OPTION, "value": value}
        for name, value in options.items()
    ]
    data: Payload = {"id": "1", "name": command, "type": CHAT, "options": typed}
    if "role" in options:
        data["resolved"] = {"roles": {REWARD: role(REWARD, "Done", 1)}}
    place = {"guild_id": where["guild_id"], "channel_id": where["id"], "channel": where, "context": 0}
    own = {"id": id_, "application_id": BOT, "type": SLASH_COMMAND, "token": f"token-{id_}", "version": 1}
    rest = {"locale": "en-US", "guild_locale": "en-US", "entitlements": [], "attachment_size_limit": 10485760}
    owners = {"authorizing_integration_owners": {"0": where["guild_id"]}}
    return (
        own
        | place
        | rest
        | owners
        | {"data": data, "member": member(who), "app_permissions": ALL_PERMISSIONS}
    )
