"""Backends against the truth: errors, digits, cost, and a note on every number that is wrong
without saying so."""

from __future__ import annotations

import math
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from diffcmp.accuracy import directional
from diffcmp.accuracy.components import worst
from diffcmp.accuracy.errors import Errors, absolute_error, as_float, correct_digits, ulps
from diffcmp.accuracy.question import Question
from diffcmp.accuracy.record import Comparison, Row
from diffcmp.accuracy.verdict import Answer, verdict
from diffcmp.arithmetic.floats import DTYPES, Floats
from diffcmp.backends.protocol import Backend, Estimate, Prepared
from diffcmp.backends.registry import chosen
from diffcmp.deadline import Deadline
from diffcmp.engines.compiled import compiled
from diffcmp.engines.partials import ORDERS, partials, steps_of
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Remark
from diffcmp.point.point import Point, Problem, located
from diffcmp.point.values import Values
from diffcmp.program.checks import number_valued
from diffcmp.program.ir import Program
from diffcmp.truth.certify import MAX_DIGITS, truth
from diffcmp.truth.record import Truth

REPEAT_SECONDS = 0.002
REPEATS = 20  # a median of more is hardly better, and a table has a dozen rows that wait for it
ASK = "see `diffcmp explain`: the methods that resolve such points fail here too"
WORST = 3  # of many components the ones that are looked into


def compare(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: Sequence[str] | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    h: float | None = None,
    digits: int = 30,
    timeout: float = 10.0,
    order: int = 1,
    full: bool = False,
    progress: Callable[[str], None] = lambda stage: None,
) -> Comparison:
    """Every backend at one point, held against the certified derivative.

    Parameters
    ----------
    expr: an expression, or a Program. at: a mapping from names, or a bare value for a function of
        one variable; a value is a float (its exact binary value), a string (an exact decimal or a
        constant expression), an int, Fraction or Decimal.
    wrt: the variables to differentiate with respect to; all by default. Where `order` is 2, `x` is
        ∂²f/∂x² and `x:y` the mixed ∂²f/∂x∂y. backends: names; all for that order by default.
    dtype: float16, float32, float64 or longdouble. h: the step size of the methods that have one;
        by their rule by default.
    digits: of the truth. timeout: seconds for all of it; four fifths of them may be spent on
        waiting for sympy. full: compare every component of a gradient of more than 64 by every
        backend; else all but the tape are compared along random directions, in float64. progress:
        is told what is being done.

    Raises
    ------
    InputError: for an expression, point, name, order, dtype or step that makes no sense.

    >>> comparison = compare("(t**2-4)/(t-2)", "2", backends=["dual"])
    >>> comparison.truth.kind.value, comparison.rows[0].derivative["t"]
    ('removable', nan)
    """
    problem = located(expr, at)
    program, where = number_valued(problem.program) and problem.scalar, problem.at
    sensible(dtype, digits, h, order)
    names = partials(program, wrt, order)
    deadline = Deadline.for_waiting(timeout)
    methods = [configured(b, h, deadline, order) for b in chosen(backends, order)]
    if len(names) > directional.LARGE and order == 1 and dtype == "float64" and not full:
        known, rows = sampled(problem, names, methods, digits, deadline, progress)
    else:
        known, rows = held(program, where, names, methods, dtype, digits, deadline, order, progress)
    shapes = problem.shapes
    elements = {name: c.text for name, c in where.coordinates.items()} if shapes else {}
    return Comparison(
        program, names, where.texts(), dtype, Floats(dtype).kernel, known, rows, shapes, elements
    )


def sampled(
    problem: Problem,
    names: tuple[str, ...],
    methods: Sequence[Backend],
    digits: int,
    deadline: Deadline,
    progress: Callable[[str], None],
) -> tuple[Truth, tuple[Row, ...]]:
    """The same for a gradient of many components: all of them by the tape, the other methods along
    a few directions."""
    progress("certified derivative")
    known, floats, where = (
        truth(problem.scalar, problem.at, names, digits, deadline),
        Floats(),
        problem.at,
    )
    everything = directional.Directions(problem, names)
    f = compiled(problem.program)(*everything.points[0].inputs[1 : 1 + len(problem.program.inputs)])

    def own(estimate: Estimate) -> Row:
        method = next(m for m in methods if m.name == directional.SWEPT)
        return _row(
            method, problem.scalar, where, names, estimate, estimate.seconds, f, known, floats
        )

    return known, tuple(directional.rows(methods, problem, names, known, float(f), own, progress))


def held(
    program: Program,
    where: Point,
    names: Sequence[str],
    methods: Sequence[Backend],
    dtype: str,
    digits: int,
    deadline: Deadline,
    order: int = 1,
    progress: Callable[[str], None] = lambda stage: None,
) -> tuple[Truth, tuple[Row, ...]]:
    """The truth about some derivatives of a Program of numbers, and every method's answer held
    against it."""
    prepared = {b.name: b.prepare(program, names, order, dtype) for b in methods}
    pending = {name: p.start(where) for name, p in prepared.items() if hasattr(p, "start")}
    progress("certified derivative")
    known = truth(program, where, names, digits, deadline, order)
    floats = Floats(dtype)
    f = _value(program, where, floats)
    rows = []
    for method in methods:
        progress(method.name)
        ready = prepared[method.name]
        estimate = pending[method.name]() if method.name in pending else ready(where)
        seconds = (
            estimate.seconds if method.name in pending else _seconds(ready, where, estimate, floats)
        )
        rows.append(_row(method, program, where, names, estimate, seconds, f, known, floats))
    return known, advised(rows)


