"""The threads in which transactions run.

A `ThreadPoolExecutor` makes two futures for each piece of work and copies the result from one to the other, with locks
at each step: a quarter of the benchmark's floor for every answer.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

NO_FUTURE = "StopIteration: a future can't carry one, and whoever waits for it would wait for ever"

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class Workers:
    """At most so many threads, each begun when all others have work. One loop asks; whoever likes closes, once."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._free = 0
        self._closed = False
        # Closing must come wholly before or after a request: behind its last word nobody is served.
        self._alone = Lock()

    def run(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Have work done in one of the threads. Whoever no longer waits for it changes nothing once it has begun.

        Raises RuntimeError when closed.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._alone:
            if self._closed:
                raise RuntimeError("the database is closed")
            if self._free <= 0 and len(self._threads) < self._most:
                self._begin()
            self._free -= 1
            self._jobs.put((work, future, loop))
        return future

    def _begin(self) -> None:
        # A daemon, as a process that must end may: what was not committed is rolled back.
        thread = Thread(target=self._serve, name=f"{self._name}_{len(self._threads)}", daemon=True)
        thread.start()
        self._threads.append(thread)
        self._free += 1

    def close(self) -> None:
        """Let everything that was asked for finish, then end the threads."""
        with self._alone:
            self._closed = True
            for _ in self._threads:
                self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._do(*job)
            del job  # nothing of it is kept until the next one comes

    def _do(
        self, work: Callable[[], T], future: "asyncio.Future[T]", loop: asyncio.AbstractEventLoop
    ) -> None:
        result: T | None = None
        error: BaseException | None = None
        if not future.cancelled():
            try:
                result = work()
            except StopIteration as fault:
                error = RuntimeError(NO_FUTURE)
                error.__cause__ = fault
            except BaseException as fault:  # noqa: BLE001 - whoever waits for it gets it
                error = fault
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(self._hand_over, future, result, error)
        # A fault knows this frame by its traceback: as one of its names it would be kept until the collector comes.
        del error, result

    def _hand_over(self, future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
        self._free += 1
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
