"""What is wrong with a roadmap file, where, and what would put it right."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

# Suggestions cost more than finding the problem; a file with this many is not waiting for a hint.
_MOST_HINTS = 50
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct; `str()` is `file:line:column: message (suggestion)`."""

    source: str
    line: int
    column: int
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.source}:{self.line}:{self.column}: {self.message}{hint}"


class RoadmapInvalid(Exception):
    """A roadmap that cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


@dataclass(slots=True)
class Report:
    """Collects the problems of one file."""

    source: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, at: Mark, message: str, suggestion: str = "") -> None:
        """Record a problem at a place."""
        self.problems.append(Problem(self.source, at.line, at.column, message, suggestion))

    def nearest(self, word: str, known: Iterable[str], otherwise: str = "") -> str:
        """Ask `did you mean "..."?` when a known word is close, else `otherwise`."""
        if len(self.problems) >= _MOST_HINTS:
            return ""
        close = get_close_matches(word[:_LONGEST_QUOTE], known, n=1)
        return f"did you mean {quoted(close[0])}?" if close else otherwise

    def in_order(self) -> list[Problem]:
        """Sort the problems by their place in the file; problems of one place as they were found."""
        return sorted(self.problems, key=lambda p: (p.line, p.column))


def printable(text: str) -> str:
    """Return `text` with everything that a terminal or chat might act on written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str) -> str:
    """Return `text` in double quotes, on one line, shortened: safe to show whoever wrote it."""
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f'"{printable(short)}"'
