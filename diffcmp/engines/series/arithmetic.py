"""Sums, products and quotients of truncated Laurent series, and their leading terms.

What follows from the table of primitives is in `integrals`, the number system as a whole in
`system`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.series.laurent import Essential, Exhausted, Failure, Field, Series


class SeriesArithmetic(NumberSystem[Any]):
    """Series in τ over a field. At most `terms` coefficients are searched for a leading one.
    `level` counts the logarithms: 0 is the system of τ itself, 1 that of 1/log(1/τ), whose series
    are the coefficients at level 0.

    `path` lists all that was decided by the side on which the point is approached, each decision
    with its `place`, the slot being computed. Two runs with the same path expand the same analytic
    function, so that their limits and slopes agree without comparing any numbers.
    """

    exact = True

    def __init__(self, field: Field, terms: int = 8, level: int = 0) -> None:
        self.field = field
        self.level = level
        self.terms = terms
        self.zero, self.one = self.number(0), self.number(1)
        operations = (operation(field.system, name) for name in ("add", "sub", "mul", "div"))
        self.plus, self.minus, self.times, self.over = operations
        self.leading: dict[int, tuple[Series, int | None]] = {}
        self.path: list[tuple[int, object]] = []
        self.place = 0
        self.side = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}(level {self.level} over {self.field!r})"

    # constants and variables

    def number(self, value: int | Fraction) -> Any:
        """A number as a coefficient."""
        return self.field.system.literal(Fraction(value))

    def literal(self, value: Fraction) -> Series:
        return self.constant(self.number(value))

    def constant(self, c: Any, flat: bool = False) -> Series:
        """A series of one term; `flat` as in `Series`."""
        return Series(self.zero, 0, lambda k: c, 1, flat)

    def variable(self, x: Any, side: int, ramification: int = 1) -> Series:
        """x ± τ**ramification; `side` 0 is the constant x."""
        self.side = side
        if side == 0:
            return self.constant(x)
        terms = {0: x, ramification: self.number(side)}
        start = ramification if self.field.rational(x) == 0 else 0
        return Series(self.zero, start, lambda k: terms.get(k, self.zero), ramification + 1)

    def took(self, decision: object) -> None:
        """Write a decision to the path."""
        self.path.append((self.place, decision))

    # leading terms

    def valuation(self, x: Series) -> int | None:
        """The exponent of the first term that does not vanish; None for zero."""
        if id(x) not in self.leading:
            self.leading[id(x)] = x, self._valuation(x)  # x too, so that its id stays its own
        return self.leading[id(x)][1]

    def _valuation(self, x: Series) -> int | None:
        limit = x.start + self.terms
        for k in range(x.start, limit if x.stop is None else min(limit, x.stop)):
            if not self.field.is_zero(x[k]):
                return k
        if x.stop is None or x.stop > limit:
            raise Exhausted
        if x.flat:
            raise Essential
        return None

    def sign(self, x: Series) -> int:
        """The sign of x next to the point."""
        try:
            v = self.valuation(x)
        except Essential:
            if x.flat_sign:
                return x.flat_sign
            raise
        return 0 if v is None else self.field.sign(x[v])

    def is_constant(self, x: Series) -> bool:
        """Whether x is known to be a number."""
        return not x.flat and self.is_steady(x)

    def is_steady(self, x: Series) -> bool:
        """Whether x is a number, but for what is smaller than every power."""
        if x.start < 0 or x.stop is None:
            return False
        return all(self.field.is_zero(x[k]) for k in range(1, x.stop))

    def is_exact_zero(self, x: Series) -> bool:
        """Whether x is the rational number 0."""
        return self.is_constant(x) and self.field.rational(x[0]) == 0

    def has_pole(self, x: Series) -> bool:
        """Whether some negative power of τ is there."""
        return any(not self.field.is_zero(x[k]) for k in range(x.start, 0))

    def bounded(self, x: Series) -> Series:
        """x, whose negative powers are known to vanish, without them."""
        return x if x.start >= 0 else Series(self.zero, 0, x.__getitem__, x.stop, x.flat)

    def flat(self, sign: int) -> Series:
        """A value that is smaller than every power of τ, and not zero; 0 for an unknown sign."""
        return Series(self.zero, 0, lambda k: self.zero, 0, True, sign)

    def shifted(self, x: Series, by: int) -> Series:
        """x · τ**by."""
        stop = None if x.stop is None else x.stop + by
        return Series(self.zero, x.start + by, lambda k: x[k - by], stop, x.flat)

    # arithmetic

    def neg(self, x: Series) -> Series:
        """-x."""
        if self.is_only_flat(x):
            return self.flat(-x.flat_sign)
        return Series(self.zero, x.start, lambda k: self.minus(self.zero, x[k]), x.stop, x.flat)

    def is_only_flat(self, x: Series) -> bool:
        """Whether x is known to have no terms but one that is smaller than every power."""
        return x.flat and x.stop is not None and x.stop <= x.start

    def add(self, x: Series, y: Series) -> Series:
        """x + y."""
        for addend, other in ((x, y), (y, x)):
            if self.is_exact_zero(addend):
                return other
        return self.termwise(self.plus, x, y)

    def sub(self, x: Series, y: Series) -> Series:
        """x - y."""
        if x is y:
            return self.constant(self.zero)
        if self.is_exact_zero(y):
            return x
        return self.neg(y) if self.is_exact_zero(x) else self.termwise(self.minus, x, y)

    def termwise(self, joined: Callable[[Any, Any], Any], x: Series, y: Series) -> Series:
        """The series whose coefficients are made from those of x and y, pair by pair."""
        start = min(x.start, y.start)
        stop = None if x.stop is None or y.stop is None else max(x.stop, y.stop)
        return Series(self.zero, start, lambda k: joined(x[k], y[k]), stop, x.flat or y.flat)

    def mul(self, x: Series, y: Series) -> Series:
        """x · y."""
        for factor in (x, y):
            if self.is_exact_zero(factor):
                return factor
        for factor, other in ((x, y), (y, x)):
            if self.is_only_flat(factor) and (self.is_only_flat(other) or self.is_constant(other)):
                return self.flat(factor.flat_sign * self.sign(other) if factor.flat_sign else 0)
        start, flat = x.start + y.start, x.flat or y.flat
        stop = None if x.stop is None or y.stop is None else x.stop + y.stop - 1
        return Series(self.zero, start, lambda k: self.convolution(x, y, k), stop, flat)

    def convolution(self, x: Series, y: Series, k: int) -> Any:
        """Σ x_i y_(k-i), over the terms that both have."""
        first = max(x.start, k - y.stop + 1) if y.stop is not None else x.start
        last = min(k - y.start, x.stop - 1) if x.stop is not None else k - y.start
        total = self.zero
        for i in range(first, last + 1):
            total = self.plus(total, self.times(x[i], y[k - i]))
        return total

    def div(self, x: Series, y: Series) -> Series | Failure:
        """x / y, by the leading term of y: where both vanish, this is L'Hôpital's rule."""
        v = self.valuation(y)
        if v is None:
            return Failure("undefined")
        lead = y[v]

        def coefficient(k: int) -> Any:
            total = x[k + v]
            for i in range(v + 1, v + 1 + k - out.start):
                total = self.minus(total, self.times(y[i], out[k + v - i]))
            return self.over(total, lead)

        single = y.stop is not None and all(
            self.field.rational(y[k]) == 0 for k in range(v + 1, y.stop)
        )
        if self.is_exact_zero(x):
            return x
        stop = x.stop - v if single and x.stop is not None else None
        out = Series(self.zero, x.start - v, coefficient, stop, x.flat or y.flat)
        return out

    def product(self, x: Series, n: int) -> Series:
        """x**n for n >= 0 by repeated squaring."""
        if n <= 1:
            return x if n else self.constant(self.one)
        half = self.product(x, n // 2)
        square = self.mul(half, half)
        return self.mul(square, x) if n % 2 else square
