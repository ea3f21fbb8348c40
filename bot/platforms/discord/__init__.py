"""Discord: compile the commands, render the replies, answer the interactions."""

from bot.platforms.discord.platform import DiscordPlatform

__all__ = ("DiscordPlatform",)
