"""The error of a method with a step size, split exactly into roundoff, truncation and
representation.

For a derivative f′ of either order:

    total = D_fl(x̃, h) - f′(x)
          = [D_fl(x̃, h) - D(x̃, h)]   roundoff         D in ball arithmetic, at the very same x̃
          and h + [D(x̃, h)   - f′(x̃)]     truncation
          + [f′(x̃)    - f′(x)]      representation

x̃ is the point as the dtype rounds it. D(x̃, h) is evaluated on real balls for the stencils and on
complex balls for the complex-step method (of order 2 on the Program of the adjoint), with enough
bits that what is left after all cancellation still has some 25 digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from flint import acb, arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, ComplexBalls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.backends.complex_step import ComplexStep, stepped
from diffcmp.backends.stencil import Factor, Stencil, grid, narrowed
from diffcmp.engines.compiled import on_system
from diffcmp.program.ir import Program

GUARD_BITS = 120
TOLERANCE = arb(2) ** -90


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of the error as balls, and their sum; each None where it does not exist."""

    total: Ball | None
    truncation: Ball | None
    roundoff: Ball | None
    representation: Ball | None


class Exact(Protocol):
    """D(x̃, h) in ball arithmetic, of the step along each variable that the method moves."""

    def __call__(self, *steps: Fraction) -> arb: ...


def exact_difference(
    method: Stencil | ComplexStep,
    program: Program,
    name: str,
    inputs: Sequence[Fraction],
    smallest: float,
) -> Exact:
    """D(x̃, ·) of a method for one partial derivative, for steps down to `smallest`."""
    lost = max(
        0.0, -math.log2(max(smallest, math.ulp(0.0)))
    )  # a tiny step, times a tiny slope, may have underflown to 0
    bits = int(GUARD_BITS + 64 + (2.2 + method.order) * lost)
    if isinstance(method, ComplexStep):
        return _complex_difference(
            *stepped(program, name, method.order), inputs, ComplexBalls(bits)
        )
    return _real_difference(method.factors(program, name), program, inputs, Balls(bits))


def _real_difference(
    factors: Sequence[Factor], program: Program, inputs: Sequence[Fraction], balls: Balls
) -> Exact:
    terms = [(shifts, _rational(weight)) for shifts, weight in grid(factors)]
    f = on_system(program, balls)
    fixed = [arb(_rational(x)) for x in inputs]
    middle: list[arb] = []

    def value(shifts: Sequence[int], steps: Sequence[arb]) -> arb:
        if not any(shifts) and middle:
            return middle[0]
        at = list(fixed)
        for factor, k, step in zip(factors, shifts, steps, strict=True):
            at[factor.place] += k * step
        y = to_arb(f(*at))
        if not any(shifts):
            middle.append(y)
        return y

    def difference(*steps: Fraction) -> arb:
        with balls.working():
            h = [arb(_rational(step)) for step in steps]
            total = arb(0)
            for shifts, weight in terms:
                total += weight * value(shifts, h)
            for factor, step in zip(factors, h, strict=True):
                total /= step**factor.order
            return total

    return difference


def _rational(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


def _complex_difference(
    program: Program, moved: str, inputs: Sequence[Fraction], balls: ComplexBalls
) -> Exact:
    f = on_system(program, balls)
    place = program.inputs.index(moved)
    with balls.working():
        fixed = [acb(arb(_rational(x))) for x in inputs]

    def difference(*steps: Fraction) -> arb:
        with balls.working():
            step = arb(_rational(steps[0]))
            z = acb(fixed[place].real, step)
            out: arb = f(*fixed[:place], z, *fixed[place + 1 :]).imag / step
            return out

    return difference


def split(
    estimate: Any,
    steps: Sequence[float],
    floats: Floats,
    difference: Exact,
    at_rounded: Ball,
    at_typed: Ball,
) -> Parts:
    """The parts of one estimate's error. `at_rounded` is f′(x̃), `at_typed` f′(x), both
    certified."""
    representation = at_rounded - at_typed
    d: arb | None = difference(*(exact(narrowed(h, floats)) for h in steps))
    if d is None or not d.is_finite() or d.rad() > TOLERANCE * (1 + abs(to_arb(at_rounded))):
        d = None  # the stencil leaves the domain, or a condition could not be decided
    truncation = None if d is None else d - at_rounded
    if not math.isfinite(estimate):
        return Parts(None, truncation, None, representation)
    value = exact(estimate)
    number = fmpq(value.numerator, value.denominator)
    return Parts(number - at_typed, truncation, None if d is None else number - d, representation)
