"""Tests, in folders that mirror the bot; `talk` speaks to it as people do."""
