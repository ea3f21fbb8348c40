"""What Slack's refusals and the network's failures mean for a post."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.core.platform import Held, TryLater, Unsure
from bot.core.text import clean
from bot.platforms.slack.web import LIMIT, TOO_MANY, retry_after

SERVER_ERROR = 500
INVITE = "Roadmate is not in the channel. Say /invite @roadmate there."
GONE = {
    "channel_not_found": "The channel is gone, or it is private and Roadmate is not in it. "
    "Say /invite @roadmate there and then /resume, or /setup in another channel.",
    "is_archived": "The channel is archived. Unarchive it and say /resume, or say /setup in another channel.",
}
_REASONS = {
    "not_in_channel": INVITE,
    "restricted_action": "The workspace's settings do not let Roadmate post in the channel.",
    "restricted_action_read_only_channel": "The workspace's settings do not let Roadmate post in the channel.",
    "restricted_action_thread_only_channel": "The channel takes replies only.",
    "restricted_action_thread_locked": "The thread is locked.",
    "restricted_action_non_threadable_channel": "The channel takes no threads.",
    "thread_not_found": "The post was deleted before its discussion could be opened.",
    "message_not_found": "The post was deleted before its discussion could be opened.",
}
DEAD = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "app_uninstalled"}
)
"""The token is no longer one."""
CLOSED = frozenset({"cannot_dm_bot", "user_disabled", "user_not_found", "user_not_visible"})
"""The person takes no direct messages from us, or is not there any more."""
_OWN_TROUBLE = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
NOT_INSTALLED = "Roadmate is not installed in this Slack workspace any more."


@asynccontextmanager
async def explained() -> AsyncIterator[None]:
    """Turn every failure into Held, TryLater or Unsure."""
    try:
        async with asyncio.timeout(LIMIT):
            yield
    except SlackApiError as error:
        raise meaning(error) from error
    except (aiohttp.ClientConnectorError, RuntimeError) as error:
        # It never left this machine; RuntimeError is aiohttp's word for a session that we have closed.
        raise TryLater("Slack can't be reached.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unsure(f"Slack's answer was lost ({type(error).__name__}).") from error


def meaning(error: SlackApiError) -> Exception:
    """What a refusal means for a post."""
    code, status = word(error), _status(error.response)
    if code == "ratelimited" or status == TOO_MANY:
        return TryLater("Slack asks to wait.", retry_after(getattr(error.response, "headers", {})))
    if code in _OWN_TROUBLE or status >= SERVER_ERROR or not code:
        return Unsure(f"Slack had an error of its own ({code or status}).")
    if code in DEAD:
        return TryLater(NOT_INSTALLED, 60.0)
    if code == "missing_scope":
        needed = clean(str(error.response.get("needed", "")), 60)
        return Held(
            f"Roadmate was not given the scope {needed}. Install it again, with all that it asks for."
        )
    if code in GONE:
        return Held(GONE[code], gone=True)
    return Held(_REASONS.get(code) or f"Slack refused it: {clean(code, 100)}.")


def word(error: BaseException) -> str:
    """Slack's own word for what went wrong; empty where it said none."""
    response: Any = getattr(error, "response", None)
    data = getattr(response, "data", response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _status(response: Any) -> int:
    found = getattr(response, "status_code", None) or getattr(response, "status", None)
    return found if isinstance(found, int) else SERVER_ERROR
