"""Discord allows a bot 1,000 logins a day, and after the last one it takes the token away."""

import asyncio
import logging

import discord

log = logging.getLogger("roadmate.discord")

SPARE = 50
"""Logins that are left for a person who mends whatever used up the others."""
LONGEST_SLEEP = 3600.0


async def wait_for_a_login(client: discord.Client) -> None:
    """Wait until Discord has logins to spare for this bot, however often it was started before."""
    while True:
        try:
            _, _, limit = await client.http.get_bot_gateway()
        except discord.GatewayNotFound:
            # Discord does not say; connecting will tell.
            return
        if limit["remaining"] > SPARE:
            return
        seconds = min(limit["reset_after"] / 1000, LONGEST_SLEEP)
        log.error(
            "the bot was started too often today and waits, or Discord would take its token away",
            extra={"logins_left": limit["remaining"], "seconds": round(seconds)},
        )
        await asyncio.sleep(seconds)
