"""A bot without a chat: the real database, dispatcher, ticker and delivery around a fake platform."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, col, select

from bot.commands.memory import Memory
from bot.commands.table import COMMANDS
from bot.core.command import Command
from bot.core.platform import Deleted, Message, Unsure
from bot.core.reply import Reply
from bot.core.request import Channel, Person, Request, Value
from bot.dispatch import Dispatcher
from bot.jobs.deliver import Delivery
from bot.jobs.tick import Ticker
from bot.store import groups, roadmaps
from bot.store.database import Database
from bot.store.tables import Group, Post, PostKind
from bot.study.roadmap import Roadmap
from tests.makers import MONDAY, group, roadmap, topic

CATCH_UP, KEEP = timedelta(hours=36), timedelta(days=30)
REMEMBERED = timedelta(minutes=3)
"""How long the fake platform knows a nonce."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = MONDAY - timedelta(minutes=1)

    def __call__(self) -> datetime:
        """Say what time it is."""
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@dataclass
class Lost:
    """The answer to a send gets lost: the message was `taken` or not."""

    taken: bool


Fault = Exception | Lost


@dataclass
class FakeRoles:
    """Keeps who has which role; `faults` are what happens to the next calls."""

    given: set[tuple[str, str, str]] = field(default_factory=set)
    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)

    async def put(self, workspace: str, person: str, role: str, *, on: bool) -> None:
        """Give or take a role."""
        self.calls.append((person, role, on))
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or isinstance(fault, Unsure):
            (self.given.add if on else self.given.discard)((workspace, person, role))
        if fault is not None:
            raise fault


