"""What was begun already: platforms deliver again what they believe lost, and it must be done once."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

REMEMBERED = 20_000
"""Deliveries that are remembered. Slack delivers again at once, after one minute and after five."""


@dataclass(slots=True)
class Seen:
    """The latest deliveries, in this process: one is acknowledged before it is begun, so none outlives its process."""

    _latest: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)

    def first(self, *names: Hashable) -> bool:
        """Whether a delivery is seen for the first time, by whichever of the names that it goes by."""
        new = not any(name in self._latest for name in names)
        for name in names:
            self._latest[name] = None
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
        return new
