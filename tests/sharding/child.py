"""A process that serves some shards: it plans and delivers what is due, and ends; or dies in the middle of it."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg

from bot.core.platform import Message, Roles
from bot.core.reply import Reply
from bot.core.shards import Shards
from bot.jobs.deliver import Delivery
from bot.jobs.tick import Ticker
from bot.store.alone import alone
from bot.store.database import Database
from bot.store.roadmaps import load_catalog

CATCH_UP = timedelta(hours=36)
SEND: LiteralString = (
    "INSERT INTO seen (nonce, channel, by) VALUES (%s, %s, %s) "
    "ON CONFLICT (nonce) DO UPDATE SET sends = seen.sends + 1 RETURNING nonce"
)
THREAD: LiteralString = (
    "INSERT INTO thread (message) VALUES (%s) ON CONFLICT (message) DO UPDATE SET opened = thread.opened + 1"
)


@dataclass
class Chat:
    """A chat that all processes share, which knows a message again by its nonce. Dies after some sends."""

    connection: "psycopg.AsyncConnection[Any]"
    shards: Shards
    sends_to_live: int
    name: str = "discord"
    knows_nonces: bool = True
    roles: Roles | None = None

    def ready(self) -> bool:
        """It always is."""
        return True

    async def send(self, message: Message) -> str:
        """Post a message, once for each nonce."""
        await self.connection.execute(SEND, (message.nonce, message.channel, str(self.shards)))
        self.sends_to_live -= 1
        if self.sends_to_live == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return message.nonce

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message."""
        del since
        found = await self.connection.execute("SELECT nonce FROM seen WHERE nonce = %s", (message.nonce,))
        row = await found.fetchone()
        return row[0] if row else None

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """No board stands anywhere."""
        raise AssertionError(message_id)

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Open a discussion, one for each message."""
        del channel, name, text
        await self.connection.execute(THREAD, (message_id,))
        return message_id

    async def direct(self, workspace: str, person: str) -> str:
        """Speak privately in a channel of the person's own."""
        return f"dm{person}"

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Nobody needs to be told anything."""
        raise AssertionError(person, reply)

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """Return the address of a message."""
        return f"https://chat.example/{workspace}/{channel}/{message_id}"


async def serve(url: str, shards: Shards, now: datetime, sends_to_live: int) -> None:
    """Plan and deliver everything of these shards that is due."""
    database = Database(url)
    database.open()
    catalog = await database.read(load_catalog)
    address = url.replace("postgresql+psycopg", "postgresql")
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        chat = Chat(connection, shards, sends_to_live)
        delivery = Delivery(database, lambda: catalog, [chat], lambda: now, CATCH_UP, shards=shards)
        await Ticker(database, lambda: catalog, delivery, lambda: now, CATCH_UP, CATCH_UP).tick()
    database.close()


if __name__ == "__main__":
    given_url, given_shards, given_now, life = sys.argv[1:]
    mine = Shards.parse(given_shards)
    with alone(given_url, mine), suppress(KeyboardInterrupt):
        asyncio.run(serve(given_url, mine, datetime.fromisoformat(given_now), int(life)))
