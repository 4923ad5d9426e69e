"""Every method with a step over a grid of step sizes, each error split into its three exact
parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import accumulate
from typing import Any

from flint import arb

from diffcmp.accuracy.judging.budget import NOTHING, Parts, at_both_points, budget_of
from diffcmp.accuracy.judging.errors import correct_digits, full_digits, size
from diffcmp.accuracy.judging.fit import slope
from diffcmp.accuracy.judging.noise import Beside, Noise
from diffcmp.accuracy.judging.question import Progress, Question, format_named, silent
from diffcmp.accuracy.judging.record import Series, Step, Sweep, plain
from diffcmp.accuracy.judging.stepsize import Prediction, predicted
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import exact, finite
from diffcmp.backends.protocol import Backend, rational
from diffcmp.backends.registry import backend, chosen
from diffcmp.deadline import Deadline, within_timeout
from diffcmp.engines.partials import distinct, partials
from diffcmp.errors import Fault, InputError
from diffcmp.point.point import function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.settings import checked
from diffcmp.truth.certify import taylor
from diffcmp.truth.record import Quantity, Truth, decimal_string

MAX_STEPS = 20_000
PART_DIGITS = 25
NODES_APART = 2**8
WIDEST = 0.1  # steps beyond which f itself, and so its roundoff, is of another size
USUAL_ORDER = 6  # of a truncation error, at most
WIDE = 2.0  # the largest of a range of steps over its smallest
AS_GOOD = 0.5  # digits fewer than the best, or so many fewer than the format holds
BUDGET_DIGITS = 60  # of f′ itself, so that even a truncation error of 1e-40 is known


@checked
@within_timeout
def sweep(
    expr: str | Program,
    at: Values | Mapping[str, Values],
    *,
    wrt: str | None = None,
    backends: Sequence[str] | None = None,
    dtype: str = "float64",
    h_min: float = 1e-20,
    h_max: float = 1.0,
    per_decade: int = 4,
    digits: int = 30,
    timeout: float = 10.0,
    order: int = 1,
    progress: Progress = silent,
) -> Sweep:
    """Total error, truncation, roundoff and representation of every method with a step, over a grid
    of step sizes.

    Parameters as in `compare`; `wrt` is one derivative, that along the first variable by default.
    The grid has `per_decade` steps a decade from `h_max` down to `h_min`.

    Raises
    ------
    InputError: for an expression, point, name, order, dtype or range that makes no sense.

    >>> result = sweep("exp(x)", 1, backends=["central"], h_min=1e-8)
    >>> round(result.series[0].fitted_order, 2)
    2.0
    """
    program, where = function_at(expr, at)
    question = Question(
        program=program,
        where=where,
        names=partials(program, None if wrt is None else [wrt], order)[:1],
        order=order,
        floats=format_named(dtype),
        digits=digits,
        deadline=Deadline.for_waiting(timeout),
        progress=progress,
    )
    methods = stepped_methods(backends, order)
    return swept(question, methods, step_sizes(h_min, h_max, per_decade))


def swept(question: Question, methods: Sequence[Backend], grid: Sequence[float]) -> Sweep:
    """The sweep of methods with a step for the one derivative that is asked for. Raises InputError
    where the point lies beyond the format."""
    question.progress("certified derivative")
    truth = question.truth()
    if not all(map(finite, question.inputs)):
        raise InputError(Fault.POINT_BEYOND, dtype=question.dtype)
    methods = question.configured(methods)
    orders = [method.truncation_order or 0 for method in methods]
    derivative = _derivative(question, truth, max(orders, default=0))
    series = []
    for method in methods:
        question.progress(method.name)
        series.append(_series(method, derivative, grid))
    return Sweep(
        program=question.program,
        variable=question.names[0],
        at=question.where.texts(),
        dtype=question.dtype,
        kernel=question.floats.kernel,
        truth=truth,
        series=tuple(series),
    )


def stepped_methods(names: Sequence[str] | None, order: int = 1) -> list[Backend]:
    """The methods with a step that are asked for, or all, for derivatives of that order. Raises
    InputError where one is unknown, has no step size to sweep over, or is not for that order."""
    every = [method for method in chosen(None, order) if method.truncation_order is not None]
    for name in names or ():
        if backend(name).truncation_order is None:
            others = ", ".join(method.name for method in every)
            raise InputError(Fault.BACKEND_WITHOUT_STEP, name=name, names=others)
    return every if names is None else chosen(names, order)


def step_sizes(low: float, high: float, per_decade: int) -> list[float]:
    """From `high` down to `low`, `per_decade` a decade. Raises InputError where the range is empty
    or too long."""
    for h in (low, high):
        if not (math.isfinite(h) and h > 0):
            raise InputError(Fault.STEP, given=h)
    if low >= high:
        raise InputError(Fault.STEP_RANGE, low=low, high=high)
    if not 1 <= per_decade <= MAX_STEPS:
        raise InputError(Fault.GRID, given=per_decade, limit=MAX_STEPS)
    top, bottom = math.log10(high), math.log10(low)
    count = math.floor((top - bottom) * per_decade + 1e-9) + 1
    if count > MAX_STEPS:
        raise InputError(Fault.GRID, given=count, limit=MAX_STEPS)
    whole = round(top * per_decade)
    if abs(whole - top * per_decade) < 1e-9:  # on the decades: 1e-3 is 1e-3
        return [_power_of_ten(whole - k, per_decade) for k in range(count)]
    return [10.0 ** (top - k / per_decade) for k in range(count)]


def _power_of_ten(numerator: int, denominator: int) -> float:
    whole, rest = divmod(numerator, denominator)
    return 10.0 ** (numerator / denominator) if rest else float(f"1e{whole}")


@dataclass(frozen=True, slots=True)
class _Derivative:
    """The derivative that is asked for, as far as it is certain.

    at_rounded, at_typed: the derivative at the point as the format rounds it, and at the point as
    typed; None where there is none. taylor: f, f′, … at the point as far as theory needs them, None
    where f is not smooth, or the derivative is mixed. noise: the roundoff of f within 10**k of the
    point.
    """

    question: Question
    at_rounded: Ball | None
    at_typed: Ball | None
    taylor: list[Ball] | None
    noise: Callable[[int], Noise | None]

    def digits(self, parts: Parts) -> float | None:
        """Correct digits of an estimate, by the parts of its error."""
        if parts is NOTHING or self.at_typed is None:
            return None
        balls = Balls()
        error = None if parts.total is None else abs(balls.fraction(to_arb(parts.total)))
        true = balls.fraction(to_arb(self.at_typed))
        return correct_digits(error, true, full_digits(self.question.floats))


def _derivative(question: Question, truth: Truth, highest: int) -> _Derivative:
    """The derivative, with those of f for methods of truncation order up to `highest`."""
    (name,) = question.names
    at_rounded, at_typed = at_both_points(question, BUDGET_DIGITS)
    if at_typed is None:
        at_typed = (truth.derivative(name) or Quantity()).ball
    if at_rounded is None and at_typed is not None:
        near = replace(question, where=question.rounded(), digits=BUDGET_DIGITS)
        at_rounded = (near.truth().derivative(name) or Quantity()).ball
    higher = None
    if len(distinct(name, question.order)) == 1:
        terms = max(highest, USUAL_ORDER) + question.order
        higher = taylor(question.program, question.where, name, terms, BUDGET_DIGITS)
    return _Derivative(question, at_rounded, at_typed, higher, _noise(question, name))


def _noise(question: Question, name: str) -> Callable[[int], Noise | None]:
    """The roundoff of f within 10**k of the point, measured once for each k."""
    beside = Beside.of(question, distinct(name, question.order)[0])
    return cache(lambda decade: beside.noise(Fraction(10) ** decade))


def _series(method: Backend, derivative: _Derivative, grid: Sequence[float]) -> Series:
    """One method over all step sizes, and at the step of its rule."""
    question = derivative.question
    floats, (name,) = question.floats, question.names
    inputs = dict(zip(question.program.inputs, question.inputs, strict=True))
    scale = max(abs(inputs[along]) for along in method.moves(name))
    default = method.step(scale, floats)
    refused = method.refused(question.dtype)
    estimates = [] if refused else _estimates(method, question, [*grid, default])
    every = _parts(method, derivative, [*grid, default], estimates)
    *parts, usual = every
    best_h, best = _best([*grid, default], every)
    digits = dict(zip([*grid, default], map(derivative.digits, every), strict=True))
    theory = _predicted(method, derivative, default)
    return Series(
        backend=method.name,
        order=method.truncation_order or 0,
        fitted_order=fitted_order(grid, parts),
        best_h=best_h,
        predicted_h=theory.h,
        default_h=default,
        rule=method.rule,
        best_digits=derivative.digits(best),
        default_digits=derivative.digits(usual),
        rows=tuple(map(_step, grid, estimates, parts)),
        remarks=(refused,) if refused else (),
        roundoff_slope=fitted_roundoff(grid, parts, floats.unit_roundoff * float(scale)),
        as_good=None if best_h is None else as_good(digits, best_h, full_digits(floats)),
        noise=None if theory.noise is None else size(theory.noise.own),
        default=_step(default, estimates[-1], usual) if estimates else None,
    )


def _predicted(method: Backend, derivative: _Derivative, default: float) -> Prediction:
    """The step by theory, where f is smooth."""
    taylor, floats = derivative.taylor, derivative.question.floats
    if taylor is None:
        return Prediction()
    return predicted(method, taylor, floats, default, derivative.noise)


def _estimates(method: Backend, question: Question, steps: Sequence[float]) -> list[Any]:
    """The derivative for every step."""
    ready, inputs = question.prepared(method), question.inputs
    with question.floats.quiet():
        return [ready.run(inputs, h).derivatives[0] for h in steps]


def _parts(
    method: Backend, derivative: _Derivative, steps: Sequence[float], estimates: Sequence[Any]
) -> Sequence[Parts]:
    """The parts of the error of every estimate, as far as anything is certain."""
    at_rounded, at_typed = derivative.at_rounded, derivative.at_typed
    if at_rounded is None or at_typed is None or not estimates:
        return [NOTHING] * len(steps)
    budget = budget_of(derivative.question, method, at_rounded, at_typed, min(steps))
    moved = len(method.moves(derivative.question.names[0]))
    return [budget.split(x, [h] * moved) for h, x in zip(steps, estimates, strict=True)]


def _best(grid: Sequence[float], parts: Sequence[Parts]) -> tuple[float | None, Parts]:
    """The step with the smallest total error, the largest of several, and its parts."""
    best_h, best, least = None, NOTHING, arb("inf")
    for h, part in zip(grid, parts, strict=True):
        size = least if part.total is None else abs(to_arb(part.total)).mid()
        if size < least:
            best_h, best, least = h, part, size
    return best_h, best


def as_good(
    digits: Mapping[float, float | None], best_h: float, full: float
) -> tuple[float, float] | None:
    """The steps next to the best one that give as many digits, to half a digit, or all that the
    format holds; from the smallest to the largest, None where there is no other."""
    bar = min(digits[best_h] or 0.0, full - AS_GOOD) - AS_GOOD
    ordered = sorted(digits)
    first = last = ordered.index(best_h)
    while first > 0 and (digits[ordered[first - 1]] or 0.0) >= bar:
        first -= 1
    while last + 1 < len(ordered) and (digits[ordered[last + 1]] or 0.0) >= bar:
        last += 1
    smallest, largest = ordered[first], ordered[last]
    return (smallest, largest) if bar > 0 and largest >= WIDE * smallest else None


def _step(h: float, value: Any, parts: Parts) -> Step:
    """One step size as it is written."""
    return Step(
        h=h,
        estimate=_number(value),
        total=_written(parts.total),
        truncation=_written(parts.truncation),
        roundoff=_written(parts.roundoff),
        representation=_written(parts.representation),
    )


def _written(part: Ball | None) -> str | None:
    """A part of an error; None where nothing is certain but that it is tiny, not even its sign."""
    if part is None or (isinstance(part, arb) and part.contains(0) and not part.mid().is_zero()):
        return None
    return decimal_string(part, PART_DIGITS)


def _number(value: Any) -> str:
    """An estimate as an exact decimal string where it is finite."""
    if not finite(value):
        return str(plain(value))
    return decimal_string(rational(exact(value)), PART_DIGITS)


def fitted_order(grid: Sequence[float], parts: Sequence[Parts]) -> float | None:
    """The slope of log|truncation| over log h, by least squares over the smaller half of the steps.

    The truncation is exact, so that the smallest steps, where it is asymptotic, are the best to
    fit. None where it vanishes or is unknown for all but a few.
    """
    points = _logarithms(grid, [part.truncation for part in parts])
    return slope(points[len(points) // 2 :])


def fitted_roundoff(grid: Sequence[float], parts: Sequence[Parts], ulp: float) -> float | None:
    """The slope of the logarithm of the largest roundoff met so far over log h, as h falls.

    The largest so far, as a difference that happens to cancel to 0 has hardly any. Steps that move
    x by a few ulps only say nothing, `ulp` being the unit roundoff of x: there all nodes are one
    number.
    """
    points = _logarithms(grid, [part.roundoff for part in parts])
    low = math.log(NODES_APART * ulp) if ulp else -math.inf
    points = [(x, y) for x, y in points if low < x < math.log(WIDEST)]
    return slope(list(accumulate(points, lambda far, here: (here[0], max(far[1], here[1])))))


def _logarithms(grid: Sequence[float], sizes: Sequence[Ball | None]) -> list[tuple[float, float]]:
    """log h and the logarithm of a part of the error, where it is known and does not vanish."""
    points = []
    for h, part in zip(grid, sizes, strict=True):
        if part is not None and not to_arb(part).contains(0):
            points.append((math.log(h), float(abs(to_arb(part)).log())))
    return points
