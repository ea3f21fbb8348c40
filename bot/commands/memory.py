"""What the process remembers so that autocomplete answers without a hop to the database.

Only hints live here: losing or mistaking one changes the order of suggestions and nothing else.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from bot.core.request import Request
from bot.study.catalog import Catalog, Edition

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

PEOPLE = 50_000


class Recent(Generic[K, V]):
    """A dictionary that forgets what was unused the longest. The threads of the database share it."""

    def __init__(self, size: int) -> None:
        self._size, self._alone = size, Lock()
        self._items: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        with self._alone:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key]

    def put(self, key: K, value: V) -> None:
        """Remember a value."""
        with self._alone:
            self._items[key] = value
            self._items.move_to_end(key)
            while len(self._items) > self._size:
                self._items.popitem(last=False)

    def drop(self, unwanted: Callable[[K], bool]) -> None:
        """Forget the keys that are unwanted."""
        with self._alone:
            for key in [key for key in self._items if unwanted(key)]:
                del self._items[key]

    def clear(self) -> None:
        """Forget everything."""
        with self._alone:
            self._items.clear()


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a person was when they last spoke: the group, its roadmap, and what they were on first."""

    group_id: int
    edition_id: int
    first: tuple[str, ...]


class News:
    """What commands have seen or changed, for the next tick: other names, and groups whose board may look different.

    It is in this process alone: names are seen again with the next command, and after a start every board is looked at.
    """

    def __init__(self) -> None:
        self._alone = Lock()
        self._names: dict[int, tuple[str, str]] = {}
        self._groups: set[int] = set()

    def touch(self, group_id: int) -> None:
        """Say that a group's board may have changed."""
        with self._alone:
            self._groups.add(group_id)

    def rename(self, group_id: int, member_id: int, key: str, name: str) -> None:
        """Say what a member, with the key of their account, is called now."""
        with self._alone:
            self._names[member_id] = key, name
            self._groups.add(group_id)

    def any(self) -> bool:
        """Whether there is something to take."""
        return bool(self._names or self._groups)

    def take(self) -> tuple[Sequence[tuple[int, str, str]], frozenset[int]]:
        """Hand over and forget: (member, key, name) of who has another name, and the groups."""
        with self._alone:
            names = [(member, key, name) for member, (key, name) in self._names.items()]
            groups = frozenset(self._groups)
            self._names, self._groups = {}, set()
        return names, groups


SeatKey = tuple[str, str, str, str]
"""(platform, workspace, channel, person)."""


@dataclass(slots=True)
class Memory:
    """The catalog, replaced as a whole when roadmaps change, and the seats of people seen lately."""

    catalog: Catalog = field(default_factory=Catalog)
    seats: Recent[SeatKey, Seat] = field(default_factory=lambda: Recent(PEOPLE))
    news: News = field(default_factory=News)

    def seat(self, request: Request) -> Seat | None:
        """Where the person who asks was when they last spoke here."""
        return self.seats.get(_key(request))

    def edition_for(self, seat: Seat | None) -> Edition | None:
        """The roadmap that a seat is about; without a seat, the only one there is."""
        if seat is not None:
            return self.catalog.editions.get(seat.edition_id)
        return next(iter(self.catalog.editions.values())) if len(self.catalog.editions) == 1 else None

    def forget(self, platform: str, person: str) -> None:
        """Let go of a person, wherever they were."""
        self.seats.drop(lambda key: (key[0], key[3]) == (platform, person))

    def take_seat(self, request: Request, seat: Seat) -> None:
        """Remember it."""
        self.seats.put(_key(request), seat)


def _key(request: Request) -> SeatKey:
    return (request.platform, request.workspace or "", request.channel.home, request.person.id)
