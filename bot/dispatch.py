"""Request -> transaction -> command -> commit -> Reply; the one place for errors."""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session

from bot.commands.context import Context
from bot.commands.direct import at_home
from bot.commands.memory import Memory
from bot.commands.seats import find_seat
from bot.commands.wording import Told, Wording
from bot.core.arguments import GROUP, checked, group_of
from bot.core.command import Audience, Choice, Command
from bot.core.picture import Picture
from bot.core.platform import ANSWERS_WITHIN, Ahead, Held, TryLater, Unsure
from bot.core.reply import Aloud, Attachment, Notice, Refused, Reply, Tone
from bot.core.request import Request
from bot.core.text import plural
from bot.core.troubles import (
    BUSY,
    FAULT,
    FAULT_TEXT,
    NOT_ORGANIZER,
    NOT_ORGANIZER_TEXT,
    SAVED_TEXT,
    TOO_FAST,
    TOO_FAST_TEXT,
    UNKNOWN,
    UNREACHABLE,
    UNWRITABLE,
)
from bot.core.turns import TooFast, Turns
from bot.core.words import words_of
from bot.store import organizers
from bot.store.database import Database
from bot.store.faults import Busy, Unavailable, Unwritable

log = logging.getLogger("roadmate.commands")
T = TypeVar("T")


async def no_pictures(_picture: Picture) -> bytes | None:
    """Draw nothing, where nobody is there to draw."""
    return None


async def nobody_speaks(_platform: str, _workspace: str, _aloud: Aloud | Notice) -> None:
    """Say nothing, where there is no platform to say it on."""
    raise TryLater("no platform")


