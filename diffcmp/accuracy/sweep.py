"""Every method with a step over a grid of step sizes, each error split into its three exact
parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any

from flint import arb, fmpq

from diffcmp.accuracy.budget import Parts, exact_difference, split
from diffcmp.accuracy.compare import sensible
from diffcmp.accuracy.errors import correct_digits
from diffcmp.accuracy.record import Series, Step, Sweep, plain
from diffcmp.accuracy.stepsize import predicted
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.backends.complex_step import ComplexStep
from diffcmp.backends.numeric import Numeric
from diffcmp.backends.registry import STEPPED, backend
from diffcmp.backends.stencil import Stencil
from diffcmp.deadline import Deadline
from diffcmp.engines.partials import distinct, partials, variables
from diffcmp.errors import Fault, InputError
from diffcmp.notes import Remark
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, function_at
from diffcmp.point.values import Values
from diffcmp.program.ir import Program
from diffcmp.truth.certify import taylor, truth
from diffcmp.truth.proof import certified
from diffcmp.truth.record import Truth, decimal_string

MAX_STEPS = 20_000
PART_DIGITS = 25
WORKING_BITS = 512
NODES_APART = 2**8
WIDEST = 0.1  # steps beyond which f itself, and so its roundoff, is of another size
HIGHEST_ORDER = 6  # of a truncation error
BUDGET_DIGITS = 60  # of f′ itself, so that even a truncation error of 1e-40 is known


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
    progress: Callable[[str], None] = lambda stage: None,
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
    sensible(dtype, digits, order=order)
    name = partials(program, None if wrt is None else [wrt], order)[0]
    methods = stepped_methods(backends, order)
    grid = step_sizes(h_min, h_max, per_decade)
    progress("certified derivative")
    deadline = Deadline.for_waiting(timeout)
    known = truth(program, where, [name], digits, deadline, order)
    setting = _setting(program, where, name, dtype, known, deadline)
    series = []
    for method in methods:
        progress(method.name)
        series.append(_series(method, setting, grid))
    return Sweep(program, name, where.texts(), dtype, setting.floats.kernel, known, tuple(series))


def stepped_methods(names: Sequence[str] | None, order: int = 1) -> list[Stencil | ComplexStep]:
    """The methods with a step that are asked for, or all, for derivatives of that order.

    Raises
    ------
    InputError: where one has no step size to sweep over.
    """
    found = []
    for name in dict.fromkeys(STEPPED if names is None else names):
        method = backend(name)
        if not isinstance(method, Stencil | ComplexStep):
            raise InputError(Fault.BACKEND_WITHOUT_STEP, name=name, names=", ".join(STEPPED))
        found.append(method.with_order(order))
    return found


def step_sizes(low: float, high: float, per_decade: int) -> list[float]:
    """From `high` down to `low`, `per_decade` a decade.

    Raises
    ------
    InputError: where the range is empty or too long.
    """
    for h in (low, high):
        if not (math.isfinite(h) and h > 0):
            raise InputError(Fault.STEP, given=h)
    if low >= high:
        raise InputError(Fault.STEP_RANGE, low=low, high=high)
    if per_decade < 1:
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


@dataclass(frozen=True)
class _Setting:
    """What all methods share: the function, the rounded point, and the derivative there and at the
    point as typed.

    derivatives: f, f′, … at the point as far as theory needs them, None where f is not smooth, or
        the derivative is mixed.
    """

    program: Program
    where: Point
    name: str
    order: int
    floats: Floats
    inputs: list[Fraction]
    at_rounded: Ball | None
    at_typed: Ball | None
    derivatives: list[Ball] | None


def _setting(
    program: Program, where: Point, name: str, dtype: str, known: Truth, deadline: Deadline
) -> _Setting:
    floats = Floats(dtype)
    near_inputs = where.rounded(floats)
    if not all(math.isfinite(x) for x in near_inputs):
        raise InputError(Fault.POINT_BEYOND, dtype=dtype)
    inputs = [exact(x) for x in near_inputs]
    rounded = Point({n: coordinate(x) for n, x in zip(program.inputs, inputs, strict=True)})
    order = known.order
    fine = certified(program, where, [name], BUDGET_DIGITS, order)
    near = certified(program, rounded, [name], BUDGET_DIGITS, order)
    quantity = known.derivative(name)
    typed = (
        fine.derivatives[0] if fine is not None else quantity.ball if quantity is not None else None
    )
    at_rounded = near.derivatives[0] if near is not None else None
    if near is None and typed is not None:
        at_rounded = _derivative_by_truth(program, rounded, name, order, deadline)
    alone = len(distinct(name, order)) == 1
    derivatives = taylor(program, where, name, HIGHEST_ORDER + order) if alone else None
    return _Setting(program, where, name, order, floats, inputs, at_rounded, typed, derivatives)


def _derivative_by_truth(
    program: Program, rounded: Point, name: str, order: int, deadline: Deadline
) -> Ball | None:
    quantity = truth(program, rounded, [name], BUDGET_DIGITS, deadline, order).derivative(name)
    return None if quantity is None else quantity.ball


def _series(method: Stencil | ComplexStep, setting: _Setting, grid: Sequence[float]) -> Series:
    floats = setting.floats
    inputs = setting.where.rounded(floats)
    moved = _moved(method, setting)
    scale = max(abs(float(inputs[setting.program.inputs.index(name)])) for name in moved)
    default = method.step(scale, floats)
    steps = [*grid, default]
    estimates, remarks = _estimates(method, setting, inputs, steps)
    parts: list[Parts | None] = [None] * len(steps)
    if setting.at_rounded is not None and setting.at_typed is not None and estimates:
        difference = exact_difference(
            method, setting.program, setting.name, setting.inputs, min(steps)
        )
        with Balls(WORKING_BITS).working():
            parts = [
                split(
                    value,
                    [h] * len(moved),
                    floats,
                    difference,
                    setting.at_rounded,
                    setting.at_typed,
                )
                for h, value in zip(steps, estimates, strict=True)
            ]
    rows = tuple(
        _step(h, value, part) for h, value, part in zip(grid, estimates, parts, strict=False)
    )
    best_h, best = _best(setting, grid, parts)
    usual = _digits(setting, parts[-1])
    lost = None if best is None or usual is None else best - usual
    hint = None if setting.derivatives is None else predicted(method, setting.derivatives, floats)
    return Series(
        method.name,
        method.truncation_order,
        fitted_order(grid, parts),
        best_h,
        hint,
        default,
        method.rule,
        best,
        usual,
        lost,
        rows,
        remarks,
        fitted_roundoff(grid, parts, floats.unit_roundoff * scale),
    )


def _moved(method: Stencil | ComplexStep, setting: _Setting) -> tuple[str, ...]:
    """The variables that a method moves for this derivative."""
    if isinstance(method, ComplexStep):
        return variables(setting.name, setting.order)[-1:]
    return distinct(setting.name, setting.order)


def _estimates(
    method: Stencil | ComplexStep, setting: _Setting, inputs: list[Any], steps: Sequence[float]
) -> tuple[list[Any], tuple[Remark, ...]]:
    """The derivative for every step; none, and the reason, where the method does not exist for the
    dtype."""
    ready = method.prepare(setting.program, [setting.name], setting.order, setting.floats.dtype)
    if not isinstance(ready, Numeric):
        return [], ready(setting.where).remarks
    with setting.floats.quiet():
        return [ready.run(inputs, h).derivatives[0] for h in steps], ()


def _best(
    setting: _Setting, grid: Sequence[float], parts: Sequence[Parts | None]
) -> tuple[float | None, float | None]:
    """The step with the smallest total error, and the correct digits there."""
    best_h, best, least = None, None, None
    for h, part in zip(grid, parts, strict=False):
        if part is not None and part.total is not None:
            size = abs(to_arb(part.total)).mid()
            if least is None or size < least:
                best_h, best, least = h, part, size
    return best_h, _digits(setting, best)


def _step(h: float, value: Any, part: Parts | None) -> Step:
    if part is None:
        return Step(h, _number(value), None, None, None, None)
    four = (part.total, part.truncation, part.roundoff, part.representation)
    return Step(
        h,
        _number(value),
        *(None if p is None or _unknown(p) else decimal_string(p, PART_DIGITS) for p in four),
    )


def _unknown(part: Ball) -> bool:
    """Whether nothing is certain of a part but that it is tiny: not even its sign."""
    return isinstance(part, arb) and part.contains(0) and not part.mid().is_zero()


def _number(value: Any) -> str:
    """An estimate as an exact decimal string where it is finite."""
    return (
        str(plain(value))
        if not math.isfinite(value)
        else decimal_string(fmpq(*value.as_integer_ratio()), PART_DIGITS)
    )


def _digits(setting: _Setting, part: Parts | None) -> float | None:
    """Correct digits of one estimate."""
    if part is None or setting.at_typed is None:
        return None
    balls = Balls()
    true = balls.fraction(to_arb(setting.at_typed))
    error = None if part.total is None else abs(balls.fraction(to_arb(part.total)))
    return correct_digits(error, true, setting.floats)


def fitted_order(grid: Sequence[float], parts: Sequence[Parts | None]) -> float | None:
    """The slope of log|truncation| over log h, by least squares over the smaller half of the steps.

    The truncation is exact, so that the smallest steps, where it is asymptotic, are the best to
    fit. None where it vanishes or is unknown for all but a few.
    """
    points = _logarithms(grid, [None if part is None else part.truncation for part in parts])
    return slope(points[len(points) // 2 :])


def fitted_roundoff(
    grid: Sequence[float], parts: Sequence[Parts | None], ulp: float
) -> float | None:
    """How roundoff grows as h falls: the slope of the logarithm of the largest roundoff met so far
    over log h.

    The largest so far, as a difference that happens to cancel to 0 has hardly any. Steps that move
    x by a few ulps only say nothing, `ulp` being the unit roundoff of x: there all nodes are one
    number.
    """
    points = _logarithms(grid, [None if part is None else part.roundoff for part in parts])
    points = [
        (x, y)
        for x, y in points
        if x < math.log(WIDEST) and (not ulp or x > math.log(NODES_APART * ulp))
    ]
    largest = accumulate((y for _, y in points), max)
    return slope([(x, y) for (x, _), y in zip(points, largest, strict=True)])


def _logarithms(grid: Sequence[float], sizes: Sequence[Ball | None]) -> list[tuple[float, float]]:
    """log h and the logarithm of a part of the error, where it is known and does not vanish."""
    points = []
    for h, size in zip(grid, sizes, strict=False):
        if size is not None and not to_arb(size).contains(0):
            points.append((math.log(h), float(abs(to_arb(size)).log())))
    return points


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The slope of the straight line nearest to some points; None for fewer than three."""
    if len(points) < 3:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
