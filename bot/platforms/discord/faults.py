"""What Discord's refusals and the network's failures mean for a post."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import discord

from bot.core.platform import ANSWERS_WITHIN, Closed, Held, TryLater, Unsure
from bot.core.text import clean, join_words
from bot.platforms.discord.traffic import SERVER_ERROR, TOO_MANY, refusal

LIMIT = ANSWERS_WITHIN.total_seconds()
"""Seconds for one call, waiting for its turn and for rate limits included."""

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, NO_ACCESS, NO_PERMISSION = 10003, 10008, 50001, 50013
THREAD_EXISTS = 160004
CLOSED = frozenset({50007, 50278})
"""The person takes no direct messages from us."""
UNKNOWN_USER = 10013
_REASONS = {
    UNKNOWN_MESSAGE: "The post was deleted before its thread could be opened.",
    50083: "The thread is archived.",
    160005: "The thread is locked.",
    160006: "The server has as many open threads as Discord allows.",
    200000: "The server's AutoMod blocked the post. Allow Roadmate's role in AutoMod's settings.",
    200001: "The server's AutoMod blocked the title. Allow Roadmate's role in AutoMod's settings.",
}

Missing = Callable[[], tuple[str, ...] | None]


@asynccontextmanager
async def explained(missing: Missing) -> AsyncIterator[None]:
    """Turn every failure into Held, TryLater or Unsure; `missing` names the permissions not given."""
    try:
        async with asyncio.timeout(LIMIT):
            yield
    except discord.RateLimited as error:
        raise TryLater("Discord asks to wait.", error.retry_after) from error
    except discord.HTTPException as error:
        raise _meaning(error, missing) from error
    except (aiohttp.ClientConnectorError, RuntimeError) as error:
        # It never left this machine; RuntimeError is aiohttp's word for a connection that we have closed.
        raise TryLater("Discord can't be reached.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unsure(f"Discord's answer was lost ({type(error).__name__}).") from error


def _meaning(error: discord.HTTPException, missing: Missing) -> Exception:
    if error.status == TOO_MANY or error.status >= SERVER_ERROR:
        return refusal(error.response)
    if error.status == 401:  # noqa: PLR2004 - the token was changed while we run
        return TryLater("Discord does not accept the bot's token any more.", 60.0)
    if error.code == UNKNOWN_CHANNEL:
        return Held(
            "The channel is gone. Say /setup in another one, and the group can move there.", gone=True
        )
    if error.code in CLOSED or error.code == UNKNOWN_USER:
        return Closed("They take no direct messages from Roadmate.")
    if error.code in (NO_ACCESS, NO_PERMISSION):
        return Held(_lacks(missing()))
    return Held(_REASONS.get(error.code) or f"Discord refused it: {clean(error.text, 200)} ({error.code}).")


def _lacks(names: tuple[str, ...] | None) -> str:
    if not names:
        return "Roadmate may not post in the channel. Check its permissions there."
    return f"Roadmate is missing {join_words(names)} in the channel. Give it in the channel's settings."
