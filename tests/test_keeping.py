"""Tasks that die are started again, later each time, and given up in the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from bot import keeping
from bot.core.errors import Passing, StartupError
from bot.keeping import Keeper

Work = Callable[[], Awaitable[None]]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """How long was waited each time; nobody really waits."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", wait)
    yield waited
    monkeypatch.undo()


def dying(*deaths: Exception) -> Work:
    """Die each of these deaths, then end well."""
    rest = iter(deaths)

    async def work() -> None:
        if (death := next(rest, None)) is not None:
            raise death

    return work


async def test_a_task_that_dies_is_started_again_later_each_time(
    pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """Each death in a row is waited for three times as long as the one before, with its reason in the log."""
    keeper = Keeper()
    await keeper.keep("ticks", dying(*[ValueError("boom")] * 5))
    assert pauses == [10, 30, 90, 270, 600]
    assert keeper.restarts == {"ticks": 5}
    ((name, seconds),) = keeper.shaky()
    assert name == "ticks"
    assert 599 < seconds <= 600
    assert caplog.text.count("ValueError: boom") == 5


async def test_a_task_that_only_dies_is_given_up(pauses: list[float]) -> None:
    """After six deaths in a row the process ends with one line, and so never spins."""
    with pytest.raises(StartupError, match=r"task ticks died 6 times in a row.*ValueError\('boom'\)"):
        await Keeper().keep("ticks", dying(*[ValueError("boom")] * 7))
    assert len(pauses) == 5


async def test_a_task_that_nobody_needs_is_never_given_up(pauses: list[float]) -> None:
    """The bot goes on without it, and tries again every ten minutes."""
    await Keeper().keep("web", dying(*[ValueError("boom")] * 50), most_deaths=None)
    assert pauses[4:] == [600] * 46


async def test_what_only_the_operator_can_mend_is_not_tried_again(pauses: list[float]) -> None:
    """A wrong token ends the process at the first try (scenario 4)."""
    with pytest.raises(StartupError, match="token"):
        await Keeper().keep("discord", dying(StartupError("the token")))
    assert pauses == []


async def test_what_passes_by_itself_is_one_line(
    pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    """A network that is gone for a moment is no traceback."""
    await Keeper().keep("discord", dying(Passing("Discord can't be reached.")))
    (line,) = caplog.records
    assert (line.getMessage(), line.exc_info, line.levelname) == (
        "Discord can't be reached.",
        None,
        "WARNING",
    )


async def test_a_task_that_lived_long_is_forgiven(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deaths that lie far apart are no row."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    deaths = 0

    async def work() -> None:
        nonlocal now, deaths
        now += keeping.STEADY + 1
        deaths += 1
        if deaths <= 20:
            raise ValueError("boom")

    keeper = Keeper()
    await keeper.keep("discord", work)
    assert pauses == [10] * 20
    now += 10 + keeping.SHAKY
    assert keeper.shaky() == []
