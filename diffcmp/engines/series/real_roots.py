"""The largest root of a polynomial whose coefficients are series, next to a point where all of its
roots are real.

Where it is simple, its coefficients follow one after the other. Where m roots meet, those of a
symmetric matrix leave the point with a slope (Rellich 1937): with z = z₀ + τ·w the m of them are
told apart by a polynomial in w, and so on until the largest one is alone, or is seen to stay where
it is. The two sides are two functions then.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.series.laurent import Beyond, Failure, Series

if TYPE_CHECKING:
    from diffcmp.engines.series.arithmetic import SeriesSystem

MAX_DEPTH = 8  # how often roots that have met are told apart


class _Number:
    """A number of a system under Python's operators."""

    __slots__ = ("system", "value")

    def __init__(self, value: Any, system: NumberSystem[Any]) -> None:
        self.value, self.system = value, system

    def joined(self, name: str, other: Any) -> _Number:
        value = other.value if isinstance(other, _Number) else self.system.literal(other)
        return _Number(operation(self.system, name)(self.value, value), self.system)

    def __add__(self, other: Any) -> _Number:
        return self.joined("add", other)

    def __mul__(self, other: Any) -> _Number:
        return self.joined("mul", other)

    def __truediv__(self, other: Any) -> _Number:
        return self.joined("div", other)


def largest(
    system: SeriesSystem, coefficients: Sequence[Series], depth: int = 0
) -> Series | Failure | Beyond:
    """The largest root that is bounded, as a series; the coefficients from the lowest one on."""
    field = system.field
    degree = max(j for j, c in enumerate(coefficients) if not field.is_zero(c[0]))
    if degree == 0 or depth > MAX_DEPTH:
        return Failure("repeated")
    start = _of_numbers(field.system, [c[0] for c in coefficients[: degree + 1]])
    if isinstance(start, Failure | Beyond):
        return start
    around = _shifted(system, coefficients, start)
    error = getattr(field, "error", None)
    if error is not None and not math.isfinite(error(start)):
        return Failure("repeated")
    if not field.is_zero(around[1][0]):
        return system._add(system.constant(start), _simple(system, around))
    return _met(system, around, start, depth)


def _of_numbers(system: NumberSystem[Any], coefficients: list[Any]) -> Any:
    """The largest root of a polynomial of numbers, by the primitive for one without a second
    term."""
    n = len(coefficients) - 1
    *rest, last = (_Number(c, system) for c in coefficients)
    monic = [c / last for c in rest]
    mean = monic[-1] / -n
    if n == 1:
        return mean.value
    found = operation(system, f"root{n}")(*(c.value for c in _taylor(monic, mean)[: n - 1]))
    return found if isinstance(found, Failure | Beyond) else (mean + _Number(found, system)).value


def _taylor(monic: list[_Number], x: _Number) -> list[_Number]:
    """The coefficients but for the highest, 1, of the polynomial around x."""
    row = [*monic, x * 0 + 1]
    for first in range(len(monic)):
        for k in range(len(row) - 2, first - 1, -1):
            row[k] = row[k] + row[k + 1] * x
    return row[:-1]


def _shifted(system: SeriesSystem, coefficients: Sequence[Series], start: Any) -> list[Series]:
    """The coefficients of the polynomial around a number."""
    row, x = list(coefficients), system.constant(start)
    for first in range(len(row) - 1):
        for k in range(len(row) - 2, first - 1, -1):
            row[k] = system._add(row[k], system._mul(row[k + 1], x))
    return row


def _simple(system: SeriesSystem, around: Sequence[Series]) -> Series:
    """The root near 0 where its slope does not vanish: u = -(a₀ + (a₁ - a₁(0))·u + a₂u² + …)/a₁(0),
    term by term."""
    a, b, *others = around
    rest: list[Series] = []

    def coefficient(k: int) -> Any:
        if not rest:
            total = system._add(
                a, system._mul(Series(system.zero, 1, b.__getitem__, b.stop, b.flat), u)
            )
            power = u
            for c in others:
                power = system._mul(power, u)
                total = system._add(total, system._mul(c, power))
            rest.append(total)
        return system.minus(system.zero, system.over(rest[0][k], b[0]))

    u = Series(system.zero, 1, coefficient, None, any(c.flat for c in around))
    return u


def _met(
    system: SeriesSystem, around: Sequence[Series], start: Any, depth: int
) -> Series | Failure | Beyond:
    """The largest of the roots that meet at `start`."""
    met = next(j for j, c in enumerate(around) if not system.field.is_zero(c[0]))
    orders = [system.valuation(c) for c in around[:met]]
    if all(order is None for order in orders):
        return system.constant(start)  # they stay together, and where they are
    if any(order is not None and order + j < met for j, order in enumerate(orders)):
        return Failure("repeated")  # they leave by fractional powers: not all of them are real
    system.took(("roots", system.side))
    scaled = [system.bounded(system.shifted(c, j - met)) for j, c in enumerate(around)]
    inner = largest(system, scaled, depth + 1)
    return (
        system._add(system.constant(start), system.shifted(inner, 1))
        if isinstance(inner, Series)
        else inner
    )
