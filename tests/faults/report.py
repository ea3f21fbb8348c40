"""The table of docs/reliability.md: what `make faults` has counted."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.count import Count

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- counted: begin -->", "<!-- counted: end -->"
HEAD = (
    "| fault | rounds | posts expected | seen | doubled | lost | without thread | marks answered | kept | doubled |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)


def table(sections: Mapping[str, Mapping[str, Count]]) -> list[str]:
    """A line for each fault, under the name of its section, and the sum."""
    lines = [*HEAD]
    for section, counts in sections.items():
        lines.append(f"| **{section}** | | | | | | | | | |")
        lines += [_line(name, count) for name, count in counts.items()]
    everything = [count for counts in sections.values() for count in counts.values()]
    return [*lines, _line("**together**", sum(everything, Count()))]


def _line(name: str, count: Count) -> str:
    posts = (count.expected, count.seen, count.doubled, count.lost, count.threadless)
    marks = (count.answered, count.kept, count.marks_doubled)
    shown = [
        *(posts if count.expected else [""] * len(posts)),
        *(marks if count.answered else [""] * len(marks)),
    ]
    return f"| {name} | {count.rounds or ''} | " + " | ".join(f"{value}" for value in shown) + " |"


def machine(took: float) -> str:
    """When and where this was counted."""
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    return f"Counted on {datetime.now(UTC):%d %B %Y} ({where}) in {took / 60:.0f} minutes."


def write(lines: Sequence[str]) -> None:
    """Put what was counted into the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([before + BEGIN, "", *lines, "", END + after]))
