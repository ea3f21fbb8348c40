"""Posts, threads and direct messages: what the bot says by itself."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import discord

from bot.core.custom_ids import decode
from bot.core.platform import Deleted, Held, Message, TryLater, Unsure
from bot.core.reply import Reply
from bot.core.text import clean
from bot.platforms.discord.answering import LOST
from bot.platforms.discord.faults import CLOSED, THREAD_EXISTS, UNKNOWN_MESSAGE, explained
from bot.platforms.discord.permissions import missing_in
from bot.platforms.discord.rendering import render
from bot.platforms.discord.traffic import only_while

log = logging.getLogger("roadmate.discord")

DELETED = "The message was deleted."
LOOK_BACK, FIRST_WORDS = 1000, 10
UNREADABLE = "Roadmate is missing Read Message History in the channel, and can't tell whether it has posted."
TOO_MUCH = (
    "So much was said in the channel since that Roadmate can't tell whether it has posted. Look there first."
)
NOT_CONNECTED = "Not connected to Discord."
THREAD_NAME, CONTENT = 100, 2000
A_WEEK: Literal[10080] = 10080


async def send(client: discord.Client, message: Message) -> str:
    """Post a message and return its id."""
    channel = _channel(client, message.channel)
    embed, view = render(message.reply)
    async with explained(lambda: missing_in(client.get_channel(channel.id))):
        with only_while(message.still):
            if view is None:
                sent = await channel.send(embed=embed, nonce=message.nonce)
            else:
                sent = await channel.send(embed=embed, view=view, nonce=message.nonce)
    return str(sent.id)


async def find(client: discord.Client, message: Message, since: datetime) -> str | None:
    """Look for a post of ours by the mark in its buttons, in what was said in a channel since a time."""
    channel = _channel(client, message.channel)
    known = client.get_channel(channel.id)
    if "Read Message History" in (missing_in(known) or ()):
        # Discord shows an empty history then, which would look as if nothing had been posted.
        raise Held(UNREADABLE)
    seen = 0
    async with explained(lambda: missing_in(known)):
        async for found in channel.history(limit=LOOK_BACK, after=since):
            seen += 1
            if _is_ours(client, found) and message.mark in _marks(found):
                return str(found.id)
    if seen == LOOK_BACK:
        raise Held(TOO_MUCH)
    return None


async def edit(client: discord.Client, channel: str, message_id: str, reply: Reply) -> None:
    """Let a message say something else. Raises Deleted where it is gone, and as `send` does."""
    place, (embed, view) = _channel(client, channel), render(reply)
    async with explained(lambda: missing_in(client.get_channel(place.id))):
        try:
            # What the client allows to be mentioned, which is nothing, discord.py leaves out of an edit.
            quiet = discord.AllowedMentions.none()
            await place.get_partial_message(int(message_id)).edit(
                embed=embed, view=view, allowed_mentions=quiet
            )
        except discord.NotFound as error:
            if error.code == UNKNOWN_MESSAGE:
                raise Deleted(DELETED) from error
            raise


async def open_thread(client: discord.Client, channel: str, message_id: str, name: str, text: str) -> str:
    """Open the thread under a message and say `text` in it, each of them once."""
    parent = _channel(client, channel)
    # By its id alone, because discord.py's own way wants the whole server to be in the cache.
    start = client.http.start_thread_with_message
    async with explained(lambda: missing_in(client.get_channel(parent.id))):
        try:
            title = clean(name, THREAD_NAME) or "Discussion"
            await start(parent.id, int(message_id), name=title, auto_archive_duration=A_WEEK)
            new = True
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
            new = False
        # Discord gives a thread the id of the message that it hangs under.
        thread = _channel(client, message_id)
        if text and (new or not await _spoke_in(client, thread)):
            await thread.send(text[:CONTENT], nonce=f"t{message_id}")
    return message_id


async def direct(client: discord.Client, person: str) -> str:
    """Open the channel of a person's direct messages, which is always the same one, and return its id."""
    if not client.is_ready() or client.is_closed():
        raise TryLater(NOT_CONNECTED)
    async with explained(lambda: None):
        return str((await client.create_dm(discord.Object(int(person)))).id)


async def tell(client: discord.Client, person: str, reply: Reply) -> bool:
    """Send a direct message; False where the person does not take any or it did not work out."""
    embed, view = render(reply)
    try:
        channel = await client.create_dm(discord.Object(int(person)))
        if view is None:
            await channel.send(embed=embed)
        else:
            await channel.send(embed=embed, view=view)
    except (ValueError, TryLater, Unsure, *LOST) as error:
        code = getattr(error, "code", None)
        log.log(
            logging.INFO if code in CLOSED else logging.WARNING,
            "a direct message was not taken",
            extra={"person": person, "error": type(error).__name__, "code": code},
        )
        return False
    return True


def _channel(client: discord.Client, channel: str) -> discord.PartialMessageable:
    if not client.is_ready() or client.is_closed():
        raise TryLater(NOT_CONNECTED)
    return client.get_partial_messageable(int(channel))


async def _spoke_in(client: discord.Client, thread: discord.PartialMessageable) -> bool:
    async for found in thread.history(limit=FIRST_WORDS, oldest_first=True):
        if _is_ours(client, found) and found.content:
            return True
    return False


def _is_ours(client: discord.Client, message: discord.Message) -> bool:
    return client.user is not None and message.author.id == client.user.id


def _marks(message: discord.Message) -> Iterator[str]:
    for row in message.components:
        for item in getattr(row, "children", ()):
            said = decode(getattr(item, "custom_id", None) or "")
            if said and "post" in said.args:
                yield said.args["post"]
