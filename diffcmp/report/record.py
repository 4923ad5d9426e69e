"""What a study returns: tables, charts, and conclusions computed from the data. Plain fields,
nothing computed.

Numbers stay numbers: `numbers` writes them. `Chart` and `Grid` are drawn in any document.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, TypeAlias

from diffcmp.notes import short_exponents
from diffcmp.report.numbers import Measure

SCHEMA = 1

Cell: TypeAlias = str | int | float | None
Look: TypeAlias = Literal["line", "points", "rings", "theory", "dashed", "dotted", "pin"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, None for no number; `columns` gives to every header what it measures."""

    title: str
    columns: Mapping[str, Measure]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The table as the JSON form has it."""
        return _tree(self, "title columns rows") | {"note": self.note or None}


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (x, y); y is None, or 0 on a logarithmic axis, where the line breaks. A theory is
    drawn dashed and grey; rings are drawn around points of other curves.

    of: the curve that this is a part of: figures draw it dashed or dotted in the same colour, or
    pin its x to the lower edge. aside: what a legend adds to the name.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float | None, ...]
    look: Look = "line"
    of: str = ""
    aside: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", short_exponents(self.name))

    def to_dict(self) -> dict[str, Any]:
        """The curve as the JSON form has it."""
        return _tree(self, "name x y look")


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves on common axes. title: the finding. log: the logarithmic axes. span: of y, where the
    data would choose worse. equal: a length is the same along both axes. live: a screen shows it
    only where a person looks."""

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    log: Literal["", "x", "y", "xy"] = ""
    span: tuple[float, float] | None = None
    equal: bool = False
    live: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", short_exponents(self.title))

    def to_dict(self) -> dict[str, Any]:
        """The chart as the JSON form has it."""
        curves = [curve.to_dict() for curve in self.curves]
        return _tree(self, "title x y log") | {"curves": curves}


@dataclass(frozen=True, slots=True)
class Grid:
    """A number for every row and column, in colours from `span[0]`, bad, to `span[1]`, good. A cell
    that is text, such as "nan", has no number."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    measure: Measure
    span: tuple[float, float]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The grid as the JSON form has it."""
        return _tree(self, "title rows columns cells")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A sentence, and the facts that it was made from."""

    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def concluded(template: str, **facts: Any) -> Conclusion:
    """A conclusion: the sentence holds the facts of the data in braces, so that no number of it is
    ever typed in.

    >>> concluded("{lost:.1f} digits are lost", lost=7.96).sentence
    '8.0 digits are lost'
    """
    return Conclusion(short_exponents(template.format(**facts)), facts)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one study. title: the finding in a line. method: which backends, and which
    truth, answer its question. charts: drawn in the terminal and, together, as one figure.

    name, question, options: by which it is called, what it asks, and what it was run with; the
    registry of the studies fills them in.
    """

    title: str
    method: str
    tables: tuple[Table, ...]
    charts: tuple[Chart | Grid, ...]
    conclusions: tuple[Conclusion, ...]
    name: str = ""
    question: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", short_exponents(self.title))

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of all conclusions, by name."""
        every = (conclusion.facts.items() for conclusion in self.conclusions)
        return dict(chain.from_iterable(every))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `diffcmp study`, described by `docs/schema.json`."""
        return {
            "schema": SCHEMA,
            "study": self.name,
            **_tree(self, "title question method options"),
            "tables": [table.to_dict() for table in self.tables],
            "charts": [chart.to_dict() for chart in self.charts if isinstance(chart, Chart)],
            "grids": [grid.to_dict() for grid in self.charts if isinstance(grid, Grid)],
            "conclusions": [c.sentence for c in self.conclusions],
            "facts": _plain(self.facts),
        }


def _tree(record: object, names: str) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in names.split()}


def _plain(value: Any) -> Any:
    """A value as JSON has it: what is not finite is a string."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    return number if math.isfinite(number) else str(number)
