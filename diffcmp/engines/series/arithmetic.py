"""Truncated Laurent series in a small τ > 0, over any field of coefficients: how a function behaves
next to a point.

Functions follow from the one table of primitives: with θ = τ d/dτ the rule gives θ out = partial ·
θ x, a recurrence for the coefficients of `out` (Knuth, The Art of Computer Programming 2, 4.7;
Griewank & Walther 2008, chapter 13). Only what changes the exponent of τ is written out here:
quotients, powers, logarithms and exponentials.

The variable is x₀ ± τ**q: where a fractional power needs it, the caller starts again with a larger
q (`Ramify`), so that all exponents stay whole (Puiseux series). Where log τ is met, the caller
starts again with coefficients that are series in 1/log(1/τ) (`Deepen`); see `logarithms`. What is
smaller than every power of τ is kept as a mark, `Series.flat`; what grows beyond every power is
`Beyond`, whose arithmetic is in `beyond`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.series.beyond import grown
from diffcmp.engines.series.integrals import integral, regular, root
from diffcmp.engines.series.laurent import (
    Beyond,
    Deepen,
    Essential,
    Exhausted,
    Failure,
    Field,
    Ramify,
    Series,
)
from diffcmp.primitives import TABLE

WHOLE_POWER = 16  # powers up to here are products, which need no leading term


class SeriesSystem(NumberSystem[Any]):
    """Series over a field. At most `terms` coefficients are searched for a leading one. `level`
    counts the logarithms: 0 is the system of τ itself, 1 that of 1/log(1/τ), whose series are the
        coefficients at level 0.

    Conditions are `bool`: they compare functions next to the point (or at it, where all series are
    constants), so that the leading term of the difference decides.

    `path` lists all that was decided by the side on which the point is approached, each decision
    with its `place`, the slot being computed. Two runs with the same path expand the same analytic
    function, so that their limits and slopes agree without comparing any numbers.
    """

    exact = True

    def __init__(self, field: Field, terms: int = 8, level: int = 0) -> None:
        super().__init__()
        self.field = field
        self.level = level
        self.terms = terms
        self.zero = field.system.literal(Fraction(0))
        self.one = field.system.literal(Fraction(1))
        self.plus, self.minus, self.times, self.over = (
            operation(field.system, n) for n in ("add", "sub", "mul", "div")
        )
        self.shared: dict[tuple[object, ...], tuple[Any, tuple[Any, ...]]] = {}
        self.leading: dict[int, tuple[Series, int | None]] = {}
        self.path: list[tuple[int, object]] = []
        self.place = 0
        self.side = 0

    # constants and variables
    # ----------------------------------------------------------------------------------------

    def literal(self, value: Fraction) -> Series:
        return self.constant(self.field.system.literal(value))

    def constant(self, c: Any) -> Series:
        """A series of one term."""
        return Series(self.zero, 0, lambda k: c, 1)

    def variable(self, x: Any, side: int, ramification: int = 1) -> Series:
        """x ± τ**ramification; `side` 0 is the constant x."""
        self.side = side
        if side == 0:
            return self.constant(x)
        direction = self.field.system.literal(Fraction(side))
        return Series(
            self.zero,
            0,
            lambda k: x if k == 0 else direction if k == ramification else self.zero,
            ramification + 1,
        )

    def took(self, decision: object) -> None:
        """Write a decision to the path."""
        self.path.append((self.place, decision))

    def function(self, name: str) -> Callable[..., Any] | None:
        if TABLE[name].definition:
            return None
        own = getattr(self, f"_{name}", None)
        if TABLE[name].separant:
            own = partial(root, self)
        if own is None:
            own = (
                regular(self, name)
                if TABLE[name].parameters
                else lambda: self.constant(operation(self.field.system, name)())
            )

        def applied(*arguments: Any) -> Any:
            """Equal operations on the very same series give the very same series, so that x - x is
            seen to vanish."""
            if name not in ("where", "and", "or"):  # these need not all of their arguments
                failed = next((a for a in arguments if isinstance(a, Failure)), None)
                if failed is not None:
                    return failed
            key = (name, *map(id, arguments))
            if key not in self.shared:
                self.shared[key] = self.carried_out(name, own, arguments), arguments
                if self.level and not self.begun(self.shared[key][0]):
                    self.shared[key] = Failure("essential"), arguments
            return self.shared[key][0]

        return applied

    def carried_out(self, name: str, own: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """One operation; what cannot be told about a value that is smaller than every power is a
        Failure."""
        try:
            if name != "where" and any(isinstance(a, Beyond) for a in arguments):
                return grown(self, name, arguments)
            return own(*arguments)
        except Essential:
            return Failure("essential")

    def begun(self, out: Any) -> bool:
        """Whether the first coefficients can be told. They are computed at once, so that the chain
        of demands stays short, but
        not before the series is shared: the derivative of sin asks for cos, and that of cos for
            this very sin."""
        try:
            if isinstance(out, Series):
                out[out.start + 1]
        except Essential:
            return False
        return True

    # leading terms
    # ---------------------------------------------------------------------------------------------------

    def valuation(self, x: Series) -> int | None:
        """The exponent of the first term that does not vanish; None for zero."""
        known = self.leading.get(id(x))
        if known is None:
            known = self.leading[id(x)] = x, self._valuation(x)
        return known[1]

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
        v = self.valuation(x)
        return 0 if v is None else self.field.sign(x[v])

    def is_constant(self, x: Series) -> bool:
        """Whether x is known to be a number."""
        return not x.flat and self.is_steady(x)

    def is_steady(self, x: Series) -> bool:
        """Whether x is a number, but for what is smaller than every power."""
        return (
            x.start >= 0
            and x.stop is not None
            and all(self.field.is_zero(x[k]) for k in range(1, x.stop))
        )

    def has_pole(self, x: Series) -> bool:
        """Whether some negative power of τ is there."""
        return any(not self.field.is_zero(x[k]) for k in range(x.start, 0))

    def bounded(self, x: Series) -> Series:
        """x, whose negative powers are known to vanish, without them."""
        return x if x.start >= 0 else Series(self.zero, 0, x.__getitem__, x.stop, x.flat)

    def flat(self) -> Series:
        """A value that is smaller than every power of τ, and not zero."""
        return Series(self.zero, 0, lambda k: self.zero, 0, True)

    def shifted(self, x: Series, by: int) -> Series:
        """x · τ**by."""
        return Series(
            self.zero,
            x.start + by,
            lambda k: x[k - by],
            None if x.stop is None else x.stop + by,
            x.flat,
        )

    # arithmetic
    # ------------------------------------------------------------------------------------------------------

    def _neg(self, x: Series) -> Series:
        return Series(self.zero, x.start, lambda k: self.minus(self.zero, x[k]), x.stop, x.flat)

    def minus_of(self, x: Series, y: Series) -> Series:
        """x - y."""
        return self._sub(x, y)

    def _add(self, x: Series, y: Series) -> Series:
        end, flat = _later(x.stop, y.stop), x.flat or y.flat
        return Series(self.zero, min(x.start, y.start), lambda k: self.plus(x[k], y[k]), end, flat)

    def _sub(self, x: Series, y: Series) -> Series:
        if x is y:
            return self.constant(self.zero)
        end, flat = _later(x.stop, y.stop), x.flat or y.flat
        return Series(self.zero, min(x.start, y.start), lambda k: self.minus(x[k], y[k]), end, flat)

    def _mul(self, x: Series, y: Series) -> Series:
        for factor in (x, y):
            if self.is_constant(factor) and self.field.rational(factor[0]) == 0:
                return factor
        stop = None if x.stop is None or y.stop is None else x.stop + y.stop - 1
        return Series(
            self.zero,
            x.start + y.start,
            lambda k: self.convolution(x, y, k),
            stop,
            x.flat or y.flat,
        )

    def convolution(self, x: Series, y: Series, k: int) -> Any:
        """Σ x_i y_(k-i), over the terms that both have."""
        first = max(x.start, k - y.stop + 1) if y.stop is not None else x.start
        last = min(k - y.start, x.stop - 1) if x.stop is not None else k - y.start
        total = self.zero
        for i in range(first, last + 1):
            total = self.plus(total, self.times(x[i], y[k - i]))
        return total

    def _div(self, x: Series, y: Series) -> Series | Failure:
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
        stop = x.stop - v if single and x.stop is not None else None
        if self.is_constant(x) and self.field.rational(x[0]) == 0:
            return x
        out = Series(self.zero, x.start - v, coefficient, stop, x.flat or y.flat)
        return out

    def _power(self, x: Series, y: Series) -> Series | Failure:
        exponent = self.field.rational(y[0])
        whole = self.field.whole(y[0]) if exponent is None or exponent.denominator == 1 else None
        if whole is not None:
            exponent = Fraction(whole)
            if whole < 0:
                below = self._power(x, self.literal(Fraction(-whole)))
                return (
                    below
                    if isinstance(below, Failure)
                    else self._div(self.literal(Fraction(1)), below)
                )
            if whole <= WHOLE_POWER:
                return self.product(x, whole)
        v = self.valuation(x)
        if v is None:
            return self.constant(self.zero) if self.field.sign(y[0]) > 0 else Failure("undefined")
        if whole is None and self.field.sign(x[v]) < 0:
            return Failure("undefined")
        if v != 0 and exponent is None:
            return Failure("irrational")
        shift = Fraction(0) if exponent is None else v * exponent
        if shift.denominator != 1:
            raise Ramify(shift.denominator, self.level)
        if v != 0 and whole is None:
            self.took(("root", self.side))  # √(t²) is |t|: another function on either side
        start = operation(self.field.system, "power")(x[v], y[0])
        return start if isinstance(start, Failure) else self.miller(x, v, y[0], int(shift), start)

    def product(self, x: Series, n: int) -> Series:
        """x**n by repeated squaring."""
        if n == 0:
            return self.constant(self.one)
        half = self.product(x, n // 2) if n > 1 else None
        square = self._mul(half, half) if half is not None else None
        if square is None:
            return x
        return self._mul(square, x) if n % 2 else square

    def miller(self, x: Series, v: int, y: Any, shift: int, start: Any) -> Series:
        """x**y by J. C. P. Miller's recurrence, x θout = y out θx, divided by the leading term of
        x, from its own leading coefficient `start`."""
        lead = x[v]
        system = self.field.system

        def coefficient(k: int) -> Any:
            n = k - shift
            if n == 0:
                return start
            total = self.zero
            for i in range(1, n + 1):
                weight = self.minus(
                    self.times(system.literal(Fraction(i)), y), system.literal(Fraction(n - i))
                )
                total = self.plus(total, self.times(self.times(weight, x[v + i]), out[k - i]))
            return self.over(total, self.times(system.literal(Fraction(n)), lead))

        single = x.stop is not None and x.stop == v + 1
        out = Series(self.zero, shift, coefficient, shift + 1 if single else None, x.flat)
        return out

    # functions
    # -------------------------------------------------------------------------------------------------------

    def _log(self, x: Series) -> Series | Failure:
        v = self.valuation(x)
        if v is None or self.field.sign(x[v]) < 0:
            return Failure("undefined")
        if v == 0:
            return integral(self, "log", (x,))
        log = self.field.logarithm
        if log is None:
            raise Deepen
        self.took(("log", self.side))  # log(t²) is 2 log|t|: another function on either side
        end = None if x.stop is None else x.stop - v
        unit = integral(self, "log", (Series(self.zero, 0, lambda k: x[k + v], end, x.flat),))
        whole = self.constant(self.times(self.field.system.literal(Fraction(v)), log))
        return unit if isinstance(unit, Failure) else self._add(whole, unit)

    def _exp(self, x: Series) -> Series | Failure | Beyond:
        if self.has_pole(x):
            sign = self.sign(x)
            self.took(sign)
            return Beyond(1) if sign > 0 else self.flat()
        log = self.field.logarithm
        order = self.field.order(x[0])
        if order is None:
            return self.exp_of_unbounded(x[0])
        if order.denominator != 1:
            raise Ramify(order.denominator, self.level)
        if order == 0:
            return integral(self, "exp", (self.bounded(x),))
        less = self._sub(
            self.bounded(x), self.constant(self.times(self.field.system.literal(order), log))
        )
        rest = integral(self, "exp", (less,))
        return rest if isinstance(rest, Failure) else self.shifted(rest, int(order))

    def exp_of_unbounded(self, c: Any) -> Series | Failure | Beyond:
        """exp of a coefficient that is not m·log τ and what stays bounded."""
        if not self.field.outgrows(c):
            return Failure("essential")
        sign = self.field.sign(c)
        self.took(sign)
        return Beyond(1) if sign > 0 else self.flat()

    def _floor(self, x: Series) -> Series | Failure:
        if self.has_pole(x):
            return Failure("steps")
        whole = self.field.whole(x[0])
        if whole is None:
            below = self.field.floor(x[0])
            if below is None:
                raise Exhausted
            return self.literal(Fraction(below))
        beside = self.sign(self._sub(x, self.literal(Fraction(whole))))
        self.took(beside < 0)
        return self.literal(Fraction(whole - (beside < 0)))

    # conditions
    # ------------------------------------------------------------------------------------------------------

    def decided(self, x: Series, y: Series, outcome: Callable[[int], bool]) -> bool:
        """A condition on the sign of x - y next to the point."""
        holds = outcome(self.sign(self._sub(x, y)))
        self.took(holds)
        return holds

    def _lt(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign < 0)

    def _le(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign <= 0)

    def _gt(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign > 0)

    def _ge(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign >= 0)

    def _eq(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign == 0)

    def _ne(self, x: Series, y: Series) -> bool:
        return self.decided(x, y, lambda sign: sign != 0)

    def _not(self, p: bool) -> bool:
        return not p

    def _and(self, p: bool | Failure, q: bool | Failure) -> bool | Failure:
        return False if p is False or q is False else q if isinstance(q, Failure) else p

    def _or(self, p: bool | Failure, q: bool | Failure) -> bool | Failure:
        return True if p is True or q is True else q if isinstance(q, Failure) else p

    def _where(self, p: bool | Failure, x: Any, y: Any) -> Any:
        return p if isinstance(p, Failure) else x if p else y


def _later(x: int | None, y: int | None) -> int | None:
    """The later of two ends, None being never."""
    return None if x is None or y is None else max(x, y)


def common(q: int, factor: int) -> int:
    """The ramification that serves both."""
    return math.lcm(q, q * factor)