@dataclass(slots=True)
class Dispatcher:
    """Answers requests. `deliver` sends one post at once, for a Reply that asks for it.

    `draw` makes a PNG, or None where the answer is better off without waiting for it. `erased` is the list of who was
    forgotten, where the operator has chosen one.

    `speak` says something on a platform, in a workspace; what it raises means that it was not said for certain.

    `measure` is told name, outcome and seconds of each command, once it is answered.
    """

    database: Database
    commands: Mapping[str, Command]
    memory: Memory
    clock: Callable[[], datetime]
    catch_up: timedelta
    deliver: Callable[[int], Awaitable[object]]
    post_url: Callable[[str, str, str, str], str]
    erased: Path | None = None
    turns: Turns = field(default_factory=Turns)
    draw: Callable[[Picture], Awaitable[bytes | None]] = no_pictures
    speak: Callable[[str, str, Aloud | Notice], Awaitable[object]] = nobody_speaks
    measure: Callable[[str, str, float], None] = lambda _command, _outcome, _seconds: None

    async def handle(self, request: Request, ahead: Ahead | None = None) -> Reply:
        """Answer a request. Never raises but for cancellation: every fault becomes a Reply.

        `ahead` is told the answer in the loop while the disk is still being waited for.
        """
        started = time.perf_counter()
        told = Told(ahead)
        outcome, reply = await self._in_turn(request, told)
        took = time.perf_counter() - started
        # On the loop's next round: the answer goes out before its line is written.
        asyncio.get_running_loop().call_soon(self._tell, request, outcome, took, told.afterwards)
        return reply

    def _tell(
        self, request: Request, outcome: str, took: float, afterwards: Sequence[Callable[[], None]]
    ) -> None:
        _log(request, outcome, took)
        self.measure(request.command if request.command in self.commands else "unknown", outcome, took)
        for each in afterwards:
            each()

    async def _in_turn(self, request: Request, told: Told) -> tuple[str, Reply]:
        command = self.commands.get(request.command)
        try:
            with self.turns.turn((request.platform, request.person.id), command.cost if command else 1):
                return await self._outcome(request, command, told)
        except TooFast as fault:
            wait = TOO_FAST_TEXT.format(plural(math.ceil(fault.seconds), "second"))
            return "too fast", Reply(TOO_FAST, wait, tone=Tone.WARN)

    async def _outcome(self, request: Request, command: Command | None, told: Told) -> tuple[str, Reply]:
        try:
            return "ok", await self._run(request, command, told)
        except Refused as refused:
            return "refused", refused.reply
        except Unavailable as fault:
            return _unavailable(fault)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("command failed", extra={"command": request.command[:32], "reference": reference})
            text = SAVED_TEXT if told.saved else FAULT_TEXT
            return "error", Reply(FAULT, text.format(reference), tone=Tone.WARN)

    async def _run(self, request: Request, command: Command | None, told: Told) -> Reply:
        if command is None or (command.only and request.platform not in command.only):
            return UNKNOWN
        if command.audience is Audience.ORGANIZER and request.workspace is not None and not request.organizer:
            if not await self._is_named(request):
                who = words_of(request.platform).organizers
                return Reply(NOT_ORGANIZER, NOT_ORGANIZER_TEXT.format(who), tone=Tone.WARN)
            request = replace(request, organizer=True)
        args = {} if request.ask else checked(command, request.args)
        group_id, now = group_of(request), self.clock()
        loop = asyncio.get_running_loop()
        afterwards: list[Callable[[], None]] = []

        def work(session: Session) -> Wording:
            asked = at_home(session, command, request, group_id)
            afterwards.clear()  # of a run that met others' changes and was undone
            context = Context(
                *(session, asked, now, self.memory, self.commands, self.catch_up, self.post_url),
                *(group_id, self.erased, afterwards),
            )
            if request.ask:
                return Wording(_form(command, context), None, None)
            only = None if asked is request else self.commands
            wording = Wording(command.run(context, **args), told.ahead, only)
            if command.writes:
                loop.call_soon_threadsafe(wording.early)
            return wording

        writes = command.writes and not request.ask
        wording = await (self.database.write(work) if writes else self.database.read(work))
        told.saved, told.afterwards = writes, afterwards
        reply = wording.reply()
        if reply.picture is not None:
            return await self._with_picture(reply, reply.picture)
        if reply.aloud is not None:
            return await self._aloud(request, reply, reply.aloud)
        return reply if reply.deliver is None else await self._deliver(request, reply, reply.deliver)

    async def _is_named(self, request: Request) -> bool:
        """Whether somebody was named an organizer here, which the platform knows nothing of."""
        place = request.platform, request.workspace or "", request.person.id
        return await self.database.read(lambda session: organizers.is_named(session, *place))

    async def _with_picture(self, reply: Reply, picture: Picture) -> Reply:
        """The same answer with its picture drawn. A picture that fails never costs the answer."""
        try:
            drawn = await self.draw(picture)
        except Exception:
            log.exception("a picture was not drawn", extra={"picture": picture.name})
            return reply
        if drawn is None:
            return reply
        return replace(reply, attachment=Attachment(f"{picture.name}.png", drawn, picture.alt))

    async def _aloud(self, request: Request, reply: Reply, aloud: Aloud | Notice) -> Reply:
        """Say something for a person; where that fails they read so, and what was saved stays."""
        to = aloud.channel if isinstance(aloud, Aloud) else aloud.person
        try:
            async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                await self.speak(request.platform, request.workspace or "", aloud)
        except (Held, TryLater, Unsure, TimeoutError) as fault:
            log.warning("something was not said", extra={"to": to, "reason": str(fault)})
        except Exception:
            log.exception("something was not said", extra={"to": to})
        else:
            return reply
        return replace(reply, text=reply.text.replace(aloud.said, aloud.otherwise))

    async def _deliver(self, request: Request, reply: Reply, post: int) -> Reply:
        try:
            await self.deliver(post)
        except Exception:
            # The post is queued and goes out with the next tick; the answer says how it stands.
            log.exception("a post asked for was not delivered at once", extra={"post": post})
        posted = replace(request, command="posted", args={GROUP: group_of(request) or "", "post": post})
        try:
            return await self._run(posted, self.commands["posted"], Told())
        except Unavailable as fault:
            # It is saved, and may be posted: nobody should send it again for that.
            log.warning("what became of a post could not be read", extra={"post": post, "reason": str(fault)})
            return reply

    async def suggest(self, request: Request, option_name: str, typed: str) -> Sequence[Choice]:
        """Choices for an option while somebody types; from memory once the person was seen here."""
        command = self.commands.get(request.command)
        option = command.option(option_name) if command else None
        if option is None or option.suggest is None:
            return ()
        if self.memory.seat(request) is None and request.workspace is not None:
            await self.database.read(lambda session: find_seat(session, request, self.memory))
        return option.suggest(self.memory, request, typed)


def _unavailable(fault: Unavailable) -> tuple[str, Reply]:
    if isinstance(fault, Busy):
        return "busy", BUSY
    if isinstance(fault, Unwritable):
        log.error("the database can't be written", extra={"reason": str(fault)})
        return "unwritable", UNWRITABLE
    log.error("the database can't be reached", extra={"reason": str(fault)})
    return "unreachable", UNREACHABLE


def _form(command: Command, context: Context) -> Reply:
    """What the options are that a button asks for; nothing is done yet."""
    return Reply("", form=command.present(context) if command.present else {})


def _log(request: Request, outcome: str, took: float) -> None:
    log.info(
        "command",
        extra={
            "command": request.command[:32],
            "outcome": outcome,
            "ms": round(took * 1000, 2),
            "workspace": request.workspace,
            "channel": request.channel.id,
            "person": request.person.id,
        },
    )
