"""Which permissions a study channel needs, by the names that Discord shows to an organizer."""

from functools import lru_cache

import discord

_NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    # Without it an earlier post can't be looked for after an answer was lost.
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


@lru_cache(maxsize=256)
def lacking(value: int) -> tuple[str, ...]:
    """Name what a set of permissions lacks. Cached, because every request asks and few sets exist."""
    held = discord.Permissions(value)
    return (
        ()
        if held.administrator
        else tuple(shown for name, shown in _NEEDED.items() if not getattr(held, name))
    )


def missing_in(channel: object) -> tuple[str, ...] | None:
    """Name what the bot lacks in a channel as the cache knows it; None where that can't be seen."""
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return None
    try:
        return lacking(channel.permissions_for(channel.guild.me).value)
    except (discord.ClientException, AttributeError):
        # A thread whose parent, or a server whose own member, has not arrived yet.
        return None
