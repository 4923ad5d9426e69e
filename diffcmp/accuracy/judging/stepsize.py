"""The step size that theory predicts, from certified derivatives of f and the measured roundoff of
f."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.accuracy.judging.errors import log10
from diffcmp.accuracy.judging.noise import Noise
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.backends.protocol import Backend

DOWN, UP = 30, 12  # decades below and above the step of the rule that are looked at
BEFORE = 10  # decades below the step that the roundoff at x itself suggests


@dataclass(frozen=True, slots=True)
class Prediction:
    """The step, None where there is no theory or nothing to balance, and the roundoff of f within
    its reach, None where it plays no part or is not known."""

    h: float | None = None
    noise: Noise | None = None


def predicted(
    method: Backend,
    derivatives: Sequence[Ball],
    floats: Floats,
    start: float,
    noise: Callable[[int], Noise | None],
) -> Prediction:
    """The h that minimises C·|f⁽ᵖ⁺ᵐ⁾|·h**p + Σ|w|·ε/h**m, for a derivative of order m.

    `derivatives` are f, f′, … at the point. ε is the roundoff of f where h reaches: `noise(k)` is
    that within 10**k of the point, and decades about `start` are looked at. For a method whose
    roundoff does not grow as h falls: the largest h whose truncation error C·|f⁽ᵖ⁺ᵐ⁾|·h**p is below
    u·|f⁽ᵐ⁾|. No h where f⁽ᵖ⁺ᵐ⁾ vanishes, where f is exact, or where the method states no C or Σ|w|.
    (Gill, Murray & Wright, Practical Optimization, 1981, 8.6.)
    """
    p, m = method.truncation_order, method.order
    constant, weight = method.truncation_constant, method.roundoff_weight
    if p is None or constant is None or weight is None:
        return Prediction()
    high = _magnitude(derivatives[p + m])
    if not weight:
        low = _magnitude(derivatives[m])
        if high is None or low is None:
            return Prediction()
        u = math.log10(floats.unit_roundoff)
        return Prediction(_power((log10(1 / abs(constant)) + u + low - high) / p, floats))
    decade = round(log10(exact(start)))
    if high is None:
        return Prediction(None, noise(decade))
    factor = log10(m * weight / (p * abs(constant))) - high

    def balanced(k: int) -> float | None:
        level = noise(k)
        return (factor + log10(level.moved)) / (p + m) if level and level.moved else None

    exponent, k = _crossing(balanced, decade - DOWN, decade + UP)
    if exponent is None or k is None:
        return Prediction(None, noise(decade))
    return Prediction(_power(exponent, floats), noise(k))


def _crossing(
    balanced: Callable[[int], float | None], low: int, high: int
) -> tuple[float, int] | tuple[None, None]:
    """log₁₀ of the smallest step that balances the two errors with the roundoff where it reaches,
    and the decade in which it is; None where there is nothing to balance: f is exact, or its
    roundoff falls faster than h."""
    at_x = balanced(low)
    first = low if at_x is None else max(low, math.floor(at_x) - BEFORE)
    while first > low and _is_beyond(balanced(first), first):
        first -= BEFORE
    for k in range(max(first, low) + 1, high + 1):
        above, below = balanced(k), balanced(k - 1)
        if above is not None and above <= k and below is not None and below > k - 1:
            slope = above - below  # over one decade
            return (below - slope * (k - 1)) / (1 - slope), k - 1
    return None, None


def _is_beyond(step: float | None, k: int) -> bool:
    """Whether the decade is beyond the step that balances with the roundoff there."""
    return step is None or step <= k


def _power(exponent: float, floats: Floats) -> Any:
    """10**exponent; of the format, where it is beyond float64."""
    if -300 < exponent < 300:
        return 10.0**exponent
    return floats.literal(Fraction(10) ** round(exponent))


def _magnitude(x: Ball) -> float | None:
    """log₁₀|x|, None for zero."""
    middle = abs(Balls().fraction(to_arb(x)))
    return None if middle == 0 or to_arb(x).contains(0) else log10(middle)
