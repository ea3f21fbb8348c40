"""Keep .venv equal to the lock. `make` runs this before everything else.

    .venv/bin/python requirements/environment.py check   exit code 0: complete, nothing to do, no network
    python3 requirements/environment.py build            any Python 3.11+: make .venv anew from the lock

One environment holds the bot, the demo and the tools, so that after `make demo` or `make test` the other one
works offline too.
"""

import csv
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "all.txt"
VENV = ROOT / ".venv"
STAMP = VENV / "complete.json"
FROM_VENV = ("pip-", "setuptools-")
# What would make pip install elsewhere, or Python import from elsewhere.
ASTRAY = {
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "PYTHONHOME",
    "PYTHONPATH",
}


def key(version: list[int]) -> str:
    """Say what .venv was made from: it is stale as soon as any of this changes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    facts = [LOCK.read_text("utf-8"), project["build-system"], project["project"], str(ROOT), version]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def present() -> list[str]:
    """Name every whole package. Once all is installed, pip itself may be another, or gone."""
    site = sysconfig.get_path("purelib")
    records = (r for r in Path(site).glob("*.dist-info/RECORD") if not r.parent.name.startswith(FROM_VENV))
    return sorted(record.parent.name for record in records if _whole(record, site))


def _whole(record: Path, site: str) -> bool:
    with record.open(encoding="utf-8", newline="") as file:
        files = [row[0] for row in csv.reader(file) if row and not row[0].endswith(".pyc")]
    return all(os.path.exists(os.path.join(site, name)) for name in files)  # noqa: PTH110, PTH118 (3 times faster)


def complete() -> bool:
    """Whether this Python's environment has all that was installed from the present lock."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return stamp["key"] == key(list(sys.version_info[:2])) and set(stamp["packages"]) <= set(present())


def stamp() -> None:
    """Note that everything was installed; always the last step."""
    STAMP.write_text(json.dumps({"key": key(list(sys.version_info[:2])), "packages": present()}), "utf-8")


def build() -> None:
    """Make .venv anew. The lock file is also the lock between two makes at the same time."""
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _run("check") == 0:
            return
        print("Installing the locked packages into .venv (only this once, about a minute) …", flush=True)
        _remove(VENV)
        install = [_python(), "-m", "pip", "install", "-qq", "--no-deps"]
        steps = (
            [sys.executable, "-m", "venv", VENV],
            [*install, "--require-hashes", "--no-compile", "-r", LOCK],
            [*install, "--no-build-isolation", "--no-index", "-e", ROOT],
        )
        for step in steps:
            if subprocess.run(step, env=_environment(), check=False).returncode:
                sys.exit(
                    "Installing failed, see above. The first time needs the network; then run make again."
                )
        sys.exit(_run("stamp"))


def _python() -> Path:
    return VENV / "bin" / "python"


def _run(verb: str) -> int:
    command = [_python(), "-I", __file__, verb]
    try:
        return subprocess.run(command, env=_environment(), check=False, stderr=subprocess.DEVNULL).returncode
    except OSError:
        return 1


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ASTRAY}


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["check"]:
            sys.exit(not complete())
        case ["stamp"]:
            stamp()
        case ["build"]:
            build()
        case _:
            sys.exit(__doc__)
