"""Alive, ready, and how it does: as the operator's machines see it."""

import asyncio
import json
import math
from typing import Any

import pytest

from bot import keeping
from bot.core.errors import Passing
from bot.store import health
from bot.store.disk import sqlite_file
from bot.store.faults import Unreachable
from bot.web import vitals
from bot.web.server import serve
from tests.makers import MONDAY
from tests.web.conftest import Web, spoil


@pytest.fixture(autouse=True)
def ask_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe no trial write for longer than a moment."""
    monkeypatch.setattr(vitals, "PROBE_EVERY", 0.0)


async def ready(web: Web) -> tuple[int, dict[str, Any]]:
    """Ask whether it is ready."""
    status, text = await web.get("/readyz")
    return status, json.loads(text)


async def test_a_bot_that_works_is_ready(web: Web) -> None:
    """With everything in order nothing is complained about."""
    web.keeper.restarts["ticks"], web.refused = 2, 12
    status, said = await ready(web)
    assert (status, said["ready"], said["problems"]) == (200, True, [])
    assert (said["last_tick_age_s"], said["gateway_latency_s"]) == (3.0, 0.04)
    assert (said["restarts"], said["invalid_requests"]) == ({"ticks": 2}, 12)
    assert (await web.figures())["roadmate_invalid_requests"] == 12


async def test_a_bot_without_discord_is_not_ready(web: Web) -> None:
    """Not being connected is said in words, and so is what has never happened yet."""
    web.is_connected, web.seconds, web.tick_age = False, math.nan, math.inf
    status, said = await ready(web)
    assert status == 503
    assert said["problems"] == ["Discord is not connected.", "Nothing has ticked yet."]
    assert (said["last_tick_age_s"], said["gateway_latency_s"]) == (None, None)


@pytest.mark.parametrize("age,problems", [(60, []), (61, ["Nothing has ticked for 61 seconds."])])
async def test_a_bot_that_ticks_no_more_is_not_ready(web: Web, age: float, problems: list[str]) -> None:
    """Four ticks without progress are too many."""
    web.tick_age = age
    assert (await ready(web))[1]["problems"] == problems


async def test_a_database_that_cannot_be_written_is_not_ready(web: Web) -> None:
    """A disk that takes nothing turns readiness red at once, and green again when it does (scenario 8)."""
    spoil(web.room)
    status, said = await ready(web)
    assert (status, said["problems"]) == (
        503,
        ["The database can't be used: attempt to write a readonly database."],
    )
    assert (await web.figures())["roadmate_database_writable"] == 0
    assert (await web.get("/healthz"))[0] == 200
    spoil(web.room, spoilt=False)
    assert (await ready(web))[0] == 200


async def test_a_database_that_cannot_be_asked_is_not_ready(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is gone is a problem among others, and no fault of the page."""

    async def gone(_work: object) -> None:
        raise Unreachable("the connection is lost")

    monkeypatch.setattr(web.room.database, "read", gone)
    status, said = await ready(web)
    assert (status, said["problems"]) == (503, ["The database can't be used: the connection is lost."])
    assert (await web.figures())["roadmate_database_writable"] == 0


