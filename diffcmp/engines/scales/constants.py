"""The numbers at the bottom of a scale, and what oscillates: a bounded quantity that keeps moving
between two ends is a coefficient too, an enclosure of all that it can be.

With sin(1/x) = [-1, 1] the limits of x·sin(1/x) and of log(10 + sin(1/x))·x follow, since every
rule of a series holds for each value in the enclosure. Two enclosures know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.evaluate import evaluate, operation
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.scales.series import Exponent, Failed
from diffcmp.engines.series.laurent import Exhausted, Field
from diffcmp.language import rules
from diffcmp.primitives import TABLE
from diffcmp.primitives.asymptotics import GROWTH

COMMUTES = ("add", "mul")
MOST_STEPS = 5_000  # operations on different numbers in one expansion, which rarely needs 100


class Unclear(Exception):
    """What oscillates may vanish, or may not. wave: of a condition that certainly holds again and
    again, and fails again and again, what it is about."""

    def __init__(self, wave: Wave | None = None) -> None:
        super().__init__()
        self.wave = wave


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """A bounded quantity between two ends. attained: it comes back to every value between the ends,
    as near as one likes. reached: whether it comes to the very ends."""

    low: Ball
    high: Ball
    attained: bool = False
    reached: tuple[bool, bool] = (False, False)

    @property
    def hull(self) -> arb:
        """All values."""
        return to_arb(self.low).union(to_arb(self.high))


@dataclass(frozen=True, slots=True)
class Tends:
    """What a quantity does at the end: it tends to `value`, a number, or to ±∞ (`infinite`), or
    oscillates (`wave`), or keeps exceeding every bound in both directions (`swings`)."""

    value: Any = None
    infinite: int = 0
    wave: Wave | None = None
    swings: bool = False


@dataclass(frozen=True, slots=True)
class Tail:
    """The formal power series in the asymptotic form of a primitive, or its derivative of an order
    divided by the factorial of that. parameters: of the primitive, before its last one."""

    primitive: str
    parameters: tuple[Fraction, ...]
    order: int = 0

    def coefficient(self, k: int) -> Fraction:
        """That of y**k."""
        n = k + self.order
        return comb(n, k) * GROWTH[self.primitive].coefficient(n, *self.parameters)


class Constants(NumberSystem[Any]):
    """Numbers of a field and waves."""

    exact = True

    def __init__(self, field: Field, enclosing: Callable[[Any], Ball], precision: int) -> None:
        self.field = field
        self.enclosing = enclosing
        self.balls = Balls(precision)
        self.shared: dict[tuple[object, ...], tuple[Any, tuple[Any, ...]]] = {}
        self.literals: dict[Fraction, Any] = {}
        self.zero, self.one = self.literal(Fraction(0)), self.literal(Fraction(1))
        self.minus_one = self.literal(Fraction(-1))
        self.domains: dict[int, Wave] = {}  # what goes in and out of the domain of something
        self.waving = False  # whether some quantity oscillates
        self.stepped = False  # whether some quantity jumps again and again
        self.steps = 0

    def __repr__(self) -> str:
        return f"Constants({self.field!r})"

    @property
    def base(self) -> Constants:
        """Itself."""
        return self

    def literal(self, value: Fraction) -> Any:
        if value not in self.literals:
            self.literals[value] = self.field.system.literal(value)
        return self.literals[value]

    def embed(self, c: Any) -> Any:
        """A number or wave as a coefficient: itself."""
        return c

    def function(self, name: str) -> Callable[..., Any] | None:
        of_numbers = operation(self.field.system, name) if not TABLE[name].definition else None
        if of_numbers is None:
            return None

        def applied(*arguments: Any) -> Any:
            if name == "mul" and any(a is self.one for a in arguments):
                return arguments[arguments[0] is self.one]
            ids = map(id, arguments)
            key = (name, *(sorted(ids) if name in COMMUTES else ids))
            if key not in self.shared:
                self.steps += 1
                if self.steps > MOST_STEPS:
                    raise Exhausted
                waves = any(isinstance(a, Wave) for a in arguments)
                if not waves and not self.exists(name, arguments):
                    raise Failed("undefined")
                out = self.enclosed(name, arguments) if waves else of_numbers(*arguments)
                self.shared[key] = self.canonical(out), arguments
            return self.shared[key][0]

        return applied

    def exists(self, name: str, arguments: Sequence[Any]) -> bool:
        """Whether a quotient, a logarithm or a power of numbers does."""
        if name == "div":
            return not self.field.is_zero(arguments[1])
        if name == "log":
            return self.field.sign(arguments[0]) > 0
        if name != "power":
            return True
        x, y = arguments
        whole = self.whole(y)
        if whole is not None:
            return whole >= 0 or not self.field.is_zero(x)
        sign = self.field.sign(x)
        return sign > 0 or (sign == 0 and self.field.sign(y) > 0)

    def bottom(self, c: Any) -> Any:
        """Itself."""
        return c

    def only(self, c: Any) -> Any:
        """Itself."""
        return c

    def narrowed(self, wave: Wave) -> None:
        """Only where this wave allows it are some values defined. Raises Unclear where another one
        has to allow it too: nobody knows that both ever do."""
        self.domains[id(wave)] = wave
        if len(self.domains) > 1:
            raise Unclear

    @staticmethod
    def signs(wave: Wave) -> set[int]:
        """The signs that an attained wave has, again and again."""
        low, high = to_arb(wave.low), to_arb(wave.high)
        zero = any(
            reached and isinstance(end, fmpq) and end == 0
            for end, reached in zip((wave.low, wave.high), wave.reached, strict=True)
        )
        crosses = bool(low < 0 < high)
        found = {0} if zero or crosses else set()
        return found | ({-1} if low < 0 else set()) | ({1} if high > 0 else set())

    def either(self, c: Any, d: Any) -> Wave:
        """An enclosure of one or the other, between which it jumps."""
        self.stepped = True
        hulls = [
            one.hull if isinstance(one, Wave) else to_arb(self.enclosing(one)) for one in (c, d)
        ]
        hull = hulls[0].union(hulls[1])
        return Wave(hull.lower(), hull.upper())

    def wave(self, low: int, high: int, reached: tuple[bool, bool] = (True, True)) -> Wave:
        """What oscillates between two ends, and attains all between unless something jumps."""
        self.waving = True
        return Wave(fmpq(low), fmpq(high), not self.stepped, reached)

    def canonical(self, out: Any) -> Any:
        """One and the same for one rational number."""
        if isinstance(out, Wave) and isinstance(out.low, fmpq) and out.low == out.high:
            return self.literal(to_fraction(out.low))
        known = None if isinstance(out, Wave | bool) or out is None else self.field.rational(out)
        return out if known is None else self.literal(known)

    # what is known of a number

    def is_zero(self, c: Any) -> bool:
        """Whether it vanishes. Raises Unclear for a wave that may."""
        if not isinstance(c, Wave):
            return self.field.is_zero(c)
        if c.hull.contains(0):
            raise Unclear
        return False

    def is_exact_zero(self, c: Any) -> bool:
        """Whether it is the rational number 0."""
        return not isinstance(c, Wave) and self.field.rational(c) == 0

    def sign(self, c: Any) -> int:
        """-1, 0 or 1. Raises Unclear for a wave that may vanish."""
        if not isinstance(c, Wave):
            return self.field.sign(c)
        self.is_zero(c)
        return 1 if c.hull > 0 else -1

    def limit(self, c: Any) -> Tends:
        """Itself."""
        return Tends(wave=c) if isinstance(c, Wave) else Tends(c)

    def whole(self, c: Any) -> int | None:
        """The integer that a number equals."""
        return None if isinstance(c, Wave) else self.field.whole(c)

    def ratio(self, a: Any, b: Any) -> Tends:
        """a/b for b that does not vanish."""
        if isinstance(a, Wave) or isinstance(b, Wave):
            raise Unclear
        return Tends(operation(self, "div")(a, b))

    def less_leading(self, a: Any, r: Any, b: Any) -> Any:
        """a - r·b, for r = a/b."""
        return self.zero

    def less_limit(self, c: Any) -> Any:
        """What is beside the limit: nothing."""
        return self.zero

    def formal(self, tail: Tail, y: Any) -> Any:
        """The tail at 0."""
        return self.literal(tail.coefficient(0))

    # exponents

    def exponent(self, c: Any) -> Exponent:
        """A number as an exponent."""
        rational = self.field.rational(c)
        return c if rational is None else rational

    def number(self, e: Exponent) -> Any:
        """An exponent as a number."""
        return self.literal(e) if isinstance(e, Fraction) else e

    def plus(self, a: Exponent, b: Exponent) -> Exponent:
        """a + b."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a + b
        return self.exponent(operation(self, "add")(self.number(a), self.number(b)))

    def minus(self, a: Exponent, b: Exponent) -> Exponent:
        """a - b."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return a - b
        return self.exponent(operation(self, "sub")(self.number(a), self.number(b)))

    def compare(self, a: Exponent, b: Exponent) -> int:
        """The sign of a - b."""
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return (a > b) - (a < b)
        return 0 if a is b else self.field.sign(self.number(self.minus(a, b)))

    # waves

    def enclosed(self, name: str, arguments: Sequence[Any]) -> Any:
        """A primitive of waves. Raises Unclear where it is not bounded or cannot be decided."""
        if name in ("sub", "div") and arguments[0] is arguments[1]:
            if name == "sub":
                return self.zero
            if not arguments[0].hull.contains(0):
                return self.one
        if name in ("mul", "add"):
            known = {None if isinstance(a, Wave) else self.field.rational(a): a for a in arguments}
            if name == "mul" and 0 in known:
                return self.zero
            if (1 if name == "mul" else 0) in known:
                return known[None]
        if name == "power":
            return self.power(*arguments)
        self.stepped = self.stepped or name == "floor"
        hulls = [a.hull if isinstance(a, Wave) else self.enclosing(a) for a in arguments]
        out = operation(self.balls, name)(*hulls)
        if out is None or isinstance(out, bool):
            if out is None:
                raise Unclear
            return out
        ball = to_arb(out)
        if not ball.is_finite():
            raise Unclear
        waves = [a for a in arguments if isinstance(a, Wave)]
        if len(waves) > 1 or not waves[0].attained:
            return Wave(ball.lower(), ball.upper())
        slope = self.slope(name, hulls, out, arguments.index(waves[0]))
        if slope is None or slope.contains(0):
            return Wave(ball.lower(), ball.upper())
        ends = []
        for end in (waves[0].low, waves[0].high):
            at = [end if a is waves[0] else h for a, h in zip(arguments, hulls, strict=True)]
            ends.append(operation(self.balls, name)(*at))
        rises = bool(slope > 0)
        low, high = ends if rises else reversed(ends)
        return Wave(low, high, True, waves[0].reached if rises else waves[0].reached[::-1])

    def slope(self, name: str, hulls: Sequence[Ball], out: Ball, place: int) -> arb | None:
        """The partial derivative over all values; None without a rule."""
        rule = rules.partial(name, place)
        if rule is None or name == "floor":
            return None
        return to_arb(evaluate(rule, self.balls, [*hulls, out])[0])

    def power(self, x: Any, y: Any) -> Any:
        """A wave to a constant power, where it is defined."""
        exponent, e = self.field.rational(y), self.enclosing(y)
        if exponent == 0:
            return self.one
        whole = exponent is not None and exponent.denominator == 1
        falls, zero = bool(to_arb(e) < 0), x.hull.contains(0)
        if falls and zero:
            raise Unclear
        if not whole and not to_arb(x.low) >= 0:
            if not (x.attained and to_arb(x.high) > 0):
                raise Unclear
            self.narrowed(x)
            x = replace(x, low=fmpq(0))
        ends = [operation(self.balls, "power")(end, e) for end in (x.low, x.high)]
        if whole and exponent is not None and exponent % 2 == 0:
            if zero:
                first = bool(to_arb(ends[0]) > to_arb(ends[1]))
                reached = (False, x.reached[not first])
                return replace(x, low=fmpq(0), high=ends[not first], reached=reached)
            falls = falls != bool(x.hull < 0)
        low, high = reversed(ends) if falls else ends
        return replace(x, low=low, high=high, reached=x.reached[::-1] if falls else x.reached)
