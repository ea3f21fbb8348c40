"""Text to a small tree of nodes that know their place, refusing what a roadmap never needs.

PyYAML's own loaders expand aliases, recurse, honour tags, guess types and keep the last of two
equal keys. So only its event stream is used, behind caps that hold before any work is done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from bot.study.reading.problems import START, Mark, Report, printable, quoted

MOST_BYTES = 256 * 1024
LONGEST_LINE = 5_000
MOST_NODES = 20_000
DEEPEST = 12

# Control and bidirectional characters, line separators that editors do not count, surrogates.
ODD_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_LINE_BREAK = re.compile("\r\n|\n|\r")
_HINTS = {
    "mapping values are not allowed here": 'put quotes around a text that contains ": "; keys of an entry begin alike',
    "found character '\\t' that cannot start any token": "indent with spaces, not tabs",
    "could not find expected ':'": "each line of a mapping reads `key: value`",
}
# YAML notices these at the end of the file, or lines later; an author looks where they began.
_OPEN = {
    "while scanning a quoted scalar": (
        "this quote is never closed",
        "add one like it at the end of the text",
    ),
    "while parsing a flow sequence": (
        "this [ is not closed",
        "it ends with ], with commas between the values",
    ),
    "while parsing a flow mapping": (
        "this { is not closed",
        "it ends with }, with commas between the entries",
    ),
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` when it was written without quotes, so that YAML would guess its type."""

    text: str
    plain: bool
    at: Mark


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, each key once, in the order of the file."""

    pairs: tuple[tuple[Scalar, "Node"], ...]
    at: Mark


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was already reported; readers pass over it."""

    at: Mark


Node = Scalar | Sequence | Mapping | Refused


class _Stop(Exception):
    """Reading further is pointless or unsafe; the reason is in the report."""


def compose(text: str, report: Report) -> Node | None:
    """Return the tree of the one document in `text`, or None when it has none that can be read.

    What is wrong goes to `report`. Time and memory are bounded by the caps above.
    """
    if not _acceptable(text, report):
        return None
    loader = yaml.SafeLoader(text)
    try:
        return _Composer(loader, report).document()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, report)
    except (yaml.YAMLError, ValueError, OverflowError, IndexError):
        # PyYAML lets these escape, for example from "\UFFFFFFFF" or %YAML with 5,000 digits.
        report.add(_mark(loader.get_mark()), "this cannot be read as YAML")
    return None


def place(text: str, index: int) -> Mark:
    """Return the place of the character at `index`."""
    breaks = [match.end() for match in _LINE_BREAK.finditer(text, 0, index)]
    return Mark(len(breaks) + 1, index - (breaks[-1] if breaks else 0) + 1)


def _acceptable(text: str, report: Report) -> bool:
    """Say whether the text is small and plain enough to be given to a parser at all."""
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        report.add(START, f"the file is larger than {MOST_BYTES // 1024} KiB")
    elif odd := ODD_CHARACTER.search(text):
        message = f"character U+{ord(odd.group()):04X} is not allowed in a roadmap"
        report.add(place(text, odd.start()), message, "delete it; it does not show on screen")
    else:
        lines = enumerate(_LINE_BREAK.split(text), 1)
        if long := next((number for number, line in lines if len(line) > LONGEST_LINE), 0):
            message = f"the line is longer than {LONGEST_LINE:,} characters"
            report.add(Mark(long, LONGEST_LINE + 1), message)
    return not report.problems


def _report_syntax(error: yaml.MarkedYAMLError, report: Report) -> None:
    message = printable(error.problem or "not YAML")[:200]
    if error.context in _OPEN and error.context_mark and not message.startswith("found unknown"):
        report.add(_mark(error.context_mark), *_OPEN[error.context])
        return
    if message.startswith("expected <block end>"):
        report.add(
            _mark(error.problem_mark),
            "this line fits nowhere",
            "keys of one entry begin in the same column; or a quote before it is not closed",
        )
        return
    report.add(_mark(error.problem_mark or error.context_mark), message, _HINTS.get(message, ""))


def _mark(mark: Any) -> Mark:
    """PyYAML counts from 0."""
    return Mark(mark.line + 1, mark.column + 1) if mark else START


class _Composer:
    """Events to nodes, one document deep."""

    def __init__(self, loader: yaml.SafeLoader, report: Report) -> None:
        self.loader = loader
        self.report = report
        self.nodes = 0

    def document(self) -> Node | None:
        """Return the first document; a second one is a problem."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            self.report.add(START, "the file is empty")
            return None
        root = self._node(self._next(), 1)
        self._next()
        if not isinstance(after := self._next(), yaml.StreamEndEvent):
            self._stop(_mark(after.start_mark), "only one document a file", "remove the `---` line")
        return root

    def _next(self) -> yaml.Event:
        event: yaml.Event = self.loader.get_event()  # type: ignore[no-untyped-call]
        return event

    def _stop(self, at: Mark, message: str, suggestion: str = "") -> None:
        self.report.add(at, message, suggestion)
        raise _Stop

    def _node(self, event: yaml.Event, depth: int) -> Node:
        at = _mark(event.start_mark)
        self.nodes += 1
        if depth > DEEPEST:
            self._stop(at, f"nested more than {DEEPEST} levels deep")
        if self.nodes > MOST_NODES:
            self._stop(at, f"more than {MOST_NODES:,} values in one file")
        refused = self._refuse(event, at)
        node = self._value(event, at, depth)
        return Refused(at) if refused else node

    def _refuse(self, event: yaml.Event, at: Mark) -> bool:
        """Report what would let a file expand, repeat or construct things."""
        if isinstance(event, yaml.AliasEvent):
            self.report.add(at, "aliases (*name) are not allowed", "write the value out")
            return True
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self.report.add(at, "anchors (&name) are not allowed", "remove it")
        if tag is not None:
            self.report.add(at, f"tags are not allowed: {quoted(tag)}", "remove it")
        return anchor is not None or tag is not None

    def _value(self, event: yaml.Event, at: Mark, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, event.style is None, at)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), at)
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping(tuple(self._pairs(depth)), at)
        return Refused(at)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Mark] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if isinstance(key, Scalar) and key.text not in seen:
                seen[key.text] = key.at
                yield key, value
            elif isinstance(key, Scalar):
                where = f"is already given on line {seen[key.text].line}"
                self.report.add(key.at, f"{quoted(key.text)} {where}", "remove one of the two")
            elif not isinstance(key, Refused):
                self.report.add(key.at, "a key must be a word, not a list or a mapping")
