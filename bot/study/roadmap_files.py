"""Roadmap files on disk: where they are and what they say."""

from pathlib import Path

from bot.study.reading import (
    MOST_BYTES,
    Problem,
    RoadmapInvalid,
    check,
    decode,
    key_place,
)
from bot.study.roadmap import Roadmap

_PACKAGE = Path(__file__).resolve().parents[1]


def default_folder() -> Path:
    """Find the roadmaps that came with the bot: packaged in a wheel, else beside the checkout's code."""
    packaged = _PACKAGE / "_data" / "roadmap"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "roadmap"


def roadmap_files(folder: Path) -> list[Path]:
    """List the `*.yaml` and `*.yml` files of a folder, by name; not those of folders inside it."""
    return sorted(p for p in folder.glob("*.y*ml") if p.suffix in {".yaml", ".yml"} and p.is_file())


def load_file(path: Path) -> tuple[Roadmap, str]:
    """Read one roadmap and the text it was read from. Raises RoadmapInvalid."""
    text = _read(path)
    roadmap, problems = check(text, str(path))
    if roadmap is None:
        raise RoadmapInvalid(problems)
    return roadmap, text


def load_folder(folder: Path) -> list[Roadmap]:
    """Read every roadmap of a folder. Raises RoadmapInvalid with the problems of all its files."""
    roadmaps: dict[str, Roadmap] = {}
    problems: list[Problem] = []
    paths = roadmap_files(folder)
    if not paths:
        missing = "add a file that ends in .yaml" if folder.is_dir() else "there is no such folder"
        problems.append(Problem(str(folder), 1, 1, "no roadmap here", missing))
    for path in paths:
        try:
            roadmap, text = load_file(path)
        except RoadmapInvalid as error:
            problems += error.problems
            continue
        if roadmap.key in roadmaps:
            problems.append(_taken(path, text, roadmap.key))
        roadmaps.setdefault(roadmap.key, roadmap)
    if problems:
        raise RoadmapInvalid(problems)
    return list(roadmaps.values())


def _read(path: Path) -> str:
    """Return the text of a file, of which never more than the size limit is read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise RoadmapInvalid([Problem(str(path), 1, 1, reason)]) from error
    if len(data) > MOST_BYTES:
        message = f"the file is larger than {MOST_BYTES // 1024} KiB"
        raise RoadmapInvalid([Problem(str(path), 1, 1, message)])
    return decode(data, str(path))


def _taken(path: Path, text: str, key: str) -> Problem:
    at = key_place(text)
    message = f'another file here is already the roadmap "{key}"'
    return Problem(str(path), at.line, at.column, message, "every roadmap has its own key")
