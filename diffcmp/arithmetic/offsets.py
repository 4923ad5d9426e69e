"""Balls that also hold what is far smaller than their precision beside a rational number.

1 - tanh(1e5) is 2e-86859: no ball of a reasonable precision tells tanh(1e5) from 1. A value of
`OffsetBalls` is a rational, a ball, or an `Offset`: a rational and a ball beside it that is far
smaller, so that the difference from the rational keeps all of its digits. Functions that are
rational at the rational part follow by the mean value theorem from the partial derivatives of
the table; where these are singular or vanish, and at infinity, from the forms that the entry states
(`near`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp.arithmetic.balls import METHODS, Ball, Balls, exact_power, exact_value, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Offset:
    """`base` + `rest`: a rational that is not 0, and a ball that excludes 0 and is far smaller."""

    base: fmpq
    rest: arb

    @property
    def ball(self) -> arb:
        """The ball around the sum."""
        return arb(self.base) + self.rest


Value: TypeAlias = Ball | Offset
Parts: TypeAlias = tuple[fmpq, arb | None]
ZERO = fmpq(0)


def enclosure(x: Value) -> Ball:
    """The value as a rational or a ball."""
    return x.ball if isinstance(x, Offset) else x


class OffsetBalls(Balls):
    """Balls at a working precision, and offsets from rationals."""

    def function(self, name: str) -> Callable[..., Any] | None:
        if name in ("add", "sub", "mul", "div", "neg", "sqrt", "power", "floor", "where"):
            return getattr(self, f"_{name}", None)
        if name == "pow":
            return self._power
        base = super().function(name)
        if base is None or TABLE[name].connects:
            return base
        if TABLE[name].compares:
            return lambda x, y: base(enclosure(self._sub(x, y)), ZERO)
        if TABLE[name].recurrence:
            return lambda *arguments: self._beside_pole(name, base, arguments)
        if name in METHODS:
            return lambda x: self._regular(name, base, x)
        return lambda *arguments: base(*map(enclosure, arguments))

    def sum_of(self, base: fmpq, rest: arb | None) -> Value:
        """base + rest, as an offset where a ball would lose the digits of the rest."""
        if rest is None:
            return self.short(base)
        if base == 0:
            return rest
        small = abs(rest) < abs(base) * arb(2) ** -(self.precision // 2)
        if small and not rest.contains(0) and base.height_bits() <= self.height:
            return Offset(base, rest)
        return arb(base) + rest

    def _neg(self, x: Value) -> Value:
        return Offset(-x.base, -x.rest) if isinstance(x, Offset) else -x

    def _add(self, x: Value, y: Value) -> Any:
        (p, r), (q, s) = _parts(x), _parts(y)
        rest = r if s is None else s if r is None else r + s
        return self.sum_of(p + q, rest)

    def _sub(self, x: Value, y: Value) -> Any:
        return self._add(x, self._neg(y))

    def _mul(self, x: Value, y: Value) -> Any:
        if not isinstance(x, Offset) and not isinstance(y, Offset):
            return super()._mul(x, y)
        (p, r), (q, s) = _parts(x), _parts(y)
        if 0 in (p, q):  # a ball, or 0, by an offset
            return super()._mul(enclosure(x), enclosure(y))
        rest = arb(0)
        if s is not None:
            rest += p * s
        if r is not None:
            rest += q * r if s is None else (q + s) * r
        return self.sum_of(p * q, rest)

    def _div(self, x: Value, y: Value) -> Any:
        p, r = _parts(x)
        if p == 0 or isinstance(y, arb):
            return super()._div(enclosure(x), enclosure(y))
        if not isinstance(x, Offset) and not isinstance(y, Offset):
            return super()._div(x, y)
        q, s = _parts(y)
        if q == 0:
            return arb.nan()
        ratio = p / q
        rest = -ratio * s if s is not None else arb(0)
        if r is not None:
            rest += r
        return self.sum_of(ratio, rest / (q + s if s is not None else q))

    def _power(self, x: Value, y: Value) -> Any:
        if not isinstance(x, Offset) or not isinstance(y, fmpq):
            return super()._power(enclosure(x), enclosure(y))
        start = exact_power(x.base, y, self.height)
        if start is None:
            return super()._power(x.ball, y)
        slope = to_arb(super()._mul(y, super()._power(_hull(x), y - 1)))
        return self.beside(start, x.rest, slope, super()._power(x.ball, y))

    def _floor(self, x: Value) -> Any:
        if isinstance(x, Offset) and x.base.q == 1:
            return x.base if x.rest > 0 else x.base - 1
        return super()._floor(enclosure(x))

    def _where(self, p: bool | None, x: Value, y: Value) -> Value:
        if p is None:
            return to_arb(enclosure(x)).union(to_arb(enclosure(y)))
        return x if p else y

    def _regular(self, name: str, function: Callable[[Ball], Ball], x: Value) -> Value:
        """A function of one argument."""
        base, rest = _parts(x)
        form = self.near(name, base, rest)
        if form is not None:
            value: Value = evaluate(form, self, [x])[0]
            return value
        if rest is None or isinstance(x, fmpq):
            return function(base)
        start, partial = exact_value(name, base), rules.partial(name, 0)
        kept = base == 0 and (start == 0 or not self.is_tiny(rest))  # by a ball
        if start is None or partial is None or kept:
            return function(enclosure(x))
        hull = _hull(x)
        slope = to_arb(evaluate(partial, Balls(self.precision), [hull, function(hull)])[0])
        return self.beside(start, rest, slope, function(enclosure(x)))

    def _beside_pole(self, name: str, function: Callable[..., Any], arguments: Any) -> Any:
        """The gamma function and its kin: where a ball would hold a pole, from its other side."""
        x, form = arguments[-1], rules.recurrence(name)
        if form is not None and isinstance(x, Offset) and x.base.q == 1 and x.base < 0:
            return evaluate(form, self, arguments)[0]
        return function(*map(enclosure, arguments))

    def is_tiny(self, x: arb) -> bool:
        """Whether a ball of this precision around 1 + x has lost most digits of x."""
        return bool(abs(x) < arb(2) ** -(self.precision // 2))

    def near(self, name: str, base: fmpq, rest: arb | None) -> Program | None:
        """The form that the entry states near this argument, where it states one."""
        far = rest if base == 0 and rest is not None else base
        if far > 1:
            return rules.near(name, "inf")
        if far < -1:
            return rules.near(name, "-inf")
        if rest is None or (base == 0 and not self.is_tiny(rest)):
            return None
        return rules.near(name, str(base))

    def beside(self, start: fmpq, step: arb, slope: arb, otherwise: Ball) -> Value:
        """start + step·slope, by the mean value theorem; `otherwise` without a finite slope."""
        return self.sum_of(start, step * slope) if slope.is_finite() else otherwise


def _parts(x: Value) -> Parts:
    if isinstance(x, Offset):
        return x.base, x.rest
    return (x, None) if isinstance(x, fmpq) else (ZERO, x)


def _hull(x: Offset | arb) -> arb:
    """What lies between the rational part and the value."""
    if isinstance(x, arb):
        return arb(0).union(x)
    return arb(x.base).union(x.ball)
