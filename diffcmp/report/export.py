"""Records for machines and for documents: JSON, CSV and Markdown, with all digits and every row.

Nothing here needs rich, plotext or matplotlib.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import TypeAlias

from diffcmp.accuracy.explanation import Explanation
from diffcmp.accuracy.matrix import MatrixComparison
from diffcmp.accuracy.record import Comparison, Map, Row, Step, Sweep, plain
from diffcmp.engines.partials import steps_of
from diffcmp.report import numbers
from diffcmp.report.bench_export import BENCH_FIELDS, bench_lines, bench_markdown
from diffcmp.report.explain_export import explanation_lines
from diffcmp.report.headings import HEAD, TAIL, listed, point, symbol, truth_facts
from diffcmp.report.map_export import MAP_FIELDS, map_lines, map_markdown
from diffcmp.report.markdown import code, escaped, joined, table
from diffcmp.report.matrix_export import MATRIX_FIELDS, matrix_lines, matrix_markdown
from diffcmp.report.remarks import grouped
from diffcmp.speed.record import Bench
from diffcmp.truth.record import Quantity

COMPARISON_FIELDS = (
    "expression",
    "at",
    "dtype",
    "kernel",
    "kind",
    "certified",
    "variable",
    "truth",
    "backend",
    "value",
    "derivative",
    "abs_error",
    "rel_error",
    "digits",
    "ulps",
    "h",
    "rule",
    "evaluations",
    "seconds",
    "notes",
    "order",
)
SWEEP_FIELDS = (
    "expression",
    "at",
    "dtype",
    "kernel",
    "kind",
    "certified",
    "variable",
    "truth",
    "backend",
    "h",
    "estimate",
    "total",
    "truncation",
    "roundoff",
    "representation",
    "fitted_order",
    "best_h",
    "predicted_h",
    "default_h",
    "notes",
    "order",
    "roundoff_slope",
)

Record: TypeAlias = Comparison | Sweep | Map | Explanation | MatrixComparison | Bench


def to_json(record: Record) -> str:
    """The record as `docs/schema.json` describes it."""
    return json.dumps(record.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def to_csv(record: Record) -> str:
    """One line for each backend and variable, step size, point or work, under a line of names."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    record = record.comparison if isinstance(record, Explanation) else record
    if isinstance(record, Comparison):
        writer.writerow(COMPARISON_FIELDS)
        writer.writerows(_comparison_lines(record))
    elif isinstance(record, MatrixComparison):
        writer.writerow(MATRIX_FIELDS)
        writer.writerows(matrix_lines(record))
    elif isinstance(record, Bench):
        writer.writerow(BENCH_FIELDS)
        writer.writerows(bench_lines(record))
    elif isinstance(record, Map):
        writer.writerow(MAP_FIELDS)
        writer.writerows(map_lines(record))
    else:
        writer.writerow(SWEEP_FIELDS)
        writer.writerows(_sweep_lines(record))
    return out.getvalue()


def to_markdown(record: Record) -> str:
    """The truth, a table, and the notes; for a Sweep a summary and one table of all step sizes; for
    a Map the methods and their worst places."""
    if isinstance(record, Map):
        return map_markdown(record)
    if isinstance(record, MatrixComparison):
        return matrix_markdown(record)
    if isinstance(record, Bench):
        return bench_markdown(record)
    if isinstance(record, Explanation):
        return (
            "\n".join([to_markdown(record.comparison).rstrip(), *explanation_lines(record)]) + "\n"
        )
    wrt = record.wrt if isinstance(record, Comparison) else (record.variable,)
    lines = [
        f"**f** = {code(record.program.text)} at {code(point(record.at))} in {record.dtype}",
        "",
    ]
    for fact in truth_facts(record.truth, wrt, record.program.inputs):
        aside = f" ({escaped(fact.aside)})" if fact.aside else ""
        lines.append(f"- {escaped(fact.label)}: {escaped(fact.text)}{aside}")
    lines += [
        "",
        *(_comparison_tables(record) if isinstance(record, Comparison) else _sweep_tables(record)),
    ]
    owned = record.rows if isinstance(record, Comparison) else record.series
    said = grouped(
        [("truth", record.truth.remarks), *((one.backend, one.remarks) for one in owned)]
    )
    if said:
        lines += ["", "Notes:", ""]
    for group in said:
        piece = f", in {code(group.piece)}" if group.piece else ""
        owners = escaped(", ".join(group.owners))
        advice = f" → {escaped(group.advice)}" if group.advice else ""
        lines.append(f"- **{owners}**: {escaped(group.sentence)}{piece}{advice}")
    if isinstance(record, Comparison):
        lines += _expressions(record)
    return "\n".join(lines) + "\n"


