"""What a command is given: the open transaction, who said what where, and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from bot.commands.memory import Memory
from bot.core.command import Command
from bot.core.request import Request
from bot.study.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Context:
    """Lives as long as one request. `group_id` is the group that a button named, unchecked.

    `erased` is the list of who was forgotten, where the operator has chosen one. `afterwards` is done in the loop once
    the answer is on its way, and only if all of this was saved.
    """

    session: Session
    request: Request
    now: datetime
    memory: Memory
    commands: Mapping[str, Command]
    catch_up: timedelta
    post_url: Callable[[str, str, str, str], str]
    group_id: int | None = None
    erased: Path | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def catalog(self) -> Catalog:
        """The roadmaps."""
        return self.memory.catalog

    def message_url(self, channel: str, message_id: str) -> str:
        """The address of a message in the workspace of the request."""
        return self.post_url(self.request.platform, self.request.workspace or "", channel, message_id)
