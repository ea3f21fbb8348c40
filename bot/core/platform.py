"""What a platform offers the rest of the bot, and how a post can end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.command import Choice
from bot.core.reply import Reply
from bot.core.request import Request

Ahead = Callable[[Reply], None]


class Handle(Protocol):
    """Answers a request.

    `ahead` is told the answer while it is being saved: to make it ready, and not to show it, since the saving may fail.
    """

    def __call__(self, request: Request, ahead: Ahead | None = None) -> Awaitable[Reply]:
        """Answer; only what this returns is true."""
        ...


SuggestFor = Callable[[Request, str, str], Awaitable[Sequence[Choice]]]
"""(request, option, text typed so far) -> choices."""


ANSWERS_WITHIN = timedelta(seconds=30)
"""A platform has done what it was asked, or given it up, after this time."""


class Held(Exception):
    """The platform refuses the post for a reason that only a person can mend; `str()` says which.

    `gone` says that the channel itself no longer exists, so that nothing can be posted there again.
    """

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


class Deleted(Held):
    """The message is no longer there: somebody has deleted it, and so it stays."""


class Closed(Held):
    """The person takes no direct messages from us, and only they can change that."""


class Absent(Held):
    """The person is not in the workspace any more."""


class TryLater(Exception):
    """The platform certainly did not take the post; try again after `seconds`."""

    def __init__(self, reason: str, seconds: float = 15.0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Unsure(Exception):
    """The post may or may not exist: an answer was lost, late or a server error."""


@dataclass(frozen=True, slots=True)
class Message:
    """A post on its way out. The same `nonce` within a few minutes is the same message to the platform.

    `mark` stands in the ids of the post's buttons, so that it is found again in the channel's history. `still` is
    asked when the message is about to leave: a machine may have slept since it was decided to send it again.
    `workspace` says on whose behalf, where a platform has an access of its own for each.
    """

    channel: str
    reply: Reply
    nonce: str
    mark: str
    still: Callable[[], bool] = lambda: True
    workspace: str = ""


OWNER, STRANGER = "application", "stranger"
"""Notes: the application that the database belongs to, and another one that was started on it and posts nothing."""


class Notes(Protocol):
    """A few short texts that a platform keeps over a restart."""

    async def get(self, key: str) -> str | None:
        """What was put under a key, or None."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        ...


class Vault(Protocol):
    """Sealed texts, one for each workspace, which mean something to their platform only."""

    async def get(self, workspace: str) -> str | None:
        """What was put there for a workspace, or None."""
        ...

    async def put(self, workspace: str, sealed: str) -> None:
        """Keep a text for a workspace."""
        ...

    async def drop(self, workspace: str) -> None:
        """Keep nothing for it any more."""
        ...

    async def names(self) -> Sequence[str]:
        """The workspaces that something is kept for."""
        ...


class Watched(Protocol):
    """A platform as the process sees it: it has a name, says how it is, and can be left."""

    name: str

    def connected(self) -> bool:
        """Whether it is."""
        ...

    def latency(self) -> float:
        """Seconds from a heartbeat to its answer; no number where there is none."""
        ...

    def refusals(self) -> int:
        """How many requests it refused within ten minutes."""
        ...

    def troubles(self) -> Sequence[str]:
        """What the operator should know, in sentences."""
        ...

    async def idle(self) -> None:
        """Wait until everybody who has asked something is answered."""
        ...

    async def close(self) -> None:
        """Leave it."""
        ...


class Roles(Protocol):
    """Giving people roles, where a platform has any."""

    async def put(self, workspace: str, person: str, role: str, *, on: bool) -> None:
        """Give somebody a role or take it from them; done already is no fault.

        Raises Absent, Held, TryLater or Unsure.
        """
        ...


class Platform(Protocol):
    """The sending side of a chat platform.

    `knows_nonces` says that it recognises a message that is sent again within two minutes by its nonce; where it does
    not, the channel is read before anything in doubt is sent again. `roles` is None where people have none.
    """

    name: str
    knows_nonces: bool
    roles: Roles | None

    def ready(self) -> bool:
        """Whether posts can be sent now."""
        ...

    async def send(self, message: Message) -> str:
        """Post a message and return its id. Raises Held, TryLater or Unsure."""
        ...

    async def find(self, message: Message, since: datetime) -> str | None:
        """Look for a message in its channel's history; raises as `send` does when that can't be read."""
        ...

    async def edit(self, workspace: str, channel: str, message_id: str, reply: Reply) -> None:
        """Let a message of ours say something else. Raises Deleted, Held, TryLater or Unsure."""
        ...

    async def open_thread(self, workspace: str, channel: str, message_id: str, name: str, text: str) -> str:
        """Open the discussion under a message, once, and return its id. Raises Held, TryLater or Unsure."""
        ...

    async def direct(self, workspace: str, person: str) -> str:
        """The channel in which a person is spoken to privately. Raises Closed, Held, TryLater or Unsure."""
        ...

    async def tell(self, workspace: str, person: str, reply: Reply) -> bool:
        """Say something to a person privately; False when they do not take messages.

        Without a workspace it is said in that of the person's id, where a platform has an access for each.
        """
        ...

    def message_url(self, workspace: str, channel: str, message_id: str) -> str:
        """The address of a message."""
        ...
