"""Studies as JSON, as lines of CSV (every point of every curve and grid), and as Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from diffcmp.report.cells import shown, words
from diffcmp.report.markdown import escaped, table
from diffcmp.report.record import Grid, Report

RUN = "Times, and what is computed from them, are those of one run: the next gives others."
FIELDS = ("study", "chart", "curve", "x", "y")


def studies_json(reports: Sequence[Report]) -> str:
    """One study as an object, several as a list, as `docs/schema.json` describes them."""
    found = [report.to_dict() for report in reports]
    return (
        json.dumps(
            found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2, allow_nan=False
        )
        + "\n"
    )


def studies_csv(reports: Sequence[Report]) -> str:
    """One line for every point of every curve; of a grid for every cell, with its row as curve and
    its column as x."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for report in reports:
        writer.writerows(_points(report))
    return out.getvalue()


def _points(report: Report) -> Iterable[tuple[object, ...]]:
    for chart in report.charts:
        if isinstance(chart, Grid):
            for name, row in zip(chart.rows, chart.cells, strict=True):
                yield from (
                    (report.name, chart.title, name, x, y)
                    for x, y in zip(chart.columns, row, strict=True)
                )
        else:
            for curve in chart.curves:
                yield from (
                    (report.name, chart.title, curve.name, x, y)
                    for x, y in zip(curve.x, curve.y, strict=True)
                )


def studies_markdown(reports: Sequence[Report], figure: str = "") -> str:
    """Question, conclusions and tables; `figure` is the file of a picture, with {name} for the
    study."""
    return "\n".join(line for report in reports for line in _page(report, figure))


def _page(report: Report, figure: str) -> Iterable[str]:
    yield from (
        f"# {escaped(report.name)}: {escaped(report.title)}",
        "",
        f"*{escaped(report.question)}*",
        "",
    )
    if figure:
        yield from (f"![{escaped(report.title)}]({figure.format(name=report.name)})", "")
    yield from (f"- {escaped(conclusion.sentence)}" for conclusion in report.conclusions)
    options = "".join(
        f" --{name.replace('_', '-')} {value}" for name, value in report.options.items()
    )
    yield from ("", f"By {escaped(report.method)}: `diffcmp study {report.name}{options}`.", "")
    if any("seconds" in one.columns.values() for one in report.tables):
        yield from (RUN, "")
    for one in report.tables:
        rows = [
            [shown(c, m) for c, m in zip(row, one.columns.values(), strict=True)]
            for row in one.rows
        ]
        yield from (
            f"**{escaped(one.title)}**",
            "",
            *table([escaped(h) for h in one.columns], rows, _leading(one.columns)),
            "",
        )
        yield from (escaped(one.note), "") if one.note else ()
    for grid in report.charts:
        if isinstance(grid, Grid):
            cells = [
                [name, *(shown(c, grid.measure) for c in row)]
                for name, row in zip(grid.rows, grid.cells, strict=True)
            ]
            yield from (
                f"**{escaped(grid.title)}**",
                "",
                *table(["", *map(escaped, grid.columns)], cells, 1),
                "",
            )
            yield from (escaped(grid.note), "") if grid.note else ()


def _leading(columns: object) -> int:
    """How many columns of words come first."""
    assert isinstance(columns, dict)
    measures = list(columns.values())
    return next((i for i, m in enumerate(measures) if not words(m)), len(measures))
