"""Tell Discord our commands, only when they differ from what it has: it takes 200 new ones a day."""

import hashlib
import json
import logging

import discord
from discord import app_commands

from bot.core.platform import Notes

log = logging.getLogger("roadmate.discord")

KEY = "discord_commands"

Tree = app_commands.CommandTree[discord.Client]


async def sync(tree: Tree, notes: Notes) -> bool:
    """Send the commands if they have changed, or if the server holds others; return whether they were sent.

    The server is asked as well, because a note can be from another application's or a restored database.
    """
    current = fingerprint(tree)
    names = {command.name for command in tree.get_commands()}
    try:
        if await notes.get(KEY) == current and {held.name for held in await tree.fetch_commands()} == names:
            return False
        await tree.sync()
    except discord.HTTPException as error:
        # The commands that Discord has go on working, and the posts need none.
        log.error("commands not synced", extra={"status": error.status, "code": error.code})  # noqa: TRY400
        return False
    await notes.put(KEY, current)
    log.info("commands synced", extra={"commands": len(names)})
    return True


def fingerprint(tree: Tree) -> str:
    """Name the commands of an application by a hash of what Discord is sent."""
    payloads = sorted(
        (command.to_dict(tree) for command in tree.get_commands()), key=lambda payload: payload["name"]
    )
    told = json.dumps([tree.client.application_id, payloads], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
