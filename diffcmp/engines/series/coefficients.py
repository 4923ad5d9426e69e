"""Coefficients for series that are known with an error only, and what each kind of them calls zero.

`BallCoefficients` is what all fields of balls share; the truth's own field, which proves its zeros,
is made of it. `BoundedField` and `WideField` are floating point, where a value within its error is
zero as far as anyone can know: floats with a running error bound, and, where those leave the range
of their format, balls of the same precision, whose exponents have no bound.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.bounded import Bounded, BoundedFloats
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.forward import local_partial
from diffcmp.engines.series.laurent import Exhausted, Numbers

SLACK = 8.0  # a bound of first order is trusted up to this factor
SHORT = 64  # the largest denominator of an exponent


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


class BoundedField(Numbers):
    """Floats of one format, zero within their error bound. `assumed` counts the values other than 0
    that were taken as 0, `doubtful` all that are 0 only within their error."""

    def __init__(self, dtype: str, measured: frozenset[Fraction] = frozenset()) -> None:
        self.system = BoundedFloats(dtype, local_partial, measured)
        self.assumed = self.doubtful = 0

    def is_zero(self, c: Bounded) -> bool:
        if c.value == 0:
            self.doubtful += c.error > 0
            return True
        if not math.isfinite(c.value):
            raise Exhausted
        zero = abs(float(c.value)) <= SLACK * c.error
        self.assumed += zero
        self.doubtful += zero
        return zero

    def sign(self, c: Bounded) -> int:
        return 0 if self.is_zero(c) else 1 if c.value > 0 else -1

    def rational(self, c: Bounded) -> Fraction | None:
        """The exact value; of a quotient such as 1/3, the short fraction that rounds to it."""
        if not math.isfinite(c.value):
            return None
        short = exact(c.value).limit_denominator(SHORT)
        return short if abs(float(short - exact(c.value))) <= SLACK * c.error else exact(c.value)

    def whole(self, c: Bounded) -> int | None:
        if not math.isfinite(c.value):
            raise Exhausted
        nearest = round(float(c.value))
        return nearest if abs(float(c.value) - nearest) <= SLACK * c.error else None

    def floor(self, c: Bounded) -> int | None:
        below: int = math.floor(c.value)
        return below

    def number(self, c: Bounded) -> Any:
        """The coefficient as a number of the format."""
        return c.value

    def error(self, c: Bounded) -> float:
        """The bound of its error."""
        return c.error


class Wide(Balls):
    """Balls of the precision of one format, or a multiple of it; what that cannot represent is
    rounded, and what was `measured` is known to half an ulp of the format."""

    def __init__(self, floats: Floats, measured: frozenset[Fraction], widened: int) -> None:
        super().__init__(widened * floats.precision)
        self.floats = floats
        self.measured = measured

    def literal(self, value: Fraction) -> Ball:
        number = fmpq(value.numerator, value.denominator)
        with self.working():
            if value in self.measured:
                return arb(number, abs(arb(number)) * self.floats.unit_roundoff)
            dyadic = value.denominator & (value.denominator - 1) == 0
            fits = abs(value.numerator).bit_length() <= self.precision
            return number if dyadic and fits else arb(number)


class WideField(BallCoefficients):
    """Balls of the precision of one format, or a multiple of it, where a ball around 0 is zero;
    `assumed` as in `BoundedField`."""

    system: Wide

    def __init__(
        self, floats: Floats, measured: frozenset[Fraction] = frozenset(), widened: int = 1
    ) -> None:
        super().__init__(Wide(floats, measured, widened))
        self.assumed = 0

    @property
    def doubtful(self) -> int:
        """How many values are 0 only within their error."""
        return self.assumed

    def is_zero(self, c: Ball) -> bool:
        if isinstance(c, fmpq):
            return bool(c == 0)
        if not c.is_finite():
            raise Exhausted
        zero = bool(c.contains(0))
        self.assumed += zero and not c.is_zero()
        return zero

    def rational(self, c: Ball) -> Fraction | None:
        """The exact value; of a ball the short fraction within it, or its middle."""
        if isinstance(c, fmpq):
            return to_fraction(c)
        if not c.is_finite():
            return None
        middle = self.system.fraction(c)
        short = middle.limit_denominator(SHORT)
        return short if c.contains(fmpq(short.numerator, short.denominator)) else middle

    def number(self, c: Ball) -> Any:
        """The coefficient as a number of the format; None where nothing is known of it."""
        ball = to_arb(c)
        return self.system.floats.literal(self.system.fraction(ball)) if ball.is_finite() else None

    def error(self, c: Ball) -> float:
        """The radius of the ball, infinite beyond the largest float."""
        return float(c.rad()) if isinstance(c, arb) else 0.0