def _comparison_lines(record: Comparison) -> Iterable[list[object]]:
    for row in record.rows:
        for name in record.wrt:
            yield [
                *_about(record, name),
                row.backend,
                plain(row.value),
                plain(row.derivative.get(name)),
                plain(row.abs_error.get(name)),
                plain(row.rel_error.get(name)),
                plain(row.digits.get(name)),
                plain(row.ulps.get(name)),
                _steps(row, name, record.truth.order),
                row.rule,
                row.evaluations,
                row.seconds,
                joined(row.remarks),
                record.truth.order,
            ]


def _steps(row: Row, name: str, order: int) -> object:
    """The step size of one derivative; of a mixed one with two, both, separated by a space."""
    found = [plain(h) for h in dict.fromkeys(steps_of(row.h or {}, name, order))]
    return found[0] if len(found) == 1 else " ".join(map(str, found)) or None


def _sweep_lines(record: Sweep) -> Iterable[list[object]]:
    about = _about(record, record.variable)
    for series in record.series:
        tail = [
            series.fitted_order,
            series.best_h,
            series.predicted_h,
            series.default_h,
            joined(series.remarks),
        ]
        for step in series.rows:
            parts = [step.total, step.truncation, step.roundoff, step.representation]
            yield [
                *about,
                series.backend,
                step.h,
                step.estimate,
                *parts,
                *tail,
                record.truth.order,
                series.roundoff_slope,
            ]


def _about(record: Comparison | Sweep, name: str) -> list[object]:
    truth = record.truth
    derivative = _exact_text(truth.derivative(name), truth.digits)
    expression = record.program.text
    return [
        expression,
        point(record.at),
        record.dtype,
        record.kernel,
        truth.kind.value,
        truth.certified,
        name,
        derivative,
    ]


def _exact_text(quantity: Quantity | None, digits: int) -> str | None:
    return None if quantity is None else quantity.text(digits)


def _comparison_tables(record: Comparison) -> list[str]:
    if len(record.wrt) > HEAD + TAIL:
        headers = ["method", "error", "worst", "derivative", "digits", "evals", "time"]
        return table(headers, [_whole(row) for row in record.rows], words=1)
    many = len(record.wrt) > 1
    headers = [
        "method",
        *(["variable"] if many else []),
        "derivative",
        "digits",
        "error",
        "h",
        "evals",
        "time",
    ]
    rows = [
        _cells(row, name, record.truth.order, many=many)
        for row in record.rows
        for name in record.wrt
    ]
    return table(headers, rows, words=2 if many else 1)


def _cells(row: Row, name: str, order: int, *, many: bool) -> list[str]:
    return [
        row.backend,
        *([name] if many else []),
        numbers.estimate(row.derivative.get(name)),
        numbers.digits(row.digits.get(name)),
        numbers.magnitude(row.abs_error.get(name)),
        numbers.steps(steps_of(row.h or {}, name, order)),
        str(row.evaluations),
        numbers.seconds(row.seconds),
    ]


def _whole(row: Row) -> list[str]:
    """The error of a whole gradient, and the component that is farthest off."""
    name = row.worst or ""
    return [
        row.backend,
        numbers.magnitude(row.norm_error),
        name,
        numbers.estimate(row.derivative.get(name)),
        numbers.digits(row.digits.get(name)),
        str(row.evaluations),
        numbers.seconds(row.seconds),
    ]


def _sweep_tables(record: Sweep) -> list[str]:
    headers = [
        "method",
        "order",
        "roundoff",
        "best h",
        "predicted h",
        "default h",
        "rule",
        "at best",
        "at default",
        "lost",
    ]
    methods = [
        [
            s.backend,
            numbers.order(s.fitted_order),
            numbers.order(s.roundoff_slope),
            numbers.step(s.best_h),
            numbers.step(s.predicted_h),
            numbers.step(s.default_h),
            s.rule,
            numbers.digits(s.best_digits),
            numbers.digits(s.default_digits),
            numbers.digits(s.digits_lost),
        ]
        for s in record.series
    ]
    steps = [[s.backend, repr(step.h), *_parts(step)] for s in record.series for step in s.rows]
    names = ["method", "h", "total", "truncation", "roundoff", "representation"]
    return [*table(headers, methods, words=1), "", *table(names, steps, words=1)]


def _parts(step: Step) -> list[str]:
    return [
        numbers.signed(part)
        for part in (step.total, step.truncation, step.roundoff, step.representation)
    ]


def _expressions(record: Comparison) -> list[str]:
    for row in record.rows:
        if row.expression:
            inputs = record.program.inputs
            order = record.truth.order
            shown = listed(list(row.expression))
            found = [
                "- …" if n is None else f"- {symbol(n, inputs, order)} = {code(row.expression[n])}"
                for n in shown
            ]
            return ["", f"Found by {escaped(row.backend)}:", "", *found]
    return []
