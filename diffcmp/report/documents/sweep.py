"""The document of a Sweep: the truth, the methods, every error as tables and as a chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from operator import attrgetter
from typing import Any, Literal, TypeAlias

from diffcmp.accuracy.judging.record import Series, Step, Sweep
from diffcmp.notes import joined
from diffcmp.report import numbers
from diffcmp.report.document import Block, Column, Document, Graded, Part, Table, graded, table
from diffcmp.report.documents.facts import about, notes, point, symbol, truth_parts
from diffcmp.report.record import Chart, Curve, Look
from diffcmp.spans import shortened

FIELDS = (
    "expression at dtype kernel kind certified variable truth backend h estimate total "
    "truncation roundoff representation fitted_order best_h predicted_h default_h notes "
    "order roundoff_slope as_good_from as_good_to noise"
).split()
Name: TypeAlias = Literal["total", "truncation", "roundoff", "representation"]
DRAWN: tuple[tuple[Name, Look], ...] = (("truncation", "dashed"), ("roundoff", "dotted"))
SUMMARY_FITS = ((0, None), (1, None), (3, None), (4, None), (6, None))
NOISE = "the roundoff of f beside the point, measured (root mean square)"
TITLE_WIDTH = 50  # characters of the expression in the title of the chart
DEEPEST, HIGHEST = -22.0, 3.0  # in powers of ten about |f′|, between which errors are drawn
MARGIN = 0.7
LARGEST = 300.0  # the largest power of ten that a chart holds, and minus the smallest


def document(record: Sweep) -> Document:
    """A Sweep, ready for any medium."""
    where = f"at {point(record.at)}  in {record.dtype}"
    return Document(record, record.program.text, where, parts, FIELDS, lines)


def parts(record: Sweep) -> list[Part]:
    """What a person reads."""
    return [
        *truth_parts(record.truth, (record.variable,), record.program),
        summary(record),
        *notes(record.program.text, record.series),
        steps(record),
        chart(record),
    ]


def summary(record: Sweep) -> Table:
    """One row a method: its order, how its roundoff grows, its step sizes and their digits."""
    follows = "the powers of h that truncation and roundoff follow"
    digits = "correct digits with that h"
    columns = [
        Column("method", "name"),
        Column("order", "order", follows, rank=2),
        Column("roundoff", "order", follows, rank=3),
        Column("noise of f", "error", NOISE, rank=1),
        Column("best h", "step", "with the smallest total error"),
        Column("predicted h", "step", "the best by theory", rank=4),
        Column("default h", "step", rank=5),
        Column("at best", "digits", digits),
        Column("at default", "digits", digits, rank=6),
        Column("lost", "digits", "the digits that the default h gives away"),
    ]
    rules = [f"{series.backend} {series.rule}" for series in record.series if series.rule]
    below = [f"default h: {'; '.join(rules)}."] if rules else []
    below += as_good(record.series)
    rows = [summary_row(series, record.dtype) for series in record.series]
    return table(columns, rows, notes=below, fits=SUMMARY_FITS)


def as_good(every: Sequence[Series]) -> list[str]:
    """Where a whole range of steps is as good as the best, and where f is exact, in sentences."""
    ranges = [
        f"{series.backend} from {numbers.step(series.as_good[0])} to "
        f"{numbers.step(series.as_good[1])}"
        for series in every
        if series.as_good is not None
    ]
    lines = [f"as good as the best h, to half a digit: {'; '.join(ranges)}."] if ranges else []
    exact = [series.backend for series in every if series.noise == 0]
    if exact:
        lines.append(f"f itself is computed exactly beside the point: {', '.join(exact)}.")
    return lines


def summary_row(series: Series, dtype: str) -> list[Any]:
    """One method."""
    orders = series.fitted_order, series.roundoff_slope, series.noise
    h = series.best_h, series.predicted_h, series.default_h
    digits = [graded(digits, dtype) for digits in (series.best_digits, series.default_digits)]
    return [series.backend, *orders, *h, *digits, series.digits_lost]


def steps(record: Sweep) -> Table:
    """The signed parts of the error at every step size, a block for each method."""
    columns = [
        Column("h", "step"),
        Column("total", "signed", "the signed absolute error, the sum of its parts"),
        Column("truncation", "signed", "that of the formula", rank=3),
        Column("roundoff", "signed", "that of floating point", rank=2),
        Column("representation", "signed", "that of the rounded point", rank=1),
    ]
    blocks = [block(series) for series in record.series]
    kept = sum(len(one.brief or ()) for one in blocks)
    total = sum(len(one.rows) for one in blocks)
    brief = f"{kept} of {total} step sizes are shown, about one a decade; exports have all."
    below = ["* the best step size of the method."]
    every = [step for series in record.series for step in series.rows]
    if any(step.total is not None and step.truncation is None for step in every):
        below.append(f"{numbers.MISSING}: unknown, or too small for a digit of it to be certain.")
    return Table(columns, blocks, notes=below, brief=brief if kept < total else "", beside=True)


def block(series: Series) -> Block:
    """The step sizes of one method from large to small, the default one among them; the best one
    is marked."""
    ordered = sorted(listed(series), key=lambda step: -step.h)
    kept = {step.h for step in thinned(series)}
    rows = [step_row(step, step.h == series.best_h) for step in ordered]
    brief = [i for i, step in enumerate(ordered) if step.h in kept]
    return Block(rows, series.backend, brief=brief)


def listed(series: Series) -> list[Step]:
    """The steps of the grid, and the default one."""
    steps = {step.h: step for step in series.rows}
    if series.default is not None:
        steps.setdefault(series.default.h, series.default)
    return list(steps.values())


def step_row(step: Step, is_best: bool) -> list[Any]:
    """h and the parts of the error."""
    _, _, *errors = astuple(step)
    cells = [("*" if is_best else "") + numbers.step(step.h), *errors]
    return [Graded(cell, "strong") for cell in cells] if is_best else cells


def thinned(series: Series) -> list[Step]:
    """The step size nearest to each power of ten, and always the best and the default one."""
    nearest: dict[int, Step] = {}
    for step in series.rows:
        decade = round(math.log10(step.h))
        if decade not in nearest or _off(step.h, decade) < _off(nearest[decade].h, decade):
            nearest[decade] = step
    always = series.best_h, series.default_h
    return [step for step in listed(series) if step.h in always or step in nearest.values()]


def _off(h: float, decade: int) -> float:
    return abs(math.log10(h) - decade)


def chart(record: Sweep) -> Chart:
    """The error of every method against h, its parts, and where theory puts the best h."""
    slope = symbol(record.variable, record.program.inputs, record.truth.order)
    text = shortened(record.program.text, TITLE_WIDTH)
    lowest, highest = vertical(record)
    return Chart(
        title=f"error of {slope} of {text} at {point(record.at)}",
        x="step size h",
        y=f"absolute error of {slope}",
        curves=tuple(curve for series in record.series for curve in curves(series)),
        log="xy",
        span=(power(lowest), power(highest)),
        live=True,
    )


def curves(series: Series) -> list[Curve]:
    """The total error of one method, its parts, and a pin where theory puts the best h."""
    order = series.fitted_order
    aside = "" if order is None else f"order {numbers.order(order)}"
    ordered = sorted(series.rows, key=attrgetter("h"))
    h = tuple(step.h for step in ordered)
    drawn = [Curve(series.backend, h, sizes(ordered, "total"), aside=aside)]
    for part, look in DRAWN:
        drawn.append(Curve(part, h, sizes(ordered, part), look, of=series.backend))
    best = series.predicted_h
    if best is not None and h and h[0] <= best <= h[-1]:
        drawn.append(Curve("best h by theory", (best,), (None,), "pin", of=series.backend))
    return drawn


def sizes(rows: Sequence[Step], part: Name) -> tuple[float | None, ...]:
    """The magnitude of one part at each step size; None where it is 0 or no number."""
    logs = [numbers.log10_magnitude(getattr(step, part)) for step in rows]
    return tuple(None if log is None else power(log) for log in logs)


def power(log: float) -> float:
    """10**log, or the nearest number that a chart holds."""
    return float(10.0 ** min(max(log, -LARGEST), LARGEST))


def vertical(record: Sweep) -> tuple[float, float]:
    """The range of the total errors in powers of ten, a little wider, and cut to 25 of them about
    the size of the derivative: the truncation of complex-step reaches 1e-60."""
    totals = [numbers.log10_magnitude(step.total) for one in record.series for step in one.rows]
    every = [log for log in totals if log is not None]
    size = _size(record)
    if not every:
        return size - 17, size + 1
    lowest = max(min(every) - MARGIN, size + DEEPEST)
    highest = min(max(every) + MARGIN, size + HIGHEST)
    return (lowest, highest) if lowest < highest else (min(every) - 1, max(every) + 1)


def _size(record: Sweep) -> float:
    """log10 of the magnitude of the derivative, 0 where there is none or where it is 0."""
    derivative = record.truth.derivative(record.variable)
    size = numbers.log10_magnitude(None if derivative is None else derivative.text(5))
    return 0.0 if size is None else size


def lines(record: Sweep) -> Iterable[list[object]]:
    """For CSV: one line for each method and step size."""
    asked = about(record, record.variable)
    for series in record.series:
        h = series.best_h, series.predicted_h, series.default_h
        slope, good = series.roundoff_slope, series.as_good or (None, None)
        rest = joined(series.remarks), record.truth.order, slope, *good, series.noise
        for step in series.rows:
            yield [*asked, series.backend, *astuple(step), series.fitted_order, *h, *rest]
