"""Is this coefficient exactly zero? The fields of coefficients for series, and what each of them
can say about zero.

`BallField` works with exact rationals and balls: a rational is zero or not, a ball that excludes 0
is not zero, and a tiny ball around 0 is *suspected*: taken as zero for now, and counted.
`SymbolField` (in the worker process) repeats the same analysis with sympy's exact constants and
says whether every suspicion can be proven.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls
from diffcmp.engines.series.coefficients import BallCoefficients
from diffcmp.engines.series.laurent import Numbers

ASSUMED_BITS = 1330  # 2**-1330 is about 1e-400: below that an unproven zero is taken as one


class Imprecise(Exception):
    """A ball is too wide to say anything about it: try again with more bits."""


class BallField(BallCoefficients):
    """Exact rationals and balls at a working precision. `suspected` counts the balls that were
    taken as zero because they are below `tolerance`."""

    unclear = Imprecise

    def __init__(self, precision: int) -> None:
        super().__init__(Balls(precision))
        self.precision = precision
        self.suspected = 0
        self.tolerance = arb(2) ** -(min(precision // 2, ASSUMED_BITS))

    def __repr__(self) -> str:
        return f"<BallField of {self.precision} bits: {self.suspected} zeros suspected>"

    def is_zero(self, c: Ball) -> bool:
        if isinstance(c, fmpq):
            return bool(c == 0)
        if not c.is_finite():
            raise Imprecise
        if not c.contains(0):
            return False
        if c.is_zero():
            return True
        if not abs(c) < self.tolerance:
            raise Imprecise
        self.suspected += 1
        return True


class SymbolField(Numbers):
    """Exact constants of sympy. `proven`: it could prove or refute every suspicion."""

    def __init__(
        self, system: Any, vanishes: Callable[[Any], bool | None], value: Callable[[Any], arb]
    ) -> None:
        self.system = system
        self.vanishes = vanishes
        self.value = value
        self.proven = True

    def is_zero(self, c: Any) -> bool:
        zero = self.vanishes(c)
        if zero is None:
            self.proven = False
            return True
        return zero

    def sign(self, c: Any) -> int:
        if self.is_zero(c):
            return 0
        return 1 if self.value(c) > 0 else -1

    def rational(self, c: Any) -> Fraction | None:
        return Fraction(int(c.p), int(c.q)) if c.is_Rational else None

    def whole(self, c: Any) -> int | None:
        if c.is_Integer:
            return int(c)
        if c.is_Rational:
            return None
        value = float(self.value(c))
        nearest = round(value)
        equal = abs(value - nearest) < 1e-9 and self.is_zero(c - nearest)
        return nearest if equal else None

    def floor(self, c: Any) -> int | None:
        below = self.value(c).floor().unique_fmpz()
        return None if below is None else int(below)
