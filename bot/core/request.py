"""What somebody asked for, in words that every platform shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ChannelKind(StrEnum):
    """What a channel is, as far as posting there matters."""

    TEXT = "text"
    ANNOUNCEMENT = "announcement"
    THREAD = "thread"
    FORUM = "forum"
    DIRECT = "direct"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Person:
    """A person by the platform's id, which nobody else has there; `name` is hostile text until it is escaped."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as the platform sees it now.

    `parent` is the channel that a thread belongs to. `missing` names the permissions that the bot lacks there,
    in the platform's own words, or is None where that could not be seen.
    """

    id: str
    name: str = ""
    kind: ChannelKind = ChannelKind.TEXT
    parent: str | None = None
    missing: tuple[str, ...] | None = None

    @property
    def home(self) -> str:
        """The id that a group would live under: the parent of a thread, else the channel itself."""
        return self.parent or self.id


@dataclass(frozen=True, slots=True)
class Role:
    """A role as the platform sees it now.

    `dangers` names permissions that it gives and nobody should get by studying. `missing` names what the bot lacks to
    give roles at all, and `in_reach` says whether it stands above this one; both are None where that could not be seen.
    """

    id: str
    name: str = ""
    everyone: bool = False
    managed: bool = False
    dangers: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    in_reach: bool | None = None


Value = str | int | float | Channel | Person | Role


@dataclass(frozen=True, slots=True)
class Request:
    """A command with its arguments, and who said it where.

    `organizer` is what the platform says of the person's rights at this very moment. `workspace` is None in a
    direct message. With `ask` nothing is done yet: a button asks for these options in a form, and the answer is what
    they are now. `zone` is the time zone that the platform knows of the person, unchecked.
    """

    platform: str
    workspace: str | None
    channel: Channel
    person: Person
    organizer: bool
    command: str
    args: Mapping[str, Value] = field(default_factory=dict)
    locale: str | None = None
    workspace_name: str = ""
    ask: tuple[str, ...] = ()
    zone: str | None = None
