"""Reading a roadmap file: everything that is wrong with it at once, or the roadmap.

text -> tree (safe YAML) -> shape (keys and types) -> rules (what holds between them) -> Roadmap
"""

from typing import Any

from bot.study.reading.canonical import build, canonical, digest, from_canonical
from bot.study.reading.problems import START, Mark, Problem, Report, RoadmapInvalid
from bot.study.reading.reader import Found, read
from bot.study.reading.rules import check_rules
from bot.study.reading.schema import roadmap_schema
from bot.study.reading.shape import ROADMAP
from bot.study.reading.tree import MOST_BYTES, compose, place
from bot.study.roadmap import Roadmap

__all__ = [
    "MOST_BYTES",
    "Problem",
    "RoadmapInvalid",
    "canonical",
    "check",
    "decode",
    "digest",
    "from_canonical",
    "key_place",
    "read_roadmap",
    "roadmap_schema",
]


def read_roadmap(text: str, source: str) -> Roadmap:
    """Return the roadmap that `text` describes. Raises RoadmapInvalid with every problem in it."""
    roadmap, problems = check(text, source)
    if roadmap is None:
        raise RoadmapInvalid(problems)
    return roadmap


def check(text: str, source: str) -> tuple[Roadmap | None, list[Problem]]:
    """Return the roadmap, or None with every problem by its place; `source` is the name they carry."""
    report = Report(source)
    tree = compose(text, report)
    found = None if tree is None else read(ROADMAP, tree, "roadmap", report)
    if found is not None:
        check_rules(found, report)
    if found is None or report.problems:
        return None, report.in_order()
    return build(_plain(found)), []


def decode(data: bytes, source: str) -> str:
    """Return the text of a file's bytes, which must be UTF-8. Raises RoadmapInvalid."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        at = place(before, len(before))
        message = f"byte 0x{data[error.start]:02X} is not UTF-8"
        problem = Problem(source, at.line, at.column, message, "save the file as UTF-8")
        raise RoadmapInvalid([problem]) from error


def key_place(text: str) -> Mark:
    """Say where a roadmap file states its own key."""
    report = Report("")
    tree = compose(text, report)
    found = None if tree is None else read(ROADMAP, tree, "roadmap", report)
    return found.value["roadmap"].at if found and "roadmap" in found.value else START


def _plain(found: Found) -> Any:
    """Strip a value of its places."""
    if isinstance(found.value, list):
        return [_plain(entry) for entry in found.value]
    if isinstance(found.value, dict):
        return {key: _plain(entry) for key, entry in found.value.items()}
    return found.value
