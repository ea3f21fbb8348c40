"""Several processes on one server, each with shards of its own; and none on a file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.errors import StartupError
from bot.core.shards import ALL, Shards
from bot.store import engines
from bot.store.alone import alone
from tests.postgres import Server

pytestmark = pytest.mark.databases("postgresql")
ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from bot.core.shards import Shards
from bot.store.alone import alone
with alone(sys.argv[1], Shards.parse(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a fraction of a second where the bot waits two."""
    monkeypatch.setattr(engines, "LOCK_WAIT_SECONDS", 0.05)


def test_each_shard_has_one_process(impatient: None, url: str) -> None:
    """Processes with different shards run side by side; one that shares a single shard is refused by name."""
    with alone(url, Shards(0, 3, 16)), alone(url, Shards(4, 7, 16)):
        mine = rf"process {os.getpid()} on .* serves shard 7 of 16.*Stop that one"
        with pytest.raises(StartupError, match=mine), alone(url, Shards(7, 8, 16)):
            pass
        with alone(url, Shards(8, 15, 16)):
            pass


def test_an_unsharded_process_has_the_database_to_itself(impatient: None, url: str) -> None:
    """A second ordinary process on one server is refused, as on one file (scenario 3)."""
    with alone(url), pytest.raises(StartupError, match=r"running on .* already"), alone(url):
        pass
    with alone(url):
        pass


@pytest.mark.parametrize("first,second", [(ALL, Shards(1, 1, 4)), (Shards(0, 1, 4), Shards(7, 7, 8))])
def test_all_divide_the_servers_alike(impatient: None, url: str, first: Shards, second: Shards) -> None:
    """With another number of shards one server would be served twice, so that is refused with both numbers."""
    said = f"into {first.count} shards, and this one into {second.count}"
    with alone(url, first), pytest.raises(StartupError, match=said), alone(url, second):
        pass


def test_databases_of_one_server_do_not_meet(url: str, postgres: Server) -> None:
    """The same shards of another bot in another database are free."""
    other = postgres.make()
    with alone(url), alone(postgres.url(other)):
        pass
    postgres.drop(other)


def test_a_killed_process_lets_go_of_its_shards(url: str) -> None:
    """After a SIGKILL another process can take the shards over at once (scenario 3)."""
    command = [sys.executable, "-c", HOLD, url, "0-3/16"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        child.send_signal(signal.SIGKILL)
        with alone(url, Shards(0, 7, 16)):
            pass


def test_a_part_of_the_shards_needs_a_server(tmp_path: Path) -> None:
    """On a SQLite file, where only one process can be, a part of the shards is refused, and all of them are not."""
    url = f"sqlite:///{tmp_path / 'roadmate.db'}"
    with pytest.raises(StartupError, match=r"SHARDS is 0-3/16.*roadmate copy"), alone(url, Shards(0, 3, 16)):
        pass
    with alone(url, Shards(0, 15, 16)):
        pass


def test_a_server_that_is_gone_is_one_line(tmp_path: Path) -> None:
    """Without the server the refusal names the address, and no password."""
    nowhere = f"postgresql+psycopg://roadmate:hunter2@/roadmate?host={tmp_path}"
    with pytest.raises(StartupError, match="can't be opened") as refused, alone(nowhere):
        pass
    assert "hunter2" not in str(refused.value)
