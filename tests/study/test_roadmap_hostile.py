"""A hostile file is refused with its line before it can do harm, and never with anything but a problem."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.study.reading import check
from bot.study.roadmap_files import default_folder

DEEP = "nested more than 12 levels deep"
TAG = "tags are not allowed:"
ODD = "is not allowed in a roadmap (delete it; it does not show on screen)"
LOST = "this quote is never closed (add one like it at the end of the text)"
BRACKET = "this [ is not closed (it ends with ], with commas between the values)"
ASTRAY = (
    "this line fits nowhere (keys of one entry begin in the same column; or a quote before it is not closed)"
)
TAB = "found character '\\t' that cannot start any token (indent with spaces, not tabs)"
HINT = 'put quotes around a text that contains ": "; keys of an entry begin alike'
COLON = f"mapping values are not allowed here ({HINT})"
SYSTEM = '"tag:yaml.org,2002:python/object/apply:os.system"'

HOSTILE = {
    "5,000 brackets": ("[" * 5_000, f"1:13: {DEEP}"),
    "5,000 brackets on lines": ("[\n" * 5_000, f"13:1: {DEEP}"),
    "5,000 braces": ("{" * 5_000, f"1:13: {DEEP}"),
    "2,000 dashes": ("- " * 2_000, f"1:25: {DEEP}"),
    "2,000 questions": ("? " * 2_000, f"1:25: {DEEP}"),
    "a million brackets": ("[" * 1_000_000, "1:1: the file is larger than 256 KiB"),
    "many bytes in few characters": ("🍞" * 66_000, "1:1: the file is larger than 256 KiB"),
    "a long line": ("a: b\nc: " + "x" * 5_000, "2:5001: the line is longer than 5,000 characters"),
    "25,000 values": ("- a\n" * 25_000, "20000:3: more than 20,000 values in one file"),
    "alias": ("a: &x [1]\nb: *x\n", "1:4: anchors (&name) are not allowed (remove it)"),
    "python tag": ("!!python/object/apply:os.system [id]", f"1:1: {TAG} {SYSTEM} (remove it)"),
    "own tag": ("a: !mine b", f'1:4: {TAG} "!mine" (remove it)'),
    "non-specific tag": ("a: ! b", f'1:4: {TAG} "!" (remove it)'),
    "two documents": ("a: b\n---\nc: d\n", "2:1: only one document a file (remove the `---` line)"),
    "mapping as key": ("? {a: b}\n: c\n", "1:3: a key must be a word, not a list or a mapping"),
    "control character": ("a: b\x00\n", f"1:5: character U+0000 {ODD}"),
    "escape character": ("a: b\r\nc: \x1b[31m\n", f"2:4: character U+001B {ODD}"),
    "next line": ("a: b\x85", f"1:5: character U+0085 {ODD}"),
    "right-to-left override": ("a: \u202eb", f"1:4: character U+202E {ODD}"),
    "lone surrogate": ("a: \ud800", f"1:4: character U+D800 {ODD}"),
    "escape out of range": ('a: "\\UFFFFFFFF"', "1:7: this cannot be read as YAML"),
    "endless version": ("%YAML " + "9" * 4_900 + ".1\n---\na: b", "1:7: this cannot be read as YAML"),
    "nothing": ("", "1:1: the file is empty"),
    "only comments": ("# a\n# b\n", "1:1: the file is empty"),
    "open quote": ("a: 'b\nc: d", f"1:4: {LOST}"),
    "odd escape": ('a: "C:\\dir"', "1:8: found unknown escape character 'd'"),
    "open bracket": ("a: [b\nc: d", f"1:4: {BRACKET}"),
    "less indented": ("a:\n  b: c\n d: e", f"3:2: {ASTRAY}"),
    "tab": ("a:\n\t- b", f"2:1: {TAB}"),
    "colon in text": ("a: b: c", f"1:5: {COLON}"),
}  # fmt: skip


def said(text: str) -> list[str]:
    """Check a text and give its problems without the name of the file."""
    return [str(problem).removeprefix("h.yaml:") for problem in check(text, "h.yaml")[1]]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_with_its_place(name: str) -> None:
    """What could expand, recurse, construct or deceive is refused at its line and column."""
    text, expected = HOSTILE[name]
    assert expected in said(text)


def test_every_alias_is_reported() -> None:
    """Anchors and aliases are refused one by one, and what they stand for is never built."""
    text = "title: &a Bread\nsummary: *a\nroadmap: *a\n"
    assert said(text) == [
        "1:1: this roadmap has no sections (add a line `sections: …`)",
        "1:8: anchors (&name) are not allowed (remove it)",
        "2:10: aliases (*name) are not allowed (write the value out)",
        "3:10: aliases (*name) are not allowed (write the value out)",
    ]


def test_hundreds_of_hints_stay_cheap() -> None:
    """A file with thousands of misspelt names is refused within a moment."""
    names = "".join(f"nmae-{number}: x\n" for number in range(9_000))
    start = time.perf_counter()
    assert len(said(names)) > 9_000
    assert time.perf_counter() - start < 10


def test_the_largest_files_stay_cheap() -> None:
    """A file at the limits, of whatever shape, is checked within a moment."""
    pieces = ["a: b\n", "- - - -\n", "# " + "x" * 4_000 + "\n"]
    start = time.perf_counter()
    results = [check((piece * 260_000)[:260_000], "h.yaml")[0] for piece in pieces]
    assert results == [None] * len(pieces)
    assert time.perf_counter() - start < 30


MLOPS = "".join((default_folder() / "mlops.yaml").read_text(encoding="utf-8").splitlines(keepends=True)[:60])
SHAPES = st.text(alphabet=" \n\t-:,[]{}&*!|>'\"%@`#?\\~<=abkeysUuxX019é\ufeff\u2028\x00\ud800", max_size=80)
GOOD_LINES = ["roadmap: r", "title: t", "sections:", "- key: k", "  topics:", "  - key: t", "order: [t]"]
ODD_LINES = ["---", "...", "%YAML 1.2", "? a", ": b", "k: >-", "&a b", "*a", "!!str c", '"\\ud800"', "<<: x"]
LINES = st.lists(
    st.sampled_from(GOOD_LINES + ODD_LINES),
    max_size=25,
).map("\n".join)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(st.text(max_size=200), SHAPES, LINES))
def test_any_text_gives_a_roadmap_or_problems(text: str) -> None:
    """Whatever the text is, nothing is raised: there is a roadmap, or at least one problem with a place."""
    roadmap, found = check(text, "h.yaml")
    assert (roadmap is None) == bool(found)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in found)
    assert [(p.line, p.column) for p in found] == sorted((p.line, p.column) for p in found)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_damaged_roadmap_never_raises(data: st.DataObject) -> None:
    """A real roadmap with a piece cut out or put in is read or refused, never raised about."""
    text = MLOPS
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    roadmap, found = check(text[:start] + data.draw(SHAPES) + text[end:], "h.yaml")
    assert (roadmap is None) == bool(found)
