"""Figures and how they are shown: each stands beside its floor, its target and a verdict."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CLEAR = 1.15
"""A target is missed by a clear margin from here on; below it a busy machine may be to blame."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. Without a `target` it only informs; `floor` says what it stands beside."""

    name: str
    value: float
    unit: str
    target: float | None = None
    floor: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target was met, missed within the noise, or missed clearly."""
        if self.target is None:
            return ""
        if self.value <= self.target:
            return "ok"
        return "MISSED" if self.missed else "close"

    @property
    def missed(self) -> bool:
        """Whether the target was missed by a clear margin."""
        return self.target is not None and self.value > self.target * CLEAR


def median(values: Iterable[float]) -> float:
    """The middle value, which one disturbance does not move."""
    return statistics.median(values)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent of all stay within."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table in Markdown, so that a run can be pasted into the README."""
    rows = [("figure", "measured", "target", "", "floor in the same run")]
    rows += [(f.name, _number(f.value, f.unit), _target(f), f.verdict, f.floor) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _target(figure: Figure) -> str:
    return "" if figure.target is None else f"≤ {_number(figure.target, figure.unit)}"


def _number(value: float, unit: str) -> str:
    if unit == "x":
        return f"{value:.2f}x"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
