"""Discord's shards: the parts into which it deals a bot's servers, so that several processes can share them."""

import re
from dataclasses import dataclass
from typing import Self

_TYPED = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?/(\d{1,4})", re.ASCII)
HOW = "should be like 0-3/16: the first and the last shard of this process, counted from 0, and how many there are"
_SHARD_BITS = 22
"""Below these bits Discord's ids tell what was made within one millisecond; it deals servers out by the rest."""


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards `first` to `last`, counted from 0, of `count`; one process without sharding is 0 of 1."""

    first: int = 0
    last: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0-3/16` or `5/16`. Raises ValueError that says how to write it."""
        found = _TYPED.fullmatch(text.strip())
        if found is None:
            raise ValueError(HOW)
        first, last, count = int(found[1]), int(found[2] or found[1]), int(found[3])
        if not first <= last < count:
            raise ValueError(HOW)
        return cls(first, last, count)

    def __str__(self) -> str:
        part = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{part}/{self.count}"

    @property
    def ids(self) -> range:
        """Each of them."""
        return range(self.first, self.last + 1)

    @property
    def is_all(self) -> bool:
        """Whether nothing is left for another process."""
        return len(self.ids) == self.count


ALL = Shards()


def shard_key(workspace: str) -> int:
    """What decides on a workspace's shard: that is `shard_key % count`. Platforms without shards have 0."""
    return int(workspace) >> _SHARD_BITS if workspace.isdecimal() else 0
