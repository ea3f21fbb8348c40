"""One process for each SQLite file, on a disk of its own machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.errors import StartupError
from bot.store import disk
from bot.store.alone import alone
from bot.store.disk import file_system, mounted_type

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from bot.store.alone import alone
with alone(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:31 / /data rw - nfs4 server:/export rw,vers=4.2
31 30 0:32 / /data/fast rw,noatime shared:3 master:4 - xfs /dev/sdb rw
32 22 0:33 / /mnt/two\\040words rw - 9p host rw
33 22 0:34 / /over rw - ext4 /dev/sdc rw
34 33 0:35 / /over rw - tmpfs none rw
"""


def hold(url: str) -> "subprocess.Popen[str]":
    """Start a process that has a database, and wait until it does."""
    command = [sys.executable, "-c", HOLD, url]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def mounted(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str) -> None:
    """Let a folder look as if it were a mount of that type."""
    text = folder / "mountinfo"
    text.write_text(f"1 0 0:1 / / rw - ext4 none rw\n2 1 0:2 / {folder} rw - {kind} none rw\n", "utf-8")
    monkeypatch.setattr(disk, "MOUNTS", text)


def test_a_second_process_is_refused_by_name_until_the_first_is_killed(tmp_path: Path) -> None:
    """A file that a process has is refused naming that process, by links too; a SIGKILL frees it (scenario 3)."""
    database, link = tmp_path / "roadmate.db", tmp_path / "link.db"
    database.touch()
    link.symlink_to(database)
    first = hold(f"sqlite:///{database}")
    try:
        for path in (database, link):
            with pytest.raises(
                StartupError, match=rf"running on {database} already: process {first.pid} on "
            ):
                alone(f"sqlite:///{path}").__enter__()
    finally:
        first.kill()
        first.communicate()
    with alone(f"sqlite:///{database}"):
        assert (tmp_path / "roadmate.db.lock").read_text("utf-8").startswith(f"process {os.getpid()} on ")


def test_leaving_frees_the_file(tmp_path: Path) -> None:
    """In one process too the file is another's only after the first has left, whatever it left with."""
    url = f"sqlite:///{tmp_path / 'roadmate.db'}"
    with alone(url), pytest.raises(StartupError, match="already"), alone(url):
        pass
    with pytest.raises(OSError, match="boom"), alone(url):
        raise OSError("boom")
    with alone(url):
        pass


def test_a_lock_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """What is wrong with the folder is said with the name of the file."""
    (tmp_path / "roadmate.db.lock").mkdir()
    with pytest.raises(StartupError, match=r"roadmate\.db\.lock can't be written: Is a directory"):
        alone(f"sqlite:///{tmp_path / 'roadmate.db'}").__enter__()


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "ceph"])
def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """SQLite's WAL does not work over a network, so such a place is refused before anything is opened."""
    mounted(monkeypatch, tmp_path, kind)
    with pytest.raises(StartupError, match=rf"network file system \({kind}\).*PostgreSQL"):
        alone(f"sqlite:///{tmp_path / 'roadmate.db'}").__enter__()
    assert not list(tmp_path.glob("roadmate*"))


@pytest.mark.parametrize(
    "kind,warned", [("9p", True), ("virtiofs", True), ("ext4", False), ("overlay", False)]
)
def test_a_shared_folder_is_warned_about(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    *,
    warned: bool,
) -> None:
    """Where nobody can know whether it keeps what is written, the bot runs and says so."""
    mounted(monkeypatch, tmp_path, kind)
    with alone(f"sqlite:///{tmp_path / 'roadmate.db'}"):
        pass
    assert ("shared folder" in caplog.text) is warned


@pytest.mark.parametrize(
    "folder,kind",
    [
        ("/home", "ext4"),
        ("/data/x", "nfs4"),
        ("/data/fast/x", "xfs"),
        ("/database", "ext4"),
        ("/mnt/two words", "9p"),
        ("/over", "tmpfs"),
    ],
)
def test_the_innermost_and_last_mount_counts(folder: str, kind: str) -> None:
    """A folder is on the mount nearest above it, and of two at one place on the later."""
    assert mounted_type(Path(folder), MOUNTS) == kind


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says where a folder is mounted")
def test_this_machine_is_understood() -> None:
    """The system's own list is read as it is."""
    assert file_system(Path("/proc")) == "proc"


def test_a_system_that_does_not_say_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without such a list nothing is known, and nothing refused."""
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "none")
    assert file_system(tmp_path) is None