@dataclass
class FakePlatform:
    """Keeps what would be visible in its channels; `faults` are what happens to the next calls of each kind."""

    clock: Clock
    name: str = "discord"
    knows_nonces: bool = True
    roles: "FakeRoles | None" = None
    is_ready: bool = True
    visible: list[tuple[str, str, Message, datetime]] = field(default_factory=list)
    """(id, channel, message, when) of everything that people see."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, Reply]] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)

    def fail(self, call: str, *faults: Fault | None) -> None:
        """Let the next calls of that kind (`send`, `find`, `thread`, or `send 100` for a channel) fail."""
        self.faults.setdefault(call, []).extend(faults)

    def sends(self) -> int:
        """Count the attempts to send."""
        return sum(call == "send" for call, _ in self.calls)

    def titles(self, channel: str = "100") -> list[str]:
        """Read the titles of what people see in a channel."""
        return [message.reply.title for _, where, message, _ in self.visible if where == channel]

    def ready(self) -> bool:
        """Whether posts can be sent now."""
        return self.is_ready

    async def send(self, message: Message) -> str:
        """Post a message, once for each nonce within a few minutes."""
        self.calls.append(("send", message.nonce))
        fault = self._next("send", message.channel)
        if isinstance(fault, Exception):
            raise fault
        taken = self._take(message) if fault is None or fault.taken else ""
        if fault is not None:
            raise Unsure("The answer was lost.")
        return taken

    def _take(self, message: Message) -> str:
        for id_, _, known, at in self.visible:
            if known.nonce == message.nonce and self.clock() - at <= REMEMBERED:
                return id_
        id_ = f"m{len(self.visible) + 1}"
        self.visible.append((id_, message.channel, message, self.clock()))
        return id_

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message by its mark."""
        self.calls.append(("find", message.mark))
        if isinstance(fault := self._next("find", message.channel), Exception):
            raise fault
        return next((id_ for id_, _, m, at in self.visible if m.mark == message.mark and at >= since), None)

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """Let a message that people see say something else."""
        self.calls.append(("edit", message_id))
        if isinstance(fault := self._next("edit", channel), Exception):
            raise fault
        place = next((n for n, (id_, *_) in enumerate(self.visible) if id_ == message_id), None)
        if place is None:
            raise Deleted("The message was deleted.")
        _, where, message, at = self.visible[place]
        self.visible[place] = (message_id, where, replace(message, reply=reply), at)

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Open a thread under a message that people see."""
        self.calls.append(("thread", message_id))
        if isinstance(fault := self._next("thread", channel), Exception):
            raise fault
        assert message_id in {id_ for id_, *_ in self.visible}
        self.threads[message_id] = name
        return f"t{message_id}"

    async def direct(self, workspace: str, person: str) -> str:
        """Speak privately in a channel of the person's own."""
        self.calls.append(("direct", person))
        if isinstance(fault := self._next("direct", person), Exception):
            raise fault
        return f"dm{person}"

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Say something privately."""
        self.told.append((person, reply))
        return True

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """Return the address of a message."""
        return f"https://chat.example/{workspace}/{channel}/{message_id}"

    def _next(self, call: str, channel: str) -> Fault | None:
        for name in (f"{call} {channel}", call):
            if self.faults.get(name):
                return self.faults[name].pop(0)
        return None


class Room:
    """A bot on one database with one group in channel 100 of workspace 1, whose organizer is person 7."""

    def __init__(
        self, url: str, commands: Sequence[Command] = COMMANDS, found: Roadmap | None = None
    ) -> None:
        self.url, self.clock, self.memory = url, Clock(), Memory()
        self.platform = FakePlatform(self.clock)
        self.database = Database(url)
        self.roadmap = found or roadmap(topic("python", 12), topic("docker", 6), "kubernetes", "terraform")
        self.delivery = self.another()
        self.ticker = self._new_ticker()
        self.dispatcher = Dispatcher(
            self.database,
            {command.name: command for command in commands},
            self.memory,
            self.clock,
            CATCH_UP,
            self._deliver,
            lambda _, *place: self.platform.message_url(*place),
        )

    def _new_ticker(self) -> Ticker:
        return Ticker(
            self.database,
            self._catalog,
            self.delivery,
            self.clock,
            CATCH_UP,
            KEEP,
            news=self.memory.news,
        )

    def restart_ticker(self) -> None:
        """Tick from now on as after a start."""
        self.ticker = self._new_ticker()

    def another(self) -> Delivery:
        """Make one more sender on the same database."""
        return Delivery(self.database, self._catalog, [self.platform], self.clock, CATCH_UP)

    def _catalog(self) -> Any:
        return self.memory.catalog

    async def _deliver(self, post: int) -> None:
        await self.delivery.run(only=post)

    async def open(self) -> None:
        """Open the database and make the group."""
        self.database.open()
        await self.publish(self.roadmap)
        self.group_id = await self.group()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    async def publish(self, *found: Roadmap) -> None:
        """Publish roadmaps, as a start with other files does."""
        now = self.clock()
        await self.database.write(lambda session: roadmaps.publish(session, found, now))
        self.memory.catalog = await self.database.read(roadmaps.load_catalog)

    async def group(self, **values: Any) -> int:
        """Make one more group and return its id."""
        now = self.clock()

        def make(session: Session) -> int:
            return group(session, now, **values).id or 0

        return await self.database.write(make)

    async def change(self, group_id: int | None = None, **values: Any) -> None:
        """Change a group behind everybody's back."""

        def write(session: Session) -> None:
            found = session.get(Group, group_id or self.group_id)
            assert found is not None
            for name, value in values.items():
                setattr(found, name, value)
            groups.save(session, found)

        await self.database.write(write)

    async def tick(self, **time: float) -> None:
        """Let time pass, then tick once."""
        self.clock.forward(**time)
        await self.ticker.tick()

    async def days(self, days: float, hours: int = 4) -> None:
        """Let days pass with a tick every few hours."""
        for _ in range(round(days * 24 / hours)):
            await self.tick(hours=hours)

    async def say(self, command: str, *, organizer: bool = True, **args: Value) -> Reply:
        """Say a command as the organizer in the group's channel."""
        return await self.dispatcher.handle(self.request(command, organizer=organizer, **args))

    def request(self, command: str, *, organizer: bool = True, **args: Value) -> Request:
        """Make a request in the group's channel."""
        return Request(
            "discord", "1", Channel("100", "study"), Person("7", "olivia"), organizer, command, args,
            workspace_name="Server",
        )  # fmt: skip

    async def posts(self, group_id: int | None = None, kind: str | None = None) -> list[Post]:
        """Read a group's posts, in the order in which they were planned."""
        wanted: Select[Any] = select(Post).where(Post.group_id == (group_id or self.group_id))  # type: ignore[assignment]
        if kind:
            wanted = wanted.where(col(Post.kind) == kind)
        return await self.database.read(lambda s: list(s.exec(wanted.order_by(col(Post.id)))))  # type: ignore[call-overload]

    async def prompts(self, group_id: int | None = None) -> list[Post]:
        """Read a group's prompts."""
        return await self.posts(group_id, PostKind.PROMPT)

    async def the_group(self, group_id: int | None = None) -> Group:
        """Read a group."""
        found = await self.database.read(lambda session: session.get(Group, group_id or self.group_id))
        assert found is not None
        return found
