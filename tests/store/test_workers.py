"""The threads of the database: what is asked of them, in how many, and what becomes of it."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, current_thread

import pytest

from bot.store.workers import Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two threads at most."""
    workers = Workers(2, "hand")
    yield workers
    workers.close()


def fail() -> None:
    """Go wrong."""
    raise ZeroDivisionError


async def test_work_is_done_elsewhere_and_its_result_or_fault_comes_back(workers: Workers) -> None:
    """Whoever waits gets what the work gave or raised, and one thread serves those who come one after another."""
    names = [await workers.run(lambda: current_thread().name) for _ in range(5)]
    assert names == ["hand_0"] * 5
    with pytest.raises(ZeroDivisionError):
        await workers.run(fail)
    assert await workers.run(lambda: 7) == 7


async def test_no_more_threads_than_allowed_and_nobody_is_lost(workers: Workers) -> None:
    """Two long ones are done at once; a third waits for a thread and is done then."""
    gate, begun = Event(), [Event(), Event(), Event()]

    def long(number: int) -> int:
        begun[number].set()
        assert gate.wait(10)
        return number

    waiting = [workers.run(lambda number=number: long(number)) for number in range(3)]  # type: ignore[misc]
    assert begun[0].wait(10)
    assert begun[1].wait(10)
    assert not begun[2].is_set()
    gate.set()
    assert await asyncio.gather(*waiting) == [0, 1, 2]


async def test_what_nobody_waits_for_any_more_is_left_out_unless_it_has_begun() -> None:
    """A request that was cancelled in the queue does nothing; one that has begun is carried through."""
    workers, gate, done = Workers(1, "hand"), Event(), list[str]()
    begun = Event()

    def first() -> None:
        begun.set()
        assert gate.wait(10)
        done.append("first")

    running, queued = workers.run(first), workers.run(lambda: done.append("second"))
    assert begun.wait(10)
    running.cancel()
    queued.cancel()
    third = workers.run(lambda: done.append("third"))
    gate.set()
    await third
    assert done == ["first", "third"]
    workers.close()


async def test_closing_lets_all_of_it_finish_and_takes_nothing_more() -> None:
    """What was asked for before is done when closing ends, also where nobody can be told any more."""
    workers, done = Workers(2, "hand"), list[int]()
    waiting = [workers.run(lambda number=number: done.append(number)) for number in range(20)]  # type: ignore[misc]
    workers.close()
    assert sorted(done) == list(range(20))
    with pytest.raises(RuntimeError, match="closed"):
        workers.run(lambda: None)
    await asyncio.gather(*waiting)
    workers.close()


async def test_closing_from_elsewhere_leaves_nobody_waiting() -> None:
    """Whoever asks while another thread closes is served or refused, whichever comes first, and closing ends."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            workers, waiting = Workers(4, "hand"), list[asyncio.Future[int]]()
            closing = asyncio.ensure_future(asyncio.to_thread(workers.close))
            with suppress(RuntimeError):
                while True:
                    waiting.append(workers.run(lambda: 7))
                    await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await closing
                assert set(await asyncio.gather(*waiting)) <= {7}
    finally:
        sys.setswitchinterval(interval)


def test_a_loop_that_is_gone_is_not_told() -> None:
    """A loop that was closed meanwhile costs the thread nothing: it serves the next one."""
    workers, gate = Workers(1, "hand"), Event()

    async def leave() -> None:
        workers.run(lambda: gate.wait(10))

    async def ask() -> int:
        return await workers.run(lambda: 7)

    asyncio.run(leave())
    gate.set()
    assert asyncio.run(ask()) == 7
    workers.close()