def advised(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, with no advice to use a method that fails in the same table."""
    failed = {
        row.backend
        for row in rows
        if not any(v is not None and math.isfinite(v) for v in row.derivative.values())
    }
    named = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in failed) or "(?!)"
    )
    return tuple(
        replace(
            row,
            remarks=tuple(
                replace(r, counsel=ASK) if named.search(r.advice) else r for r in row.remarks
            ),
        )
        for row in rows
    )


def sensible(dtype: str, digits: int, h: float | None = None, order: int = 1) -> None:
    """Refuse a dtype, a number of digits, a step size or an order that makes no sense.

    Raises
    ------
    InputError: with the first of them.
    """
    if dtype not in DTYPES:
        raise InputError(Fault.DTYPE, given=dtype)
    if not 1 <= digits <= MAX_DIGITS:
        raise InputError(Fault.DIGITS, given=digits, limit=MAX_DIGITS)
    if h is not None and not (math.isfinite(h) and h > 0):
        raise InputError(Fault.STEP, given=h)
    if order not in ORDERS:
        raise InputError(Fault.ORDER, given=order)


def configured(method: Backend, h: float | None, deadline: Deadline, order: int = 1) -> Backend:
    """The method with a given step and deadline, and its step for that order, where it has them."""
    if h is not None and hasattr(method, "with_step"):
        method = method.with_step(h)
    if hasattr(method, "with_order"):
        method = method.with_order(order)
    return method.with_deadline(deadline) if hasattr(method, "with_deadline") else method


def _value(program: Program, where: Point, floats: Floats) -> Any:
    with floats.quiet():
        return compiled(program, floats.dtype)(*where.rounded(floats))


def _seconds(ready: Prepared, where: Point, estimate: Estimate, floats: Floats) -> float | None:
    """Seconds of one call of the computation alone: the median of a few repeats, within a few
    milliseconds."""
    if not hasattr(ready, "work") or estimate.seconds is None:
        return estimate.seconds
    work = ready.work(where)
    found: list[float] = []
    with floats.quiet():
        end = time.perf_counter() + REPEAT_SECONDS
        while len(found) < REPEATS and ((start := time.perf_counter()) < end or not found):
            work()
            found.append(time.perf_counter() - start)
    return statistics.median(found)


def _row(
    method: Backend,
    program: Program,
    where: Point,
    names: Sequence[str],
    estimate: Estimate,
    seconds: float | None,
    f: Any,
    known: Truth,
    floats: Floats,
) -> Row:
    found = f if estimate.value is None else estimate.value
    absolute: dict[str, float | None] = {}
    relative: dict[str, float | None] = {}
    digits: dict[str, float | None] = {}
    in_ulps: dict[str, float | None] = {}
    errors: list[tuple[str, Fraction | None, Fraction | None]] = []
    remarks: dict[Remark, None] = dict.fromkeys(estimate.remarks)
    for name in names:
        value = estimate.derivative.get(name)
        true = _true(known, name)
        if value is None or true is None:
            absolute[name] = relative[name] = digits[name] = in_ulps[name] = None
        else:
            error = absolute_error(value, true)
            errors.append((name, error, true))
            absolute[name] = as_float(error)
            relative[name] = (
                as_float(error / abs(true))
                if error is not None and true
                else 0.0
                if error == 0
                else None
            )
            digits[name] = correct_digits(error, true, floats)
            in_ulps[name] = ulps(error, true, floats)
    for name in (
        names
        if len(names) <= directional.LARGE
        else sorted(names, key=lambda n: digits[n] or 0.0)[:WORST]
    ):
        value = estimate.derivative.get(name)
        if value is not None and math.isfinite(value):
            h = None if estimate.h is None else steps_of(estimate.h, name, known.order)
            question = Question(program, where, tuple(names), known.order, floats)
            answer = Answer(method, name, Errors(value, _true(known, name), floats), h, found)
            said = verdict(question, known, answer)
            if said is not None:
                remarks[said] = None
    farthest, norm_error = worst(errors)
    return Row(
        method.name,
        found,
        dict(estimate.derivative),
        None if estimate.h is None else dict(estimate.h),
        getattr(method, "rule", ""),
        absolute,
        relative,
        digits,
        in_ulps,
        estimate.evaluations,
        seconds,
        tuple(remarks),
        None if estimate.expression is None else dict(estimate.expression),
        farthest,
        norm_error,
    )


def _true(known: Truth, name: str) -> Fraction | None:
    quantity = known.derivative(name)
    return None if quantity is None else quantity.exact