async def test_a_task_that_died_is_not_ready_and_both_pages_say_so(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that was started again is told by its name for a minute, and counted for ever (scenario 5)."""
    monkeypatch.setattr(keeping, "FIRST_PAUSE", 0.0)
    deaths = iter([ValueError("boom")])

    async def work() -> None:
        if (death := next(deaths, None)) is not None:
            raise death

    await web.keeper.keep("ticks", work)
    status, said = await ready(web)
    assert (status, said["problems"]) == (503, ["The task ticks died and was started again."])
    assert json.loads((await web.get("/healthz"))[1]) == {"roadmate": "alive", "restarts": {"ticks": 1}}
    assert (await web.figures())['roadmate_task_restarts{task="ticks"}'] == 1


async def test_a_task_that_waits_to_be_started_again_is_not_said_to_run(web: Web) -> None:
    """While a task that died waits for its turn the sentence and the count agree: it is not there yet."""
    died = asyncio.Event()

    async def work() -> None:
        died.set()
        raise Passing("no network")

    kept = asyncio.create_task(web.keeper.keep("discord", work))
    await died.wait()
    status, said = await ready(web)
    kept.cancel()
    assert (status, said["restarts"]) == (503, {"discord": 0})
    assert said["problems"] == ["The task discord died and is started again in 10 s."]


async def test_a_damaged_file_is_told_with_its_remedy(web: Web) -> None:
    """A file that is no database any more turns readiness red, and the page says what helps."""
    path = sqlite_file(web.room.url)
    for part in (path, path.with_name(f"{path.name}-wal")):
        part.write_bytes(b"no database " * 10_000)
    status, said = await ready(web)
    assert status == 503
    (problem,) = said["problems"]
    assert problem.startswith("The database can't be used: ")
    assert problem.endswith("put a backup back with `roadmate restore`.")
    assert (await web.figures())["roadmate_database_writable"] == 0


async def test_whatever_the_database_says_the_page_answers(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault that nobody thought of is a problem on the page, and in the log with all that is known of it."""

    async def odd(_work: object) -> None:
        raise LookupError("boom")

    monkeypatch.setattr(web.room.database, "write", odd)
    status, said = await ready(web)
    assert (status, said["problems"]) == (
        503,
        ["The database can't be used: LookupError, of which the log tells more."],
    )
    assert "LookupError: boom" in caplog.text


async def test_asking_often_writes_rarely(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often somebody asks, a trial write is made once in a while."""
    monkeypatch.setattr(vitals, "PROBE_EVERY", 3600.0)
    written = []
    monkeypatch.setattr(health, "probe", lambda _session, now: written.append(now))
    for _ in range(3):
        await ready(web)
    assert len(written) == 1


async def test_posts_are_counted_by_what_became_of_them(web: Web) -> None:
    """Each attempt counts, and what is due and not sent can be seen waiting."""
    room = web.room
    room.platform.is_ready = False
    room.clock.now = MONDAY
    await room.ticker.guarded()
    room.clock.forward(seconds=40)
    figures = await web.figures()
    assert (figures["roadmate_posts_waiting"], figures["roadmate_oldest_waiting_seconds"]) == (1, 40)
    room.platform.is_ready = True
    await room.ticker.guarded()
    figures = await web.figures()
    assert (figures["roadmate_posts_waiting"], figures["roadmate_oldest_waiting_seconds"]) == (0, 0)
    assert figures['roadmate_posts_total{kind="prompt",outcome="sent"}'] == 1
    assert figures['roadmate_posts_total{kind="prompt",outcome="thread"}'] == 1
    assert figures['roadmate_post_late_seconds_sum{kind="prompt"}'] == 40
    assert figures['roadmate_tick_seconds_count{outcome="ok"}'] == 2
    assert figures['roadmate_groups{state="active"}'] == 1


async def test_commands_are_timed_by_name_and_outcome(web: Web) -> None:
    """Every answer is measured; a name that is not in the table, which anybody can make up, makes no series."""
    await web.room.say("done", item="python", note="canary-note")
    await web.room.say("no-such-command-canary")
    await web.room.say("pause", organizer=False)
    spoil(web.room)
    await web.room.say("done", item="docker")
    figures = await web.figures()
    counts = {name: value for name, value in figures.items() if "command_seconds_count" in name}
    assert counts == {
        'roadmate_command_seconds_count{command="done",outcome="ok"}': 1,
        'roadmate_command_seconds_count{command="unknown",outcome="ok"}': 1,
        'roadmate_command_seconds_count{command="pause",outcome="ok"}': 1,
        'roadmate_command_seconds_count{command="done",outcome="unwritable"}': 1,
    }
    assert figures["roadmate_marks"] == 1
    _, text = await web.get("/metrics")
    assert not [word for word in ("canary", "olivia", "python") if word in text.replace("python_", "")]


async def test_failing_ticks_are_counted(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick that could not write and one that failed are told apart."""
    monkeypatch.setattr(web.room.platform, "ready", lambda: 1 / 0)
    web.room.clock.forward(days=7)
    await web.room.ticker.guarded()
    spoil(web.room)
    web.room.clock.forward(days=7)
    await web.room.ticker.guarded()
    figures = await web.figures()
    assert figures['roadmate_tick_seconds_count{outcome="error"}'] == 1
    assert figures['roadmate_tick_seconds_count{outcome="unwritable"}'] == 1


async def test_a_taken_port_is_one_line_that_says_what_to_do(web: Web) -> None:
    """A second server on the same port is told why, and how to have another one."""
    with pytest.raises(Passing, match=rf"127.0.0.1:{web.port} is taken.*HEALTH_PORT"):
        await serve("127.0.0.1", web.port, web.vitals, web.metrics)


async def test_an_unknown_host_is_named_with_its_setting(web: Web) -> None:
    """A host that is none of this machine's is told by its name and the setting that says so."""
    with pytest.raises(
        Passing, match=r"^HEALTH_HOST nowhere.invalid \(port \d+\) can't be served: .*127.0.0.1"
    ):
        await serve("nowhere.invalid", web.port, web.vitals, web.metrics)


async def test_other_pages_do_not_exist(web: Web) -> None:
    """Nothing else is answered, and nothing is changed by asking."""
    assert (await web.get("/"))[0] == 404
