"""Series of functions by the rules of their table: out = out₀ + ∫ partial(x) dx, from a value, an
edge, a pole or a limit.

What `series` does for the operations that change the exponent of τ, this does for all others, with
nothing known of a function but its entry. The functions here take the system, and give back series
of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.engines.series.laurent import Beyond, Failure, Series
from diffcmp.engines.series.real_roots import largest
from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program

if TYPE_CHECKING:
    from diffcmp.engines.series.arithmetic import SeriesSystem

MAX_SHIFT = 64  # how many poles of gamma to the left of 0 are resolved


def regular(system: SeriesSystem, name: str) -> Callable[..., Any]:
    """A function that is analytic inside its domain, by its rule; at its edges and poles as its
    entry says."""
    entry = TABLE[name]
    closed = "=" in entry.domain and not entry.recurrence

    def applied(*arguments: Series) -> Any:
        x = arguments[-1]
        if system.has_pole(x):
            return at_infinity(system, name, x)
        x = system.bounded(x)
        arguments = (*arguments[:-1], x)
        domain = rules.domain(name)
        if domain is not None:
            inside = evaluate(domain, system, arguments)[0]
            if isinstance(inside, Failure):
                return inside
            if system.field.is_zero(inside[0]):
                return Failure("undefined")
        if entry.recurrence:
            pole = system.field.whole(x[0])
            if pole is not None and -MAX_SHIFT <= pole <= 0:
                recurrence = rules.recurrence(name)
                assert recurrence is not None
                return evaluate(recurrence, system, arguments)[0]
        edge = system.field.whole(x[0]) if closed else None
        if edge is None:
            return integral(system, name, arguments)
        at = system.field.system.literal(Fraction(edge))  # a ball around an edge is partly outside
        return integral(system, name, arguments, operation(system.field.system, name)(at))

    return applied


def root(system: SeriesSystem, *coefficients: Series) -> Any:
    """The largest root of a polynomial with real roots and without a second term."""
    if any(system.has_pole(c) for c in coefficients):
        return Failure("essential")
    given = [system.bounded(c) for c in coefficients]
    if not all(system.is_steady(c) for c in given):
        return largest(system, [*given, system.constant(system.zero), system.constant(system.one)])
    start = operation(system.field.system, f"root{len(given) + 1}")(*(c[0] for c in given))
    if isinstance(start, Failure | Beyond):
        return start
    return Series(system.zero, 0, lambda k: start, 1, any(c.flat for c in given))


def at_infinity(system: SeriesSystem, name: str, x: Series) -> Series | Failure:
    """A function of what grows beyond all bounds, from its limit there; essential where its entry
    names none."""
    limits = rules.limits(name)
    if limits is None:
        return Failure("essential")
    start = limit_at_infinity(system, limits, system.sign(x))
    return integral(system, name, (x,), start)


def limit_at_infinity(system: SeriesSystem, limits: tuple[Program, Program], sign: int) -> Any:
    """The coefficient to which a function tends as its argument grows."""
    system.took(sign > 0)
    return evaluate(limits[sign > 0], system.field.system, [])[0]


def integral(
    system: SeriesSystem, name: str, arguments: Sequence[Series], start: Any = None
) -> Series | Failure:
    """out = out₀ + ∫ partial(x) dx, term by term: k out_k = Σ j x_j partial_(k-j)."""
    x = arguments[-1]
    if start is None:
        start = operation(system.field.system, name)(*(a[0] for a in arguments))
    if isinstance(start, Failure | Beyond):  # of coefficients that are series themselves
        return start if isinstance(start, Failure) else Failure("essential")
    settled = isinstance(start, Series) and start.flat  # perhaps only at its own level
    if system.is_steady(x) and not settled:
        return Series(system.zero, 0, lambda k: start, 1, x.flat)
    partials: list[Series] = []

    def partial() -> Series | Failure:
        rule = rules.partial(name, len(arguments) - 1)
        assert rule is not None
        slope: Series | Failure = evaluate(rule, system, [*arguments, out])[0]
        return slope

    def derivative(k: int) -> Any:
        if not partials:
            made = partial()
            assert not isinstance(made, Failure)
            partials.append(made)
        p = partials[0]
        total = system.zero
        for j in range(x.start, k - p.start + 1):
            if j:
                c = system.times(system.field.system.literal(Fraction(j)), x[j])
                total = system.plus(total, system.times(c, p[k - j]))
        return total

    def coefficient(k: int) -> Any:
        return (
            start
            if k == 0
            else system.over(derivative(k), system.field.system.literal(Fraction(k)))
        )

    out = Series(system.zero, 0, coefficient, None, x.flat)
    edge = TABLE[name].domain and not TABLE[name].recurrence
    endless = TABLE[name].at_infinity and (x.start < 0 or system.field.logarithm is not None)
    if edge or endless:
        made = (
            partial()
        )  # at an edge of the domain it may be singular, at an infinite argument essential
        if isinstance(made, Failure):
            return made
        if made.flat and system.is_steady(made) and system.field.is_zero(made[0]):
            return all_but_flat(system, start)
        if system.is_steady(x):
            return Series(system.zero, 0, lambda k: start, 1, x.flat)
        out.flat = out.flat or made.flat
        partials.append(made)
        lowest = made.start + x.start if x.start < 0 else made.start + 1
        if any(not system.field.is_zero(derivative(k)) for k in range(min(lowest, 1), 1)):
            return Failure("logarithm")
    return out


def all_but_flat(system: SeriesSystem, start: Any) -> Series:
    """A constant, and an integral over what is smaller than every power of τ. That is so at this
    level, whatever a coefficient that is a series itself could say about it."""
    if isinstance(start, Series) and start.flat:
        start = Series(start.zero, start.start, start.__getitem__, start.stop)
    return Series(system.zero, 0, lambda k: start, 1, True)
