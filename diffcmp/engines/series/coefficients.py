"""What all fields of balls have in common as coefficients of series: exact rationals, and balls
that know what they enclose.

What a ball around 0 means is for each field to say: the truth proves its zeros, the engines that
know L'Hôpital's rule count them.
"""

from __future__ import annotations

from fractions import Fraction

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_fraction
from diffcmp.engines.series.laurent import Exhausted, Numbers


class BallCoefficients(Numbers):
    """Exact rationals and balls; a ball too wide to say anything raises `unclear`."""

    unclear: type[Exception] = Exhausted

    def __init__(self, system: Balls) -> None:
        self.system = system

    def is_zero(self, c: Ball) -> bool:
        """Whether a coefficient is, or is taken to be, zero."""
        raise NotImplementedError

    def sign(self, c: Ball) -> int:
        if isinstance(c, arb) and c.contains(0):
            return 0 if self.is_zero(c) else 1
        return int(c > 0) - int(c < 0)

    def rational(self, c: Ball) -> Fraction | None:
        return to_fraction(c) if isinstance(c, fmpq) else None

    def whole(self, c: Ball) -> int | None:
        if isinstance(c, fmpq):
            return int(c.p) if c.q == 1 else None
        if not c.is_finite():
            raise self.unclear
        nearest = (c.mid() + fmpq(1, 2)).floor().unique_fmpz()
        if nearest is None or not c.contains(nearest):
            return None
        return int(nearest) if self.is_zero(c - nearest) else None

    def floor(self, c: Ball) -> int | None:
        below = c.floor() if isinstance(c, fmpq) else c.floor().unique_fmpz()
        if below is None:
            raise self.unclear
        return int(below)
