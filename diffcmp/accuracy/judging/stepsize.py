"""The step size that theory predicts, from certified derivatives of f and the unit roundoff."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diffcmp.accuracy.judging.errors import log10
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.protocol import Backend


def predicted(method: Backend, derivatives: Sequence[Ball], floats: Floats) -> float | None:
    """The h that minimises C·|f⁽ᵖ⁺ᵐ⁾|·h**p + Σ|w|·u·|f|/h**m, for a derivative of order m.

    `derivatives` are f, f′, … at the point. For a method whose roundoff does not grow as h falls:
    the largest h whose truncation error C·|f⁽ᵖ⁺ᵐ⁾|·h**p is below u·|f⁽ᵐ⁾|. None where f or f⁽ᵖ⁺ᵐ⁾
    vanishes, or where the method states no C or Σ|w|. (Gill, Murray & Wright, Practical
    Optimization, 1981, 8.6.)
    """
    p, m = method.truncation_order, method.order
    constant, weight = method.truncation_constant, method.roundoff_weight
    if p is None or constant is None or weight is None:
        return None
    high = _magnitude(derivatives[p + m])
    low = _magnitude(derivatives[0 if weight else m])
    if high is None or low is None:
        return None
    u = math.log10(floats.unit_roundoff)
    if weight:
        factor = log10(m * weight / (p * abs(constant)))
        return float(10.0 ** ((factor + u + low - high) / (p + m)))
    return float(10.0 ** ((log10(1 / abs(constant)) + u + low - high) / p))


def _magnitude(x: Ball) -> float | None:
    """log₁₀|x|, None for zero."""
    middle = abs(Balls().fraction(to_arb(x)))
    return None if middle == 0 or to_arb(x).contains(0) else log10(middle)
