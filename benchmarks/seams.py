"""Where the time of an answer goes: timestamps at the seams between one part and the next."""

import time
from collections.abc import Callable
from typing import Any, Self
from unittest.mock import patch

from benchmarks.figures import Figure, median
from bot.dispatch import Dispatcher
from bot.platforms.discord import answering, rendering
from bot.store import prepared
from bot.store.database import Database

PARTS = {
    "asked": "parse the event, find the command",
    "in the thread": "hop to the database's thread",
    "begun": "open the session",
    "done": "the command: its rules and its SQL",
    "committed": "commit, close the session",
    "back": "hop back",
    "rendered": "render",
    "sent": "build the request",
}
SQL = "    of it at SQLite's cursor"


class Seams:
    """Watches the seams while entered; `keep` takes what was seen for one answer."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._spent: dict[str, dict[str, list[float]]] = {}
        self._sql = 0.0
        self._patches = [
            patch.object(Database, "_run", self._thread(Database._run)),  # noqa: SLF001 - a seam
            # Looked up anew for each request; `handle` itself was handed out when the bot was put together.
            patch.object(Dispatcher, "_outcome", self._outcome(Dispatcher._outcome)),  # noqa: SLF001 - a seam
            patch.object(answering, "render", self._render(rendering.render)),
            patch.object(prepared, "fetch", self._fetch(prepared.fetch)),
        ]

    def __enter__(self) -> Self:
        for each in self._patches:
            each.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for each in self._patches:
            each.stop()

    def keep(self, name: str, started: float, stopped: float) -> None:
        """Keep how long each part of the last answer took, in microseconds."""
        kept, last = self._spent.setdefault(name, {}), started
        self._at["sent"] = stopped
        for part in PARTS:
            kept.setdefault(part, []).append((self._at[part] - last) * 1e6)
            last = self._at[part]
        kept.setdefault(SQL, []).append(self._sql * 1e6)

    def figures(self) -> list[Figure]:
        """The medians, in order."""
        return [
            Figure(f"/{name}: {PARTS.get(part, part)}", median(spent), "µs")
            for name, parts in sorted(self._spent.items(), reverse=True)
            for part, spent in parts.items()
        ]

    def _mark(self, name: str) -> None:
        self._at[name] = time.perf_counter()

    def _thread(self, run: Callable[..., Any]) -> Callable[..., Any]:
        def watched(database: Database, engine: Any, work: Callable[[Any], Any]) -> Any:
            def inner(session: Any) -> Any:
                self._mark("begun")
                result = work(session)
                self._mark("done")
                return result

            self._sql = 0.0
            self._mark("in the thread")
            result = run(database, engine, inner)
            self._mark("committed")
            return result

        return watched

    def _outcome(self, outcome: Callable[..., Any]) -> Callable[..., Any]:
        async def watched(dispatcher: Dispatcher, *request: Any) -> Any:
            self._mark("asked")
            reply = await outcome(dispatcher, *request)
            self._mark("back")
            return reply

        return watched

    def _render(self, render: Callable[..., Any]) -> Callable[..., Any]:
        def watched(reply: Any) -> Any:
            rendered = render(reply)
            self._mark("rendered")
            return rendered

        return watched

    def _fetch(self, fetch: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any) -> Any:
            started = time.perf_counter()
            rows = fetch(*args)
            self._sql += time.perf_counter() - started
            return rows

        return watched
