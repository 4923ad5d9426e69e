"""One record in the form that was asked for: text for a terminal, JSON, CSV or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from diffcmp.accuracy.explanation import Explanation
from diffcmp.accuracy.matrix import MatrixComparison
from diffcmp.accuracy.record import Comparison, Map, Sweep
from diffcmp.report.export import to_csv, to_json, to_markdown
from diffcmp.report.record import Report
from diffcmp.speed.record import Bench

CHART_HEIGHT = 24
EXPORTS = {"json": to_json, "csv": to_csv, "markdown": to_markdown}


def comparison_as(form: str, comparison: Comparison, width: int, colour: bool) -> str | bytes:
    """A comparison as "text", "json", "csv", "markdown" or "npz"; width in columns and colour
    matter for text only."""
    if form == "npz":
        from diffcmp.report.arrays_export import to_npz

        return to_npz(comparison)
    if form in EXPORTS:
        return EXPORTS[form](comparison)
    from diffcmp.report.tables import comparison_text

    return comparison_text(comparison, width, colour)


def sweep_as(form: str, sweep: Sweep, width: int, colour: bool, *, chart: bool) -> str:
    """A sweep in the same forms; the text ends in a chart where one is asked for."""
    if form in EXPORTS:
        return EXPORTS[form](sweep)
    from diffcmp.report.tables import sweep_text

    text = sweep_text(sweep, width, colour)
    if not chart:
        return text
    from diffcmp.report.chart import sweep_chart

    return f"{text}\n\n{sweep_chart(sweep, width, CHART_HEIGHT, colour)}"


def map_as(form: str, found: Map, width: int, colour: bool) -> str:
    """A map in the same forms; the text ends in its chart, which is small and says the same without
    colour."""
    if form in EXPORTS:
        return EXPORTS[form](found)
    from diffcmp.report.map_tables import map_text

    return map_text(found, width, colour)


def explanation_as(form: str, found: Explanation, width: int, colour: bool) -> str:
    """An explanation in the same forms."""
    if form in EXPORTS:
        return EXPORTS[form](found)
    from diffcmp.report.explain_tables import explanation_text

    return explanation_text(found, width, colour)


def matrix_as(form: str, found: MatrixComparison, width: int, colour: bool) -> str | bytes:
    """A Jacobian or Hessian in the same forms."""
    if form == "npz":
        from diffcmp.report.arrays_export import to_npz

        return to_npz(found)
    if form in EXPORTS:
        return EXPORTS[form](found)
    from diffcmp.report.matrix_tables import matrix_text

    return matrix_text(found, width, colour)


def studies_as(form: str, reports: Sequence[Report], width: int, colour: bool) -> str:
    """One study or several in the same forms."""
    from diffcmp.report import study_export

    exports = {
        "json": study_export.studies_json,
        "csv": study_export.studies_csv,
        "markdown": study_export.studies_markdown,
    }
    if form in exports:
        return exports[form](reports)
    from diffcmp.report.study_text import study_text

    return "\n\n\n".join(study_text(report, width, colour) for report in reports)


def bench_as(form: str, found: Bench, width: int, colour: bool) -> str:
    """A benchmark in the same forms."""
    if form in EXPORTS:
        return EXPORTS[form](found)
    from diffcmp.report.bench_tables import bench_text

    return bench_text(found, width, colour)
