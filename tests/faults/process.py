"""Bots as processes: started, watched until they end, killed."""

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.faults.child import Order

ROOT = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    """What every process needs of ours; nothing that a person has set for a bot of their own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)}


async def start(order: Order, folder: Path) -> Process:
    """Start one bot the ordinary way, with its output in pipes."""
    command = (sys.executable, "-m", "tests.faults.child", order.text())
    return await asyncio.create_subprocess_exec(
        *command, env=environment(), cwd=folder, stdout=PIPE, stderr=PIPE
    )


@dataclass
class Forked:
    """A bot forked from one that has imported everything."""

    pid: int
    _handle: int

    def kill(self) -> None:
        """SIGKILL, at once."""
        self.signal(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still lives."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    async def ended(self) -> None:
        """Wait for its end."""
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(self._handle)

    def forget(self) -> None:
        """Let go of it."""
        os.close(self._handle)


class Nursery:
    """Forks bots from a process that has imported everything."""

    def __enter__(self) -> Self:
        """Start it."""
        command = (sys.executable, "-m", "tests.faults.child")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._parent = subprocess.Popen(command, env=environment(), **pipes)
        return self

    def __exit__(self, *_: object) -> None:
        """Fork no more."""
        self._parent.communicate()

    def fork(self, order: Order) -> Forked:
        """Start a bot; this takes milliseconds."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        print(order.text(), file=self._parent.stdin, flush=True)
        pid = int(self._parent.stdout.readline())
        return Forked(pid, os.pidfd_open(pid))
