"""The largest root of a polynomial whose coefficients are series, next to a point where all of its
roots are real.

Where it is simple, its coefficients follow one after the other. Where m roots meet, those of a
symmetric matrix leave the point with a slope (Rellich 1937): with z = z₀ + τ·w the m of them are
told apart by a polynomial in w, and so on until the largest one is alone, or is seen to stay where
it is. The two sides are two functions then.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import System
from diffcmp.engines.series.arithmetic import SeriesArithmetic
from diffcmp.engines.series.laurent import Beyond, Failure, Series

MAX_DEPTH = 8  # how often roots that have met are told apart


def largest(
    system: SeriesArithmetic, coefficients: Sequence[Series], depth: int = 0
) -> Series | Failure | Beyond:
    """The largest root that is bounded, as a series; the coefficients from the lowest one on."""
    field = system.field
    degree = max(j for j, c in enumerate(coefficients) if not field.is_zero(c[0]))
    if degree == 0 or depth > MAX_DEPTH:
        return Failure("repeated")
    start = _of_numbers(field.system, [c[0] for c in coefficients[: degree + 1]])
    if isinstance(start, Failure | Beyond):
        return start
    constant = system.constant(start)
    around = _shifted(coefficients, constant, system.add, system.mul)
    if not math.isfinite(field.error(start)):
        return Failure("repeated")
    if not field.is_zero(around[1][0]):
        return system.add(constant, _simple(system, around))
    inner = _met(system, around, depth)
    if inner is None:
        return constant
    return system.add(constant, system.shifted(inner, 1)) if isinstance(inner, Series) else inner


def _of_numbers(system: System, coefficients: list[Any]) -> Any:
    """The largest root of a polynomial of numbers, by the primitive for a depressed one."""
    plus, times, over = (operation(system, name) for name in ("add", "mul", "div"))
    *rest, last = coefficients
    n = len(rest)
    one, minus_n = (system.literal(Fraction(k)) for k in (1, -n))
    monic = [over(c, last) for c in rest]
    mean = over(monic[-1], minus_n)
    if n == 1:
        return mean
    depressed = _shifted([*monic, one], mean, plus, times)
    largest_root = operation(system, f"root{n}")
    root = largest_root(*depressed[: n - 1])
    if isinstance(root, Failure | Beyond):
        return root
    return plus(mean, root)


def _shifted(
    coefficients: Sequence[Any], x: Any, plus: Callable[..., Any], times: Callable[..., Any]
) -> list[Any]:
    """The coefficients of the polynomial around x, by Horner's rule again and again."""
    row = list(coefficients)
    for first in range(len(row) - 1):
        for k in range(len(row) - 2, first - 1, -1):
            row[k] = plus(row[k], times(row[k + 1], x))
    return row


def _simple(system: SeriesArithmetic, around: Sequence[Series]) -> Series:
    """The simple root near 0, term by term: u = -(a₀ + (a₁ - a₁(0))·u + a₂u² + …)/a₁(0)."""
    a, b, *others = around
    rest: list[Series] = []

    def remainder() -> Series:
        varying = Series(system.zero, 1, b.__getitem__, b.stop, b.flat)
        total = system.add(a, system.mul(varying, u))
        power = u
        for c in others:
            power = system.mul(power, u)
            total = system.add(total, system.mul(c, power))
        return total

    def coefficient(k: int) -> Any:
        if not rest:
            rest.append(remainder())
        return system.minus(system.zero, system.over(rest[0][k], b[0]))

    u = Series(system.zero, 1, coefficient, None, any(c.flat for c in around))
    return u


def _met(
    system: SeriesArithmetic, around: Sequence[Series], depth: int
) -> Series | Failure | Beyond | None:
    """The largest w of the roots τ·w that meet at 0; None where they stay together, at 0."""
    met = next(j for j, c in enumerate(around) if not system.field.is_zero(c[0]))
    orders = [system.valuation(c) for c in around[:met]]
    slopes = [order + j for j, order in enumerate(orders) if order is not None]
    if not slopes:
        return None
    if min(slopes) < met:
        return Failure("repeated")  # they leave by fractional powers: not all of them are real
    system.took(("roots", system.side))
    scaled = [system.bounded(system.shifted(c, j - met)) for j, c in enumerate(around)]
    return largest(system, scaled, depth + 1)
