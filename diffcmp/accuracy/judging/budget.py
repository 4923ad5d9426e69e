"""The error of a method with a step size, split exactly into roundoff, truncation and
representation.

For a derivative f′ of either order:

    total = D_fl(x̃, h) - f′(x)
          = [D_fl(x̃, h) - D(x̃, h)]   roundoff        D in ball arithmetic, at the very same x̃ and h
          + [D(x̃, h)    - f′(x̃)]     truncation
          + [f′(x̃)      - f′(x)]     representation

x̃ is the point as the dtype rounds it. D(x̃, h) is what the method itself computes, run on balls
(`Backend.exact`) with enough bits that what is left after all cancellation has some 25 digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb

from diffcmp.accuracy.judging.question import Question
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.protocol import Backend, Exact, narrowed, rational
from diffcmp.truth.proof import certified

GUARD_BITS = 184  # with which nothing is lost
WORKING = Balls(512)  # what the parts are subtracted in
TOLERANCE = arb(2) ** -90


@dataclass(frozen=True, slots=True)
class Parts:
    """The three parts of the error as balls, and their sum; each None where it does not exist."""

    total: Ball | None = None
    truncation: Ball | None = None
    roundoff: Ball | None = None
    representation: Ball | None = None


NOTHING = Parts()


@dataclass(frozen=True, slots=True)
class Budget:
    """What the errors of a method for one derivative are split by.

    difference: D(x̃, ·), None where the method cannot say. at_rounded: f′(x̃). at_typed: f′(x). Both
    are certified.
    """

    floats: Floats
    difference: Exact | None
    at_rounded: Ball
    at_typed: Ball

    def split(self, estimate: Any, steps: Sequence[float]) -> Parts:
        """The parts of one estimate's error. `steps`: along each variable that the method moves."""
        with WORKING.working():
            d = self._exact(steps)
            number = rational(exact(estimate)) if finite(estimate) else None
            return Parts(
                total=_difference(number, self.at_typed),
                truncation=_difference(d, self.at_rounded),
                roundoff=_difference(number, d),
                representation=self.at_rounded - self.at_typed,
            )

    def _exact(self, steps: Sequence[float]) -> arb | None:
        """D(x̃, h); None where the method leaves the domain, or a condition could not be decided."""
        if self.difference is None:
            return None
        d = self.difference(*(exact(narrowed(h, self.floats)) for h in steps))
        narrow = d.is_finite() and d.rad() <= TOLERANCE * (1 + abs(to_arb(self.at_rounded)))
        return d if narrow else None


def budget_of(
    question: Question, method: Backend, at_rounded: Ball, at_typed: Ball, smallest: float
) -> Budget:
    """The budget of a method for the derivative that is asked for, for steps down to `smallest`."""
    # a tiny step, times a tiny slope, may have underflown to 0
    lost = max(0.0, -math.log2(max(smallest, math.ulp(0.0))))
    bits = int(GUARD_BITS + (2.2 + method.order) * lost)
    (name,) = question.names
    inputs = [exact(x) for x in question.inputs]
    difference = method.exact(question.program, name, inputs, bits)
    return Budget(question.floats, difference, at_rounded, at_typed)


def at_both_points(question: Question, digits: int) -> tuple[Ball | None, Ball | None]:
    """The one derivative that is asked for, at the rounded point and at the point as typed, by the
    fast path; None where the point is not certainly smooth."""
    derivatives: list[Ball | None] = []
    for point in (question.rounded(), question.where):
        smooth = certified(question.program, point, question.names, digits, question.order)
        derivatives.append(None if smooth is None else smooth.derivatives[0])
    return derivatives[0], derivatives[1]


def _difference(a: Ball | None, b: Ball | None) -> Ball | None:
    """a - b, where both are known."""
    return None if a is None or b is None else a - b
