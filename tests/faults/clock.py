"""One clock for the bot's process and for Discord's, and the order to die at a point: both in a small file.

Two minutes of real time can't be waited for in each of hundreds of rounds. The file is mapped into both
processes, so that moving the clock is one store and reading it costs nothing.
"""

import mmap
import os
import signal
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

_OFFSET, _ORDER = struct.Struct("<d"), struct.Struct("<ii")
_ORDER_AT, _SIZE = 8, 16


class SharedClock:
    """The time of day, shifted forward by what the file says."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    def __call__(self) -> datetime:
        """Say what time it is."""
        (offset,) = _OFFSET.unpack_from(self._map, 0)
        return datetime.now(UTC) + timedelta(seconds=offset)

    def forward(self, **time: float) -> None:
        """Let time pass for everybody."""
        (offset,) = _OFFSET.unpack_from(self._map, 0)
        _OFFSET.pack_into(self._map, 0, offset + timedelta(**time).total_seconds())

    def order_death(self, point: int, countdown: int) -> None:
        """Have the bot's process kill itself when it passes a point for the `countdown`th time; 0 takes it back."""
        _ORDER.pack_into(self._map, _ORDER_AT, point, countdown)

    def passing(self, point: int) -> None:
        """Die here if that was ordered; SIGKILL leaves nobody the time to clean up."""
        ordered, countdown = _ORDER.unpack_from(self._map, _ORDER_AT)
        if ordered != point or countdown < 1:
            return
        _ORDER.pack_into(self._map, _ORDER_AT, ordered, countdown - 1)
        if countdown == 1:
            os.kill(os.getpid(), signal.SIGKILL)
