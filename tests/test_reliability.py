"""docs/reliability.md names a test for each fault, and every one of them exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
ELSEWHERE = frozenset({40, 41, 42, 45})
"""Scenarios of imports and uploads and of pages, which are not this page's."""


def rows() -> dict[int, str]:
    """Each numbered row of the page."""
    found = re.findall(r"^\| (\d+) \|(.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): rest for number, rest in found}


def functions(path: str) -> set[str]:
    """What a test file defines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_named_test_exists() -> None:
    """A test that was renamed or deleted is noticed by the page that names it."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 40
    assert [f"{path}::{test}" for path, test in named if test not in functions(path)] == []


def test_every_scenario_has_a_test_or_says_that_it_is_open() -> None:
    """No scenario is left out silently."""
    assert set(rows()) == set(range(1, 49)) - ELSEWHERE
    assert [number for number, rest in rows().items() if "::" not in rest and "| open |" not in rest] == []
