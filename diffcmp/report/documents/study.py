"""The document of studies: question, tables, charts, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from diffcmp.report import document as doc
from diffcmp.report.document import Column, Document, Fact, Facts, Graded, Item, Items, Part, grade
from diffcmp.report.record import Cell, Grid, Report
from diffcmp.report.record import Table as Rows

FIELDS = ("study", "chart", "curve", "x", "y")
MEANINGS = {
    "dual": "forward mode, by dual numbers",
    "tape": "reverse mode, by a tape",
    "dual-lhopital": "forward mode that knows L'Hôpital's rule",
    "tape-lhopital": "reverse mode that knows L'Hôpital's rule",
    "evals": "runs of f, or of a program made of it",
    "digits": "correct significant digits",
}
RUN = "Times, and what is computed from them, are those of one run: the next gives others."


def document(report: Report) -> Document:
    """The Report of a study, ready for any medium."""
    finding = f"{report.name}: {report.title}"
    return Document(report, finding, "", parts, FIELDS, points, lead="")


def parts(report: Report) -> list[Part]:
    """What a person reads."""
    follows = [Item(conclusion.sentence) for conclusion in report.conclusions]
    return [
        Facts(facts(report)),
        *(tabulated(one) for one in report.tables),
        *report.charts,
        *doc.section("What follows", Items(follows, "·"), leads=True),
    ]


def facts(report: Report) -> list[Fact]:
    """What is asked, and how it is answered."""
    told = [Fact("question", report.question), Fact("by", report.method)]
    if report.options:
        chosen = ", ".join(f"{name} {value}" for name, value in report.options.items())
        told.append(Fact("options", chosen))
    return told


def tabulated(rows: Rows) -> doc.Table:
    """A table of a study; numbers of digits are graded."""
    measures = list(rows.columns.values())
    columns = [
        Column(name, measure, meaning(name, rows.note)) for name, measure in rows.columns.items()
    ]
    cells = [[graded(c, m) for c, m in zip(row, measures, strict=True)] for row in rows.rows]
    below = [rows.note] if rows.note else []
    if "seconds" in measures:
        below.append(RUN)
    return doc.table(columns, cells, title=rows.title, notes=below)


def graded(cell: Cell, measure: str) -> Any:
    """A cell with its grade where it is a number of digits."""
    if measure == "digits" and isinstance(cell, int | float):
        return Graded(cell, grade(float(cell)))
    return cell


def meaning(header: str, note: str) -> str:
    """What a column is that has the name of a method or of a cost, where the note does not say."""
    name = header.strip()
    return "" if f"{name}:" in note else MEANINGS.get(name, "")


def points(report: Report) -> Iterable[Sequence[object]]:
    """For CSV: every point of a curve; every cell of a grid, with row as curve and column as x."""
    series: list[tuple[str, Sequence[Any], Sequence[Any]]]
    for chart in report.charts:
        if isinstance(chart, Grid):
            rows = zip(chart.rows, chart.cells, strict=True)
            series = [(name, chart.columns, row) for name, row in rows]
        else:
            series = [(curve.name, curve.x, curve.y) for curve in chart.curves]
        for name, xs, ys in series:
            for x, y in zip(xs, ys, strict=True):
                yield report.name, chart.title, name, x, y
