"""The terminal view of a Comparison and of a Sweep: the truth above, one table, the notes below.

`layout` makes tables fit, `numbers` writes numbers, `remarks` groups notes; here is only what
stands where.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from rich.columns import Columns as SideBySide
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding

from diffcmp.accuracy.record import Comparison, Row, Series, Step, Sweep
from diffcmp.engines.partials import BY, steps_of
from diffcmp.report import numbers
from diffcmp.report.blocks import INDENT, failed, heading, notes, quality
from diffcmp.report.console import plain, render
from diffcmp.report.headings import HEAD, TAIL, listed, symbol
from diffcmp.report.layout import Cell, Columns, hidden_note, table
from diffcmp.report.remarks import grouped

# (columns left out, significant digits of the derivative): the first that fits is taken
LAYOUTS: tuple[tuple[tuple[str, ...], int | None], ...] = (
    ((), None),
    (("evals",), None),
    (("evals",), 12),
    (("evals", "time"), 12),
    (("evals", "time", "h"), 10),
    (("evals", "time", "h", "error"), 8),
    (("evals", "time", "h", "error"), 5),
)
SUMMARY_LAYOUTS = (
    (),
    ("rule",),
    ("rule", "order", "roundoff"),
    ("rule", "order", "roundoff", "predicted h"),
    ("rule", "order", "roundoff", "predicted h", "default h", "at default"),
)
PARTS = ("truncation", "roundoff", "representation")
BESIDE = 4
MIXED = "Mixed derivatives: --wrt x:y, or all of them by `diffcmp hessian`."
WHOLE = "error: the largest of all, over the largest component; worst: the component that has it."


def comparison_text(comparison: Comparison, width: int, colour: bool) -> str:
    """A Comparison for a terminal of `width` columns, with escape sequences where `colour` asks for
    them."""
    program = comparison.program
    parts = heading(
        program, comparison.at, comparison.dtype, comparison.truth, comparison.wrt, width
    )
    parts += ["", *results(comparison, width)]
    parts += notes(
        grouped((row.backend, row.remarks) for row in comparison.rows), program.text, width
    )
    parts += derived(comparison)
    return render(parts, width, colour)


def sweep_text(
    sweep: Sweep, width: int, colour: bool, *, rows: Literal["decade", "all"] = "decade"
) -> str:
    """A Sweep for a terminal: a summary of the methods, then each one's errors, about one step size
    a decade or all."""
    program = sweep.program
    parts = heading(program, sweep.at, sweep.dtype, sweep.truth, (sweep.variable,), width)
    parts += ["", *summary(sweep, width)]
    parts += notes(
        grouped((series.backend, series.remarks) for series in sweep.series), program.text, width
    )
    parts += ["", *steps(sweep, width, rows)]
    return render(parts, width, colour)


def derived(comparison: Comparison) -> list[RenderableType]:
    """The derivative as an expression, by the first method that found one."""
    for row in comparison.rows:
        if row.expression:
            inputs, order = comparison.program.inputs, comparison.truth.order
            shown = listed(list(row.expression))
            lines = [
                "…" if n is None else f"{symbol(n, inputs, order)} = {row.expression[n]}"
                for n in shown
            ]
            title = plain(f"Found by {row.backend}", "bold")
            return ["", title, *(Padding(plain(line), (0, 0, 0, INDENT)) for line in lines)]
    return []


def results(comparison: Comparison, width: int) -> list[RenderableType]:
    """One row a backend, or under each backend one row a variable; of many variables, the one that
    is farthest off."""
    of = whole_columns if len(comparison.wrt) > HEAD + TAIL else result_columns
    for hidden, figures in LAYOUTS:
        columns = of(comparison, figures).without(hidden)
        if columns.width <= width:
            break
    said = [plain(WHOLE, "dim")] if of is whole_columns else []
    if (
        comparison.truth.order == 2
        and len(comparison.wrt) > 1
        and not any(BY in name for name in comparison.wrt)
    ):
        said.append(plain(MIXED, "dim"))
    return [table(columns), *said, *step_rules(comparison), *hidden_note(hidden, figures)]


def step_rules(comparison: Comparison) -> list[RenderableType]:
    """How every step size was chosen, methods with the same rule together."""
    owners: dict[str, list[str]] = {}
    for row in comparison.rows:
        if row.h is not None and row.rule:
            owners.setdefault(row.rule, []).append(row.backend)
    if not owners:
        return []
    rules = "; ".join(f"{', '.join(names)} {rule}" for rule, names in owners.items())
    return [plain(f"h: {rules}.", "dim")]


def result_columns(comparison: Comparison, figures: int | None) -> Columns:
    """All columns of a Comparison, the derivative rounded to `figures` digits where it is given."""
    many = len(comparison.wrt) > 1
    rows = []
    for row in comparison.rows:
        for i, name in enumerate(comparison.wrt):
            rows.append(result_row(row, name, figures, comparison, many=many, first=i == 0))
    headers = (
        "method",
        *(("",) if many else ()),
        "derivative",
        "digits",
        "error",
        "h",
        "evals",
        "time",
    )
    return Columns(headers, tuple(rows), frozenset({"method", ""}))


def whole_columns(comparison: Comparison, figures: int | None) -> Columns:
    """One row a backend: the error of the whole gradient, and the component that is farthest
    off."""
    rows = []
    for row in comparison.rows:
        name = row.worst or ""
        style = (
            "red"
            if failed(row.derivative.get(name))
            else quality(row.digits.get(name), comparison.dtype)
        )
        rows.append(
            (
                Cell(row.backend, "bold"),
                Cell(numbers.magnitude(row.norm_error), style),
                Cell(name, "cyan"),
                Cell(numbers.estimate(row.derivative.get(name), figures), style),
                Cell(numbers.digits(row.digits.get(name)), style),
                Cell(
                    numbers.steps(
                        () if row.h is None else steps_of(row.h, name, comparison.truth.order)
                    )
                ),
                Cell(str(row.evaluations)),
                Cell(numbers.seconds(row.seconds)),
            )
        )
    headers = ("method", "error", "worst", "derivative", "digits", "h", "evals", "time")
    return Columns(headers, tuple(rows), frozenset({"method", "worst"}))


def result_row(
    row: Row, name: str, figures: int | None, comparison: Comparison, *, many: bool, first: bool
) -> tuple[Cell, ...]:
    """One line; what belongs to the whole row stands only in its first line."""
    digits = row.digits.get(name)
    style = "red" if failed(row.derivative.get(name)) else quality(digits, comparison.dtype)
    return (
        Cell(row.backend if first else "", "bold"),
        *((Cell(name, "cyan"),) if many else ()),
        Cell(numbers.estimate(row.derivative.get(name), figures), style),
        Cell(numbers.digits(digits), style),
        Cell(numbers.magnitude(row.abs_error.get(name))),
        Cell(numbers.steps(() if row.h is None else steps_of(row.h, name, comparison.truth.order))),
        Cell(str(row.evaluations) if first else ""),
        Cell(numbers.seconds(row.seconds) if first else ""),
    )


def summary(sweep: Sweep, width: int) -> list[RenderableType]:
    """One row a method: its order, how its roundoff grows, its step sizes and the digits they
    give."""
    headers = (
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
    )
    rows = tuple(summary_row(series, sweep.dtype) for series in sweep.series)
    everything = Columns(headers, rows, frozenset({"method", "rule"}))
    for hidden in SUMMARY_LAYOUTS:
        columns = everything.without(hidden)
        if columns.width <= width:
            break
    said = "at best, at default: correct digits with that h; lost: what the default h gives away."
    if "roundoff" in columns.headers:
        said = f"order, roundoff: the powers of h that truncation and roundoff follow; {said}"
    legend = plain(said, "dim")
    parts: list[RenderableType] = [table(columns), legend]
    if "rule" in hidden:
        rules = "; ".join(
            f"{series.backend} {series.rule}" for series in sweep.series if series.rule
        )
        parts.append(plain(f"default h: {rules}.", "dim"))
    return parts + hidden_note([name for name in hidden if name != "rule"], None)


def summary_row(series: Series, dtype: str) -> tuple[Cell, ...]:
    """One method."""
    return (
        Cell(series.backend, "bold"),
        Cell(numbers.order(series.fitted_order)),
        Cell(numbers.order(series.roundoff_slope)),
        Cell(numbers.step(series.best_h)),
        Cell(numbers.step(series.predicted_h)),
        Cell(numbers.step(series.default_h)),
        Cell(series.rule),
        Cell(numbers.digits(series.best_digits), quality(series.best_digits, dtype)),
        Cell(numbers.digits(series.default_digits), quality(series.default_digits, dtype)),
        Cell(numbers.digits(series.digits_lost)),
    )


def steps(sweep: Sweep, width: int, rows: Literal["decade", "all"]) -> list[RenderableType]:
    """One table a method, two beside each other where the width allows it."""
    shown = [thinned(series) if rows == "decade" else series.rows for series in sweep.series]
    pairs = list(zip(sweep.series, shown, strict=True))
    tables = [fitting(step_columns(series, chosen), width) for series, chosen in pairs]
    blocks = [
        Stack(plain(series.backend, "bold"), table(columns), "")
        for series, columns in zip(sweep.series, tables, strict=True)
    ]
    left_out = [name for name in PARTS if any(name not in columns.headers for columns in tables)]
    total = sum(len(series.rows) for series in sweep.series)
    kept = sum(map(len, shown))
    said = "* the best step size of the method."
    if kept < total:
        said += f" {kept} of {total} step sizes are shown, about one a decade; exports have all."
    if any(
        step.total is not None and step.truncation is None for rows_of in shown for step in rows_of
    ):
        said += f" {numbers.MISSING}: unknown, or too small for a digit of it to be certain."
    one = max((columns.width for columns in tables), default=0)
    beside = 2 * one + BESIDE <= width
    body: list[RenderableType] = (
        [SideBySide(blocks, padding=(0, BESIDE), width=one)] if beside else list(blocks)
    )
    return [*body, plain(said, "dim"), *hidden_note(left_out, None)]


def fitting(columns: Columns, width: int) -> Columns:
    """Without the parts that the width has no room for; the total is kept."""
    for hidden in ((), PARTS[2:], PARTS[1:], PARTS):
        chosen = columns.without(hidden)
        if chosen.width <= width:
            break
    return chosen


def thinned(series: Series) -> tuple[Step, ...]:
    """The step size nearest to each power of ten, and always the best one; from large to small."""
    nearest: dict[int, Step] = {}
    for step in series.rows:
        decade = round(math.log10(step.h))
        if decade not in nearest or _off(step.h, decade) < _off(nearest[decade].h, decade):
            nearest[decade] = step
    kept = [step for step in series.rows if step.h == series.best_h or step in nearest.values()]
    return tuple(sorted(kept, key=lambda step: -step.h))


def _off(h: float, decade: int) -> float:
    return abs(math.log10(h) - decade)


def step_columns(series: Series, kept: Sequence[Step]) -> Columns:
    """h and the signed parts of the error; the best h is marked."""
    rows = []
    for step in kept:
        best = step.h == series.best_h
        parts = (step.total, step.truncation, step.roundoff, step.representation)
        cells = [Cell(numbers.signed(part), "bold green" if best else "") for part in parts]
        rows.append(
            (
                Cell(("*" if best else "") + numbers.step(step.h), "bold green" if best else ""),
                *cells,
            )
        )
    return Columns(("h", "total", *PARTS), tuple(rows))
