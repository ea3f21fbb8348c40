"""Which servers the bot is in: it can be added and removed while it is not running, and nobody tells it then."""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

import discord

from bot.core.shards import shard_key
from bot.platforms.discord.answering import LOST

log = logging.getLogger("roadmate.discord")

Left = Callable[[str], Awaitable[None]]
Came = Callable[[Collection[str]], Awaitable[Sequence[str]]]
"""Told the ids of servers that the bot is in; answers with those that it knows and that are not among them."""

MOST_ASKED = 20
"""Servers to ask Discord about after one start; each that is gone counts as a request that it refuses."""
_GONE = frozenset({10004, 50001})
"""There is no such server, or none that the bot may see."""


async def look_around(client: discord.Client, came: Came, left: Left) -> None:
    """Say where the bot is, and where it no longer is.

    An empty cache may be an outage, so only Discord's own answer counts for gone.
    """
    missing = await came({str(guild.id) for guild in client.guilds})
    for server in [server for server in missing if _is_ours(client, server)][:MOST_ASKED]:
        if await _is_gone(client, server):
            log.info("removed while away", extra={"workspace": server})
            await left(server)


def _is_ours(client: discord.Client, server: str) -> bool:
    """Whether this process would see the server: others have the other shards."""
    shards = getattr(client, "shard_ids", None) or (0,)
    return shard_key(server) % (client.shard_count or 1) in shards


async def _is_gone(client: discord.Client, server: str) -> bool:
    try:
        await client.http.get_guild(int(server), with_counts=False)
    except discord.HTTPException as error:
        return error.code in _GONE
    except LOST:
        return False
    return False
