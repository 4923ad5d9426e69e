"""The error of a method with a step size, split exactly into roundoff, truncation and representation.

    total = D_fl(x̃, h) - f′(x)
          = [D_fl(x̃, h) - D(x̃, h)]   roundoff         D in ball arithmetic, at the very same x̃ and h
          + [D(x̃, h)   - f′(x̃)]     truncation
          + [f′(x̃)    - f′(x)]      representation

x̃ is the point as the dtype rounds it. D(x̃, h) is evaluated on real balls for the stencils and on complex balls for the
complex-step method, with enough bits that what is left after all cancellation still has some 25 digits.
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
from diffcmp.backends.complex_step import ComplexStep
from diffcmp.backends.stencil import Stencil, narrowed, weights
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
    """D(x̃, h) in ball arithmetic."""

    def __call__(self, h: Fraction) -> arb: ...


def exact_difference(
    method: Stencil | ComplexStep, program: Program, place: int, inputs: Sequence[Fraction], smallest: float
) -> Exact:
    """D(x̃, ·) of a method with respect to input `place`, for steps down to `smallest`."""
    lost = max(0.0, -math.log2(smallest))
    bits = int(GUARD_BITS + 64 + 3.2 * lost)
    if isinstance(method, ComplexStep):
        return _complex_difference(program, place, inputs, ComplexBalls(bits))
    return _real_difference(method, program, place, inputs, Balls(bits))


def _real_difference(method: Stencil, program: Program, place: int, inputs: Sequence[Fraction], balls: Balls) -> Exact:
    pairs = zip(method.nodes, weights(method.nodes, 1), strict=True)
    terms = [(fmpq(k), fmpq(w.numerator, w.denominator)) for k, w in pairs if w]
    f = on_system(program, balls)
    fixed = [arb(fmpq(x.numerator, x.denominator)) for x in inputs]
    known: dict[fmpq, arb] = {}

    def difference(h: Fraction) -> arb:
        with balls.working():
            step = arb(fmpq(h.numerator, h.denominator))
            total = arb(0)
            for k, w in terms:
                at = fixed[place] + k * step
                if k == 0 and not known:
                    known[k] = to_arb(f(*fixed))
                y = known[k] if k == 0 else to_arb(f(*fixed[:place], at, *fixed[place + 1 :]))
                total += w * y
            return total / step

    return difference


def _complex_difference(program: Program, place: int, inputs: Sequence[Fraction], balls: ComplexBalls) -> Exact:
    f = on_system(program, balls)
    with balls.working():
        fixed = [acb(arb(fmpq(x.numerator, x.denominator))) for x in inputs]

    def difference(h: Fraction) -> arb:
        with balls.working():
            step = arb(fmpq(h.numerator, h.denominator))
            z = acb(fixed[place].real, step)
            out: arb = f(*fixed[:place], z, *fixed[place + 1 :]).imag / step
            return out

    return difference


def split(estimate: Any, h: float, floats: Floats, difference: Exact, at_rounded: Ball, at_typed: Ball) -> Parts:
    """The parts of one estimate's error. `at_rounded` is f′(x̃), `at_typed` f′(x), both certified."""
    representation = at_rounded - at_typed
    d: arb | None = difference(exact(narrowed(h, floats)))
    if d is None or not d.is_finite() or d.rad() > TOLERANCE * (1 + abs(to_arb(at_rounded))):
        d = None  # the stencil leaves the domain, or a condition could not be decided
    truncation = None if d is None else d - at_rounded
    if not math.isfinite(estimate):
        return Parts(None, truncation, None, representation)
    value = exact(estimate)
    number = fmpq(value.numerator, value.denominator)
    return Parts(number - at_typed, truncation, None if d is None else number - d, representation)


