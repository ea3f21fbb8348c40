"""Draws off the loop, one picture at a time, each distinct one once."""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.core.picture import Picture, Scene

log = logging.getLogger("roadmate.pictures")

PATIENCE = 0.8
"""Seconds that an answer waits for its picture, its turn included. After 1.5 s Discord would have to be put off."""
KEPT_BYTES = 4_000_000
"""About a hundred pictures."""
KEPT_SECONDS = 600
WAITING = 16
"""Pictures that wait for their turn; with more before it, one would be too late anyway."""


def _draw(scene: Scene) -> bytes:
    # Only here, so that a bot that was never asked for a picture loads neither Pillow nor a font.
    from bot.pictures.drawing import draw

    return draw(scene)


@dataclass(slots=True)
class Studio:
    """Makes PNGs of pictures. Nothing is loaded and no thread begins before the first one.

    A finished picture is kept by a hash of what is on it, so the same one asked for again costs a look-up.
    """

    patience: float = PATIENCE
    drawer: Callable[[Scene], bytes] = _draw
    _thread: ThreadPoolExecutor | None = None
    _kept: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _making: dict[bytes, "asyncio.Future[bytes]"] = field(default_factory=dict)
    _missing: bool = False

    async def draw(self, picture: Picture) -> bytes | None:
        """The picture as a PNG, or None where it fails or can't be there in time, which is logged."""
        key = hashlib.blake2b(repr(picture.scene).encode("utf-8", "replace"), digest_size=16).digest()
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        making = self._making.get(key) or self._begin(key, picture)
        if making is None:
            return None
        # A wait that ends too early cancels nothing: who asks again is glad of what came too late for this one.
        done, _ = await asyncio.wait({making}, timeout=self.patience)
        if not done:
            log.warning(
                "a picture came too late", extra={"picture": picture.name, "waiting": len(self._making)}
            )
            return None
        return None if making.exception() else making.result()

    def _begin(self, key: bytes, picture: Picture) -> "asyncio.Future[bytes] | None":
        if self._missing:
            return None
        if len(self._making) >= WAITING:
            log.warning("a picture was left out", extra={"picture": picture.name, "waiting": WAITING})
            return None
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        making = asyncio.get_running_loop().run_in_executor(self._thread, self.drawer, picture.scene)
        self._making[key] = making
        making.add_done_callback(lambda drawn: self._finished(key, picture.name, drawn))
        return making

    def _finished(self, key: bytes, name: str, drawn: "asyncio.Future[bytes]") -> None:
        self._making.pop(key, None)
        fault = None if drawn.cancelled() else drawn.exception()
        if isinstance(fault, ImportError):
            self._missing = True
            log.warning("there are no pictures without roadmate[pictures]", extra={"missing": fault.name})
        elif fault is not None:
            log.error("a picture was not drawn", extra={"picture": name}, exc_info=fault)
        elif not drawn.cancelled():
            self._keep(key, drawn.result())

    def _keep(self, key: bytes, drawn: bytes) -> None:
        if not self._kept:
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self.forget)
        self._kept[key] = drawn
        self._bytes += len(drawn)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= len(self._kept.popitem(last=False)[1])

    def forget(self) -> None:
        """Let go of every picture, and of the names in them: who asked to be forgotten is in none for long."""
        from bot.pictures.text import forget

        forget()
        self._kept.clear()
        self._bytes = 0

    def close(self) -> None:
        """Let go of the thread; what waits is not drawn any more."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
