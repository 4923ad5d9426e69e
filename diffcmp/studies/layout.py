"""How the studies lay out a report: tables, charts, curves, and sentences that hold the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, TypeAlias, TypeVar

from diffcmp.report.numbers import Measure
from diffcmp.report.record import Cell, Chart, Conclusion, Curve, Look, Table, concluded

Row = TypeVar("Row")
Column: TypeAlias = tuple[str, Measure, str | Callable[[Row], Cell]]


def table(title: str, rows: Iterable[Row], *columns: Column[Row], note: str = "") -> Table:
    """A row for each record. A column is its header, its measure, and its cell for a record: a
    function, or the name of a field."""
    makers = [attrgetter(cell) if isinstance(cell, str) else cell for _, _, cell in columns]
    cells = tuple(tuple(make(row) for make in makers) for row in rows)
    return Table(title, {header: measure for header, measure, _ in columns}, cells, note)


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of a chart, by their labels. log: which of them are logarithmic. span: of y, where
    the data would choose worse. equal: a length is the same along both."""

    x: str
    y: str
    log: Literal["", "x", "y", "xy"] = ""
    span: tuple[float, float] | None = None
    equal: bool = False


def chart(title: str, axes: Axes, *curves: Curve) -> Chart:
    """Curves on common axes."""
    return Chart(title, axes.x, axes.y, curves, axes.log, axes.span, axes.equal)


def curve(name: str, x: Iterable[float], y: Iterable[float | None], look: Look = "line") -> Curve:
    """A curve of numbers of any type, integers and NumPy's among them."""
    heights = tuple(None if height is None else float(height) for height in y)
    return Curve(name, tuple(map(float, x)), heights, look)


def curves(x: Iterable[float], named: Mapping[str, Iterable[float | None]]) -> list[Curve]:
    """Curves over the same x, by their names."""
    shared = tuple(x)
    return [curve(name, shared, y) for name, y in named.items()]


def conclusions(facts: Mapping[str, Any], *sentences: str) -> tuple[Conclusion, ...]:
    """The sentences, each with the facts that it names in braces: no number of them is typed in."""
    return tuple(concluded(sentence, **facts) for sentence in sentences)


def listed(values: Iterable[object], form: str = "") -> str:
    """The values in the given format, with commas between them; "none" where there are none.

    >>> listed([1, 2.5], ".2f")
    '1.00, 2.50'
    """
    return ", ".join(format(value, form) for value in values) or "none"
