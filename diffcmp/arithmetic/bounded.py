"""Floating-point numbers that carry a running bound of their own error (Wilkinson 1963; Higham
2002, section 3.3).

A value is zero as far as anyone can know where it lies within its bound: sin(π) is 1.2e-16 ± 3e-16.
The bound is of first order: the local partials of the table carry the errors of the arguments on,
and each operation adds its own roundoff. An operation on whole numbers that stay whole is exact, so
that 2**2 - 4 is zero without any bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.primitives import TABLE

Rule: TypeAlias = Callable[[Floats, str, int, list[Any], Any], Any]

ULPS = 4  # by which a library's function may be wrong
SAFE = 2.0**50


class OutOfRange(ArithmeticError):
    """A result is larger than the format's largest number, or below its smallest normal one."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number of the dtype, and a bound of its absolute error as a Python float."""

    value: Any
    error: float = 0.0


class BoundedFloats(NumberSystem[Bounded]):
    """Numbers of one floating-point format with running error bounds.

    `partial` evaluates the table's rule for one argument on plain numbers: (primitive, position,
    arguments, out) -> number. It is handed in because the engines, which can run rules, live a
    floor higher. `measured` are literals that stand for rounded inputs: each may be wrong by half
    an ulp. Raises OutOfRange for a literal, or a result, that leaves the range of the format.
    """

    exact = True  # definitions, whose zeros are meant to be found

    def __init__(
        self, dtype: str, partial: Rule, measured: frozenset[Fraction] = frozenset()
    ) -> None:
        self.floats = Floats(dtype)
        self.partial = partial
        self.measured = measured
        wide = dtype == "longdouble"  # whose smallest number is no Python float
        self.smallest = 0.0 if wide else 2.0**self.floats.least_exponent

    def __repr__(self) -> str:
        return f"BoundedFloats({self.floats.dtype!r})"

    def literal(self, value: Fraction) -> Bounded:
        rounded = self.floats.literal(value)
        if not math.isfinite(rounded) or (rounded == 0 and value != 0):
            raise OutOfRange
        carried = self.floats.unit_roundoff * abs(float(rounded)) if value in self.measured else 0.0
        return Bounded(rounded, carried + float(abs(exact(rounded) - value)))

    def function(self, name: str) -> Callable[..., Any] | None:
        apply = self.floats.function(name)
        if apply is None:
            return None
        if not TABLE[name].parameters:
            return lambda: self.rounded(apply(), 0.0)
        return lambda *arguments: self.applied(name, apply, arguments)

    def rounded(self, value: Any, carried: float) -> Bounded:
        """A result: the error that its arguments carried in, and that of the operation."""
        return Bounded(value, carried + ULPS * self.floats.unit_roundoff * abs(float(value)))

    def applied(
        self, name: str, apply: Callable[..., Any], arguments: tuple[Bounded, ...]
    ) -> Bounded:
        values = [a.value for a in arguments]
        out = apply(*values)
        errors = [a.error for a in arguments]
        if self.leaves_range(name, values, out):
            raise OutOfRange
        certain = TABLE[name].ring and not any(errors)
        if certain and (out == 0 or all(map(_whole, (out, *values)))):
            return Bounded(out)
        rule = "pow" if name == "power" else name  # the exponent is constant, but may be rounded
        carried = 0.0
        for position, error in enumerate(errors):
            if error:
                slope = abs(float(self.partial(self.floats, rule, position, values, out)))
                carried += slope * error if math.isfinite(slope) else math.inf
        if name == "mul":
            carried += errors[0] * errors[1]
        return self.rounded(out, carried)

    def leaves_range(self, name: str, values: list[Any], out: Any) -> bool:
        """Whether a result is infinite, or has lost digits to underflow."""
        if not all(math.isfinite(v) for v in values):
            return False
        if math.isinf(out):
            return True
        if not TABLE[name].underflows or 0 in values:
            return False
        return bool(abs(out) < self.smallest)


def _whole(x: Any) -> bool:
    return bool(abs(x) < SAFE and x == math.floor(x))
