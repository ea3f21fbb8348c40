"""The count: what each channel should have got, and what it got. The server's own messages are the judge."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.world import World


@dataclass
class Count:
    """What became of the posts and the marks of some rounds."""

    rounds: int = 0
    expected: int = 0
    seen: int = 0
    doubled: int = 0
    lost: int = 0
    threadless: int = 0
    answered: int = 0
    kept: int = 0
    marks_doubled: int = 0
    notes: list[str] = field(default_factory=list)
    """What went wrong, for whoever looks for it."""
    said: list[str] = field(default_factory=list)
    """What else was measured."""

    def __add__(self, other: "Count") -> "Count":
        """Both together."""
        numbers = (name for name, value in vars(self).items() if isinstance(value, int))
        both = {name: getattr(self, name) + getattr(other, name) for name in numbers}
        return Count(**both, notes=self.notes + other.notes, said=self.said + other.said)

    def good(self) -> bool:
        """Whether the promise was kept."""
        bad = (self.doubled, self.lost, self.threadless, self.marks_doubled, self.answered - self.kept)
        return not any(bad) and self.seen == self.expected > 0


class Counter:
    """Counts what comes into the channels of a world, occurrence by occurrence."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.said: list[tuple[str, str]] = []
        """(person, item) of every mark whose answer "Recorded" has reached Discord."""
        self._before = dict.fromkeys(world.channels, 0)

    def occurrence(self, *, threads: bool, channels: Iterable[str] = (), rounds: int = 1) -> Count:
        """Count an occurrence that every channel should have got one post of."""
        found = Count(rounds=rounds)
        discord = self.world.discord
        for channel in channels or self.world.channels:
            posts = discord.posts(channel)
            new = posts[self._before[channel] :]
            self._before[channel] = len(posts)
            found.expected += 1
            found.seen += len(new)
            found.lost += not new
            found.doubled += max(0, len(new) - 1)
            words = [len(discord.messages[post["id"]]) for post in new if post["id"] in discord.threads]
            found.threadless += threads and words != [1] * len(new)
            found.doubled += sum(max(0, count - 1) for count in words)
        return found

    def marks(self) -> Count:
        """Compare the marks that were answered with those on disk."""
        found: dict[tuple[str, str], int] = {}
        question = (
            "SELECT member.person, item.key FROM mark JOIN member ON member.id = mark.member_id"
            " JOIN item ON item.id = mark.item_id WHERE mark.act = 'finished'"
        )
        for person, item in self.world.rows(question):
            found[person, item] = found.get((person, item), 0) + 1
        kept = sum(mark in found for mark in self.said)
        doubled = sum(number - 1 for number in found.values())
        return Count(answered=len(self.said), kept=kept, marks_doubled=doubled)
