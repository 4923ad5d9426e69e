"""The step size that theory predicts, from certified derivatives of f and the unit roundoff."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from diffcmp.accuracy.errors import log10
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.complex_step import ComplexStep
from diffcmp.backends.stencil import Stencil, order_of, weights


def predicted(
    method: Stencil | ComplexStep, derivatives: Sequence[Ball], floats: Floats
) -> float | None:
    """The h that minimises C·|f⁽ᵖ⁺ᵐ⁾|·h**p + Σ|w|·u·|f|/h**m, for a derivative of order m; None
    where f or f⁽ᵖ⁺ᵐ⁾ vanishes.

    `derivatives` are f, f′, … at the point. For the complex-step method, which has no roundoff that
    grows as h falls: the largest h whose truncation error h²|f⁽²⁺ᵐ⁾|/6 is below u·|f⁽ᵐ⁾|. (Gill,
    Murray & Wright, Practical Optimization, 1981, 8.6.)
    """
    p, m = method.truncation_order, method.order
    high = _magnitude(derivatives[p + m])
    low = _magnitude(derivatives[m if isinstance(method, ComplexStep) else 0])
    if high is None or low is None:
        return None
    u = math.log10(floats.unit_roundoff)
    if isinstance(method, ComplexStep):
        return float(10.0 ** ((math.log10(6) + u + low - high) / 2))
    nodes = method.nodes_for(m)
    _, constant = order_of(nodes, m)
    total = sum(abs(w) for w in weights(nodes, m))
    factor = log10(m * Fraction(total) / (p * abs(constant)))
    return float(10.0 ** ((factor + u + low - high) / (p + m)))


def _magnitude(x: Ball) -> float | None:
    """log₁₀|x|, None for zero."""
    middle = abs(Balls().fraction(to_arb(x)))
    return None if middle == 0 or to_arb(x).contains(0) else log10(middle)
