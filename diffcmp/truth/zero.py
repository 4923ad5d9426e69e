"""Is this coefficient exactly zero? The field of coefficients for the truth's series, and what it
can say about zero.

`BallField` works with exact rationals and balls: a rational is zero or not, a ball that excludes 0
is not zero, and a tiny ball around 0 is *suspected*: taken as zero for now, and remembered. A
`sharp` field looks harder: its balls keep what is far smaller than their precision beside a
rational (`arithmetic.offsets`), and every coefficient is a `Witness`, which knows how it was
computed, so that a suspicion can be proven, or refuted, by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic import offsets
from diffcmp.arithmetic.balls import Ball, Balls, to_arb, to_fraction
from diffcmp.arithmetic.evaluate import operation
from diffcmp.arithmetic.offsets import Offset, OffsetBalls
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.arithmetic.tracing import Tracer, Tracing
from diffcmp.engines.series.coefficients import BallCoefficients
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Builder, Program

ASSUMED_BITS = 1330  # 2**-1330 is about 1e-400: below that an unproven zero is taken as one


class Imprecise(Exception):
    """A ball is too wide to say anything about it: try again with more bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """A number, and how it was computed."""

    number: offsets.Value
    tracer: Tracer


class Witnesses(NumberSystem[Any]):
    """Numbers that know how they were computed, as the slots of one Program without inputs."""

    exact = True

    def __init__(self, base: OffsetBalls) -> None:
        super().__init__()
        self.base = base
        self.tracing = Tracing(Builder())

    def __repr__(self) -> str:
        return f"Witnesses({self.base!r})"

    def working(self) -> Any:
        """As of the balls below."""
        return self.base.working()

    def literal(self, value: Fraction) -> Witness:
        return Witness(self.base.literal(value), self.tracing.literal(value))

    def function(self, name: str) -> Callable[..., Any] | None:
        of_numbers, entry = self.base.function(name), TABLE[name]
        if of_numbers is None or entry.connects:
            return of_numbers
        if entry.selects:
            return lambda p, x, y: x if p else y
        if entry.compares:
            return lambda *arguments: of_numbers(*(a.number for a in arguments))
        traced = operation(self.tracing, name)

        def witnessed(*arguments: Witness) -> Witness:
            same = self.unchanged(name, arguments)
            if same is not None:
                return same
            number = of_numbers(*(a.number for a in arguments))
            if isinstance(number, fmpq):
                return Witness(number, self.tracing.literal(to_fraction(number)))
            return Witness(number, traced(*(a.tracer for a in arguments)))

        return witnessed

    def unchanged(self, name: str, arguments: Sequence[Witness]) -> Witness | None:
        """What needs no computing: a sum or difference with 0, x - x, and x/x where x is not 0."""
        if name not in ("add", "sub", "div"):
            return None
        x, y = arguments
        if name != "div" and _is_rational_zero(y):
            return x
        if name == "add":
            return y if _is_rational_zero(x) else None
        if x.tracer is not y.tracer or not to_arb(enclosure(x)).is_finite():
            return None
        if name == "sub":
            return self.literal(Fraction(0))
        return None if to_arb(enclosure(x)).contains(0) else self.literal(Fraction(1))

    def constant(self, x: Witness) -> Program:
        """The Program without inputs that computes a number."""
        return self.tracing.program(x.tracer)


def _is_rational_zero(x: Witness) -> bool:
    return isinstance(x.number, fmpq) and x.number == 0


def number_of(c: Any) -> offsets.Value:
    """The number of a coefficient."""
    return c.number if isinstance(c, Witness) else c


def enclosure(c: Any) -> Ball:
    """A coefficient as a rational or a ball."""
    return offsets.enclosure(number_of(c))


class BallField(BallCoefficients):
    """Exact rationals and balls at a working precision. `suspects` holds the coefficients that were
    taken as zero because they are below `tolerance`."""

    unclear = Imprecise

    def __init__(self, precision: int, sharp: bool = False) -> None:
        balls = OffsetBalls(precision) if sharp else Balls(precision)
        super().__init__(balls)
        if isinstance(balls, OffsetBalls):
            self.system: Any = Witnesses(balls)
        self.precision = precision
        self.suspects: list[Any] = []
        self.tolerance = arb(2) ** -(min(precision // 2, ASSUMED_BITS))

    def __repr__(self) -> str:
        return f"<BallField of {self.precision} bits: {len(self.suspects)} zeros suspected>"

    def is_zero(self, c: Any) -> bool:
        x = number_of(c)
        if isinstance(x, Offset):
            return False
        if isinstance(x, fmpq):
            return bool(x == 0)
        if not x.is_finite():
            raise Imprecise
        if not x.contains(0):
            return False
        if x.is_zero():
            return True
        if not abs(x) < self.tolerance:
            raise Imprecise
        self.suspects.append(c)
        return True

    def sign(self, c: Any) -> int:
        if self.is_zero(c):
            return 0
        x = number_of(c)
        return 1 if (x.base if isinstance(x, Offset) else x) > 0 else -1

    def rational(self, c: Any) -> Fraction | None:
        x = number_of(c)
        return to_fraction(x) if isinstance(x, fmpq) else None

    def whole(self, c: Any) -> int | None:
        x = enclosure(c)
        if isinstance(x, fmpq):
            return int(x.p) if x.q == 1 else None
        if not x.is_finite():
            raise Imprecise
        nearest = (x.mid() + fmpq(1, 2)).floor().unique_fmpz()
        if nearest is None or not x.contains(nearest):
            return None
        less = operation(self.system, "sub")(c, self.system.literal(Fraction(int(nearest))))
        return int(nearest) if self.is_zero(less) else None

    def floor(self, c: Any) -> int | None:
        below = number_of(c)
        if isinstance(below, Offset):
            below = operation(self.system, "floor")(c).number
        return super().floor(below)
