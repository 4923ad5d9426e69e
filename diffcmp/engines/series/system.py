"""Truncated Laurent series in a small τ > 0, over any field of coefficients, as a number system:
how a function behaves next to a point.

Functions follow from the one table of primitives: with θ = τ d/dτ the rule gives θ out = partial ·
θ x, a recurrence for the coefficients of `out` (Knuth, The Art of Computer Programming 2, 4.7;
Griewank & Walther 2008, chapter 13). Only what changes the exponent of τ is written out here:
powers, logarithms and exponentials; quotients are in `arithmetic`.

The variable is x₀ ± τ**q: where a fractional power needs it, the caller starts again with a larger
q (`Ramify`), so that all exponents stay whole (Puiseux series). Where log τ is met, the caller
starts again with coefficients that are series in 1/log(1/τ) (`Deepen`); see `logarithms`. What is
smaller than every power of τ is kept as a mark, `Series.flat`; what grows beyond every power is
`Beyond`, whose arithmetic is in `growth`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import COMPARISONS
from diffcmp.engines.series import laurent
from diffcmp.engines.series.arithmetic import SeriesArithmetic
from diffcmp.engines.series.growth import grown
from diffcmp.engines.series.integrals import integral, regular, root
from diffcmp.engines.series.laurent import Beyond, Essential, Failure, Field, Series
from diffcmp.primitives import TABLE

OWN = "neg add sub mul div power log exp floor".split()
WHOLE_POWER = 16  # powers up to here are products, which need no leading term


class SeriesSystem(SeriesArithmetic):
    """The number system of series. Conditions are `bool`: they compare functions next to the point
    (or at it, where all series are constants), so that the leading term of the difference
    decides."""

    def __init__(self, field: Field, terms: int = 8, level: int = 0) -> None:
        super().__init__(field, terms, level)
        self.shared: dict[tuple[object, ...], tuple[Any, tuple[Any, ...]]] = {}
        self.own: dict[str, Callable[..., Any]] = {name: getattr(self, name) for name in OWN}
        self.own |= CONDITIONS

    def function(self, name: str) -> Callable[..., Any] | None:
        entry = TABLE[name]
        if entry.definition:
            return None
        own = self.by_table(name) if name not in self.own else self.own[name]
        needs_all = not (entry.connects or entry.selects)

        def applied(*arguments: Any) -> Any:
            """Equal operations on one series give one series, so that x - x is seen to vanish."""
            if needs_all:
                failure = next((a for a in arguments if isinstance(a, Failure)), None)
                if failure is not None:
                    return failure
            key = (name, *map(id, arguments))
            if key not in self.shared:
                self.shared[key] = self.carried_out(name, own, arguments), arguments
                if self.level and not self.begun(self.shared[key][0]):
                    self.shared[key] = Failure("essential"), arguments
            return self.shared[key][0]

        return applied

    def by_table(self, name: str) -> Callable[..., Any]:
        """A comparison, a root, a function with a rule, or a constant."""
        entry = TABLE[name]
        if entry.compares:
            return partial(self.decided, COMPARISONS[name])
        if entry.separant:
            return partial(root, self)
        if entry.parameters:
            return regular(self, name)
        return lambda: self.constant(operation(self.field.system, name)())

    def carried_out(self, name: str, own: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """One operation; a Failure where a value smaller than every power would decide."""
        try:
            if not TABLE[name].selects and any(isinstance(a, Beyond) for a in arguments):
                return grown(self, name, arguments)
            return own(*arguments)
        except Essential:
            return Failure("essential")

    def begun(self, out: Any) -> bool:
        """Whether the first coefficients can be told. They are computed at once, so that the chain
        of demands stays short, but not before the series is shared: the derivative of sin asks for
        cos, and that of cos for this very sin."""
        try:
            if isinstance(out, Series):
                out[out.start + 1]
        except Essential:
            return False
        return True

    # powers

    def power(self, x: Series, y: Series) -> Series | Failure:
        """x to a constant power: by products for small whole exponents, else by `miller`."""
        exponent = self.field.rational(y[0])
        if exponent is not None and exponent.denominator > 1:
            return self.fractional(x, y[0], exponent)
        whole = self.field.whole(y[0])
        if whole is None:
            return self.fractional(x, y[0], exponent)
        if whole <= WHOLE_POWER:
            return self.by_products(x, whole)
        v = self.valuation(x)
        return self.of_zero(y[0]) if v is None else self.miller(x, v, y[0], v * whole)

    def by_products(self, x: Series, n: int) -> Series | Failure:
        """x**n for a small n, or 1 divided by x to a negative power."""
        if n >= 0:
            return self.product(x, n)
        below = self.power(x, self.literal(Fraction(-n)))
        return below if isinstance(below, Failure) else self.div(self.constant(self.one), below)

    def fractional(self, x: Series, y: Any, exponent: Fraction | None) -> Series | Failure:
        """x**y where y is no integer; `exponent` is its exact value where it is rational."""
        v = self.valuation(x)
        if v is None:
            return self.of_zero(y)
        if self.field.sign(x[v]) < 0:
            return Failure("undefined")
        if v == 0:
            return self.miller(x, v, y, 0)
        if exponent is None:
            return Failure("irrational")
        shift = v * exponent
        if shift.denominator != 1:
            raise laurent.Ramify(shift.denominator, self.level)
        self.took(("root", self.side))  # √(t²) is |t|: another function on either side
        return self.miller(x, v, y, int(shift))

    def of_zero(self, y: Any) -> Series | Failure:
        """0**y."""
        return self.constant(self.zero) if self.field.sign(y) > 0 else Failure("undefined")

    def miller(self, x: Series, v: int, y: Any, shift: int) -> Series | Failure:
        """x**y by J. C. P. Miller's recurrence, x θout = y out θx, divided by the leading term of
        x, which is that of τ**v; `shift` is v·y."""
        lead = x[v]
        start = operation(self.field.system, "power")(lead, y)
        if isinstance(start, Failure):
            return start

        def coefficient(k: int) -> Any:
            n = k - shift
            if n == 0:
                return start
            total = self.zero
            for i in range(1, n + 1):
                weight = self.minus(self.times(self.number(i), y), self.number(n - i))
                total = self.plus(total, self.times(self.times(weight, x[v + i]), out[k - i]))
            return self.over(total, self.times(self.number(n), lead))

        single = x.stop is not None and x.stop == v + 1
        out = Series(self.zero, shift, coefficient, shift + 1 if single else None, x.flat)
        return out

    # functions

    def log(self, x: Series) -> Series | Failure:
        """v·log τ + log(x/τ**v), where τ**v leads. Raises Deepen where log τ is met and is none of
        the coefficients."""
        v = self.valuation(x)
        if v is None or self.field.sign(x[v]) < 0:
            return Failure("undefined")
        if v == 0:
            return integral(self, "log", (x,))
        log = self.field.logarithm
        if log is None:
            raise laurent.Deepen
        self.took(("log", self.side))  # log(t²) is 2 log|t|: another function on either side
        unit = integral(self, "log", (self.bounded(self.shifted(x, -v)),))
        if isinstance(unit, Failure):
            return unit
        return self.add(self.constant(self.times(self.number(v), log)), unit)

    def exp(self, x: Series) -> Series | Failure | Beyond:
        """τ**m · exp(x - m·log τ), where that is what x grows like. Raises Ramify where m is a
        fraction."""
        if self.has_pole(x):
            return self.exp_of_sign(self.sign(x))
        order = self.field.order(x[0])
        if order is None:
            outgrows = self.field.outgrows(x[0])
            return self.exp_of_sign(self.field.sign(x[0])) if outgrows else Failure("essential")
        if order.denominator != 1:
            raise laurent.Ramify(order.denominator, self.level)
        x = self.bounded(x)
        if order == 0:
            return integral(self, "exp", (x,))
        less = self.constant(self.times(self.number(order), self.field.logarithm))
        rest = integral(self, "exp", (self.sub(x, less),))
        return rest if isinstance(rest, Failure) else self.shifted(rest, int(order))

    def exp_of_sign(self, sign: int) -> Series | Beyond:
        """exp of what grows faster than every multiple of log τ, with a sign."""
        self.took(sign)
        return Beyond(1) if sign > 0 else self.flat(1)

    def floor(self, x: Series) -> Series | Failure:
        """The largest integer below x; at an integer the side decides."""
        if self.has_pole(x):
            return Failure("steps")
        whole = self.field.whole(x[0])
        if whole is None:
            below = self.field.floor(x[0])
            if below is None:
                raise laurent.Exhausted
            self.took(below)  # a coefficient may be a function of another variable, beside a jump
            return self.literal(Fraction(below))
        beside = self.sign(self.sub(x, self.literal(Fraction(whole))))
        self.took(beside < 0)
        return self.literal(Fraction(whole - (beside < 0)))

    # conditions

    def decided(self, compare: Callable[[int, int], bool], x: Series, y: Series) -> bool:
        """A comparison, by the sign of x - y next to the point."""
        holds = compare(self.sign(self.sub(x, y)), 0)
        self.took(holds)
        return holds


def _connected(decisive: bool, p: bool | Failure, q: bool | Failure) -> bool | Failure:
    if p is decisive or q is decisive:
        return decisive
    return q if isinstance(q, Failure) else p


def _where(p: bool | Failure, x: Any, y: Any) -> Any:
    if isinstance(p, Failure):
        return p
    return x if p else y


CONDITIONS: dict[str, Callable[..., Any]] = {
    "not": lambda p: p if isinstance(p, Failure) else not p,
    "and": partial(_connected, False),
    "or": partial(_connected, True),
    "where": _where,
}
