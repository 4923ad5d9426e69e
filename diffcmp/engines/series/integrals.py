"""Series of functions by the rules of their table: out = out₀ + ∫ partial(x) dx, from a value, an
edge, a pole or a limit; nothing else is known of a function. `system` has what changes the exponent
of τ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.engines.series.arithmetic import SeriesArithmetic
from diffcmp.engines.series.laurent import Beyond, Failure, Series
from diffcmp.engines.series.real_roots import largest
from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program


def regular(system: SeriesArithmetic, name: str) -> Callable[..., Any]:
    """A function by its rule inside its domain, and as its entry says at edges and poles."""
    entry = TABLE[name]
    closed = "=" in entry.domain and not entry.recurrence

    def applied(*arguments: Series) -> Any:
        x = arguments[-1]
        if system.has_pole(x):
            return at_infinity(system, name, x)
        x = system.bounded(x)
        arguments = (*arguments[:-1], x)
        outside = failure_outside(system, name, arguments)
        if outside is not None:
            return outside
        if entry.recurrence:
            pole = system.field.whole(x[0])
            if pole is not None and pole <= 0:
                recurrence = rules.recurrence(name)
                assert recurrence is not None
                return evaluate(recurrence, system, arguments)[0]
        edge = system.field.whole(x[0]) if closed else None
        if edge is None:
            return integral(system, name, arguments)
        at = system.number(edge)  # a ball around an edge is partly outside
        return integral(system, name, arguments, operation(system.field.system, name)(at))

    return applied


def failure_outside(
    system: SeriesArithmetic, name: str, arguments: Sequence[Series]
) -> Failure | None:
    """What a function gives outside its domain, or where that cannot be told; None inside. Inside
    it is one analytic function, by whatever conditions: the path does not tell of these."""
    domain = rules.domain(name)
    if domain is None:
        return None
    decided = len(system.path)
    inside: Series | Failure = evaluate(domain, system, arguments)[0]
    del system.path[decided:]
    if isinstance(inside, Failure):
        return inside
    return Failure("undefined") if system.field.is_zero(inside[0]) else None


def root(system: SeriesArithmetic, *coefficients: Series) -> Any:
    """The largest root of a polynomial with real roots and without a second term."""
    if any(system.has_pole(c) for c in coefficients):
        return Failure("essential")
    given = [system.bounded(c) for c in coefficients]
    if not all(system.is_steady(c) for c in given):
        return largest(system, [*given, system.constant(system.zero), system.constant(system.one)])
    start = operation(system.field.system, f"root{len(given) + 1}")(*(c[0] for c in given))
    if isinstance(start, Failure | Beyond):
        return start
    return system.constant(start, any(c.flat for c in given))


def at_infinity(system: SeriesArithmetic, name: str, x: Series) -> Series | Failure:
    """A function of what grows without bound, from its limit; essential if its entry has none."""
    limits = rules.limits(name)
    if limits is None:
        return Failure("essential")
    start = limit_at_infinity(system, limits, system.sign(x))
    return integral(system, name, (x,), start)


def limit_at_infinity(system: SeriesArithmetic, limits: tuple[Program, Program], sign: int) -> Any:
    """The coefficient to which a function tends as its argument grows."""
    system.took(sign > 0)
    return evaluate(limits[sign > 0], system.field.system, [])[0]


def integral(
    system: SeriesArithmetic, name: str, arguments: Sequence[Series], start: Any = None
) -> Series | Failure:
    """A function by its rule, from its first coefficient `start`, by default computed here."""
    entry, x = TABLE[name], arguments[-1]
    if start is None:
        first = [a[0] for a in arguments]
        start = operation(system.field.system, name)(*first)
    if isinstance(start, Failure):  # of coefficients that are series themselves, as Beyond
        return start
    if isinstance(start, Beyond):
        return Failure("essential")
    settled = isinstance(start, Series) and start.flat  # perhaps only at its own level
    if system.is_steady(x) and not settled:
        return system.constant(start, x.flat)
    integration = Integration(system, name, arguments, start)
    edge = entry.domain and not entry.recurrence
    endless = entry.at_infinity and (x.start < 0 or system.field.logarithm is not None)
    return integration.checked() if edge or endless else integration.out


class Integration:
    """out = out₀ + ∫ partial(x) dx, term by term: k out_k = Σ j x_j partial_(k-j)."""

    def __init__(
        self, system: SeriesArithmetic, name: str, arguments: Sequence[Series], start: Any
    ) -> None:
        self.system = system
        self.arguments = arguments
        self.x = arguments[-1]
        self.start = start
        self.rule = rules.partial(name, len(arguments) - 1)
        self.out = Series(system.zero, 0, self.coefficient, None, self.x.flat)
        self.slope: Series | None = None

    def __repr__(self) -> str:
        return f"Integration({self.out!r} of {self.x!r})"

    def partial(self) -> Series | Failure:
        """The rule, on the arguments and on `out`."""
        assert self.rule is not None
        slope: Series | Failure = evaluate(self.rule, self.system, [*self.arguments, self.out])[0]
        return slope

    def derivative(self, k: int) -> Any:
        """The coefficient of τ**k in θ out."""
        system, x = self.system, self.x
        if self.slope is None:
            slope = self.partial()
            assert not isinstance(slope, Failure)
            self.slope = self.slope or slope  # it may have come on the way
        total = system.zero
        for j in range(x.start, k - self.slope.start + 1):
            if j:
                c = system.times(system.number(j), x[j])
                total = system.plus(total, system.times(c, self.slope[k - j]))
        return total

    def coefficient(self, k: int) -> Any:
        """The coefficient of τ**k in `out`."""
        if k == 0:
            return self.start
        return self.system.over(self.derivative(k), self.system.number(k))

    def checked(self) -> Series | Failure:
        """`out`, where the partial may be singular, at an edge of the domain, or essential, at an
        infinite argument: a Failure where the integral has a logarithm."""
        system, x = self.system, self.x
        slope = self.partial()
        if isinstance(slope, Failure):
            return slope
        if slope.flat and system.is_steady(slope) and system.field.is_zero(slope[0]):
            return all_but_flat(system, self.start)
        if system.is_steady(x):
            return system.constant(self.start, x.flat)
        self.out.flat = self.out.flat or slope.flat
        self.slope = self.slope or slope
        lowest = slope.start + (x.start if x.start < 0 else 1)
        for k in range(min(lowest, 1), 1):
            if not system.field.is_zero(self.derivative(k)):
                return Failure("logarithm")
        return self.out


def all_but_flat(system: SeriesArithmetic, start: Any) -> Series:
    """A constant, and an integral over what is smaller than every power of τ. That is so at this
    level, whatever a coefficient that is a series itself could say about it."""
    if isinstance(start, Series) and start.flat:
        start = Series(start.zero, start.start, start.__getitem__, start.stop)
    return system.constant(start, flat=True)
