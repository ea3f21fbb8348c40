"""What a checkout installs from, and what an installed wheel has in it."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def plain(requirement: str) -> str:
    """Name a requirement as a lock does."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def locked(lock: Path) -> dict[str, str]:
    """Read the version of each package in a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^\s;]+)", lock.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_lock_is_hashed_and_names_no_index(lock: Path) -> None:
    """Each locked package has a version and hashes, and no address stands in a lock."""
    text = lock.read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(locked(lock))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


def test_locks_agree() -> None:
    """A package has the same version in every lock."""
    everything = locked(ROOT / "requirements" / "all.txt").items()
    assert all(locked(lock).items() <= everything for lock in LOCKS)


def test_lock_covers_the_project() -> None:
    """What the project runs on is in one lock, and all of its extras are in the other."""
    extras = [name for extra in PROJECT["optional-dependencies"].values() for name in extra]
    assert set(map(plain, PROJECT["dependencies"])) <= locked(ROOT / "requirements" / "run.txt").keys()
    assert set(map(plain, extras)) <= locked(ROOT / "requirements" / "all.txt").keys()


def test_what_runs_needs_no_test_tool() -> None:
    """The container installs none of the tools."""
    tools = {"hypothesis", "mypy", "pytest", "ruff", "simcord", "uv"}
    assert not tools & locked(ROOT / "requirements" / "run.txt").keys()


def test_make_help_lists_every_target() -> None:
    """`make` alone explains each target that a person would call."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = dict(re.findall(r"^  make (\w+) +(\S.+)$", done.stdout, re.MULTILINE))
    assert listed.keys() == targets - {"environment"}
    assert {"demo", "test", "run", "bench", "lint", "format", "help"} <= targets


def test_wheel_has_what_the_bot_reads(tmp_path: Path) -> None:
    """An installed wheel has the roadmaps and the migrations, and none of the tests."""
    code = f"from hatchling.build import build_wheel; build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("roadmate-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {"bot/_data/roadmap/mlops.yaml", "bot/_data/migrations/env.py"}
    assert data | {"bot/cli/__init__.py", "bot/py.typed"} <= names
    assert {name.partition("/")[0] for name in names} == {"bot", f"roadmate-{PROJECT['version']}.dist-info"}
    assert not [name for name in names if name.endswith((".pyc", ".db", ".env"))]
