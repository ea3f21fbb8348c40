"""Slack: read the commands from text, render the replies, answer the interactions."""

from bot.platforms.slack.access import Access
from bot.platforms.slack.platform import SlackPlatform

__all__ = ("Access", "SlackPlatform")
