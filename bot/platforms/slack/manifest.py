"""The app manifest: everything that Slack asks about an app, made from the commands."""

from collections.abc import Sequence
from typing import Any

import yaml

from bot.core.command import Command
from bot.core.markup import cut
from bot.core.typed import usage
from bot.platforms.slack.serving import EVENTS, REDIRECT
from bot.platforms.slack.words import DIRECT, STUDY, sayable

SCOPES = {
    "app_mentions:read": "to hear `@roadmate done docker` in a thread, where Slack has no commands",
    "channels:history": "to look whether a post is in its public channel, after an answer of Slack's was lost",
    "channels:read": "to know a public channel's name, and whether Roadmate is in it",
    "chat:write": "to post the weekly topic and the reminder",
    "commands": "to be asked: /study, /next, /done, /leaderboard",
    "files:write": "to send pictures, and your own data on request",
    "groups:history": "the same as channels:history, in private channels that Roadmate was invited to",
    "groups:read": "the same as channels:read, for those",
    "im:history": "the same as channels:history, for the private reminders that people asked for",
    "im:write": "to tell people of a post on hold or of a code that was used, and to send them their own data",
    "users:read": "to know who may organize, people's names, and the time zone for a new group",
}
"""What the bot asks for, and why. It reads no messages but those that call it and, when in doubt, its own."""
EVENTS_HEARD = ("app_mention", "app_uninstalled", "tokens_revoked")
HELP, HINT, DESCRIPTION = 100, 100, 140
SUMMARY = "Turns a learning roadmap into a study group that finishes it."
STUDY_HELP = "Study with your group; alone, it shows everything that can be said"


def manifest(commands: Sequence[Command], address: str = "", *, several: bool = False) -> dict[str, Any]:
    """The manifest. With the public `address` of the bot Slack reaches it there, without by a socket.

    `several` workspaces can install it, and get tokens that are renewed; one that is copied by hand can't be.
    """
    said = sayable(commands)
    direct = [_command(f"/{c.name}", c.help, usage(c), address) for c in said if c.name in DIRECT]
    study = _command(STUDY, STUDY_HELP, "next | done docker 3h | help", address)
    url = {"request_url": address + EVENTS} if address else {}
    redirect = {"redirect_urls": [address + REDIRECT]} if address else {}
    return {
        "display_information": {"name": "Roadmate", "description": cut(SUMMARY, DESCRIPTION)},
        "features": {
            # Where the bot writes to somebody alone; it reads nothing there, so nobody can write to it.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "roadmate", "always_online": True},
            "slash_commands": [study, *direct],
        },
        "oauth_config": {**redirect, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**url, "bot_events": list(EVENTS_HEARD)},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not address,
            "token_rotation_enabled": several,
        },
    }


def written(commands: Sequence[Command], address: str = "", *, several: bool = False) -> str:
    """The manifest as YAML, with the reason beside each scope."""
    text = yaml.safe_dump(
        manifest(commands, address, several=several), sort_keys=False, allow_unicode=True, width=1000
    )
    for scope, reason in SCOPES.items():
        text = text.replace(f"- {scope}\n", f"- {scope}  # {reason}\n", 1)
    return text


def _command(name: str, text: str, hint: str, address: str) -> dict[str, Any]:
    made = {
        "command": name,
        "description": cut(text, HELP),
        "usage_hint": cut(hint, HINT),
        "should_escape": True,
    }
    return made | ({"url": address + EVENTS} if address else {})
