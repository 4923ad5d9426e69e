"""The step size that theory predicts, from certified derivatives of f and the unit roundoff."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from diffcmp.accuracy.measure import log10
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.complex_step import ComplexStep
from diffcmp.backends.stencil import Stencil, order_of, weights


def predicted(method: Stencil | ComplexStep, derivatives: Sequence[Ball], floats: Floats) -> float | None:
    """The h that minimises C·|f⁽ᵖ⁺¹⁾|·h**p + Σ|w|·u·|f|/h; None where f or f⁽ᵖ⁺¹⁾ vanishes.

    `derivatives` are f, f′, … at the point. For the complex-step method, which has no roundoff that grows as h falls: the
    largest h whose truncation error h²|f‴|/6 is below u·|f′|. (Gill, Murray & Wright, Practical Optimization, 1981, 8.6.)
    """
    p = method.truncation_order
    high = _magnitude(derivatives[p + 1])
    low = _magnitude(derivatives[1 if isinstance(method, ComplexStep) else 0])
    if high is None or low is None:
        return None
    u = math.log10(floats.unit_roundoff)
    if isinstance(method, ComplexStep):
        return float(10.0 ** ((math.log10(6) + u + low - high) / 2))
    order, constant = order_of(method.nodes)
    total = sum(abs(w) for w in weights(method.nodes, 1))
    factor = log10(Fraction(total) / (order * abs(constant)))
    return float(10.0 ** ((factor + u + low - high) / (order + 1)))


def _magnitude(x: Ball) -> float | None:
    """log₁₀|x|, None for zero."""
    middle = abs(Balls().fraction(to_arb(x)))
    return None if middle == 0 or to_arb(x).contains(0) else log10(middle)
