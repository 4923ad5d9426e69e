"""L'Hôpital's rule at a point: series whose coefficients are rationals and balls.

Where f is not certainly analytic, the function along one coordinate is run on series beside the
point: there the quotient of two series with a common zero is the quotient of their leading terms,
which is what the rule says for 0/0, 0·∞, ∞-∞, ∞/∞, 0⁰, 1^∞ or the root of an even-order zero,
however often it has to be applied. A branch that is not taken beside the point contributes nothing.
A guard counts as the function beside it, where f is continuous: where its value is another one, f
jumps. The point is the rounded one and exact, so that no condition is decided by roundoff; what
is irrational is a ball, and counts as zero where that contains 0. This is tried with more bits, and
said where it lasts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.lhopital.enclosed import is_certain
from diffcmp.engines.series.coefficients import BallCoefficients
from diffcmp.engines.series.expansion import expansion, one_side
from diffcmp.engines.series.laurent import Exhausted, Series
from diffcmp.engines.series.logarithms import Extended, limit_of
from diffcmp.passes.expand import core, line
from diffcmp.primitives import TABLE
from diffcmp.program.ir import Program, constant

TERMS = 24
WIDENED = (2, 4, 8, 32)  # times the precision of the format
EXACT = Balls(4096)  # at which two balls are joined

Sides: TypeAlias = tuple[Extended | None, Extended | None]  # left and right
Along: TypeAlias = Mapping[str, int]


class Identified(Balls):
    """Balls of which equal operations on equal numbers are one number, so that sin(x) - sin(y) is
    seen to vanish at x = y, and of which multiples of π are known, so that sin(π·x) is at x = 1."""

    def __init__(self, precision: int) -> None:
        super().__init__(precision)
        self.made: dict[tuple[object, ...], tuple[Any, Sequence[Any]]] = {}
        self.multiples: dict[int, fmpq] = {}  # of π, by the identity of a ball in `made`

    def function(self, name: str) -> Callable[..., Any] | None:
        apply = super().function(name)
        if apply is None or TABLE[name].condition:
            return apply

        is_difference, stays_rational = name == "sub", TABLE[name].rational

        def once(*arguments: Any) -> Any:
            balls = [x for x in arguments if type(x) is arb]
            if stays_rational and not balls:  # these are known to be equal
                return apply(*arguments)
            if is_difference and arguments[0] is arguments[1] and is_finite(arguments[0]):
                return fmpq(0)
            key = (name, *[id(x) if type(x) is arb else (x,) for x in arguments])
            made = self.made.get(key)
            if made is None:
                multiple = self.multiple(name, arguments)
                out = fmpq(0) if multiple == 0 else self.by_multiple(name, arguments)
                if out is None:
                    out = apply(*arguments)
                if multiple is not None and type(out) is arb:
                    self.multiples[id(out)] = multiple
                made = self.made[key] = out, balls  # so that their ids stay theirs
            return made[0]

        return once

    def multiple(self, name: str, arguments: Sequence[Any]) -> fmpq | None:
        """Which multiple of π a result is, where its arguments are known to be some."""
        if name in TURNS:
            return TURNS[name]
        known = [self.multiples.get(id(x)) if type(x) is arb else None for x in arguments]
        if name in ("add", "sub"):
            sides = [fmpq(0) if x == 0 else k for x, k in zip(arguments, known, strict=True)]
            x, y = sides
            return None if x is None or y is None else x + y if name == "add" else x - y
        if name == "neg" and known[0] is not None:
            return -known[0]
        if name in ("mul", "div") and known[0] is not None and type(arguments[1]) is fmpq:
            factor = arguments[1]
            return known[0] * factor if name == "mul" else known[0] / factor if factor else None
        if name == "mul" and known[1] is not None and type(arguments[0]) is fmpq:
            return arguments[0] * known[1]
        return None

    def by_multiple(self, name: str, arguments: Sequence[Any]) -> fmpq | None:
        """The sine or cosine of a multiple of π, where that is rational."""
        known = self.multiples.get(id(arguments[0])) if name in ("sin", "cos") else None
        if known is None:
            return None
        turned = known if name == "sin" else known + fmpq(1, 2)
        return RATIONAL_SINES.get(turned - 2 * (turned / 2).floor())


TURNS = {"pi": fmpq(1), "tau": fmpq(2)}
RATIONAL_SINES = {
    **{fmpq(n): fmpq(0) for n in (0, 1)},
    **{fmpq(n, 6): fmpq(1, 2) for n in (1, 5)},
    **{fmpq(n, 6): fmpq(-1, 2) for n in (7, 11)},
    fmpq(1, 2): fmpq(1),
    fmpq(3, 2): fmpq(-1),
}
"""sin(π·q) by q from 0 to 2, where both are rational (Niven 1956)."""


def is_finite(ball: Ball) -> bool:
    """Whether something is known of a number."""
    return isinstance(ball, fmpq) or bool(ball.is_finite())


class Enclosures(BallCoefficients):
    """Rationals and balls, of which one around 0 is zero; `assumed` counts these."""

    def __init__(self, system: Balls) -> None:
        super().__init__(system)
        self.assumed = 0

    def is_zero(self, c: Ball) -> bool:
        if isinstance(c, fmpq):
            return bool(c == 0)
        if not c.is_finite():
            raise Exhausted
        zero = bool(c.contains(0))
        self.assumed += zero and not c.is_zero()
        return zero


@dataclass(frozen=True, slots=True)
class Resolved:
    """Value and derivatives beside the point on both sides, a pair for each order from 0 up to the
    one asked for; None where a side has none.

    at: f at the point; None where it is undefined, or not known. zeros: how many balls around 0
    were taken as zero. times: the precision, in that of the format. known: where a side has no
    derivative, it is known that f is undefined there, or has none.
    """

    pairs: tuple[Sides, ...]
    at: Ball | None = None
    zeros: int = 0
    times: int = 1
    known: bool = False

    @property
    def slopes(self) -> Sides:
        """The derivative of the order asked for on either side."""
        return self.pairs[-1]

    @property
    def value(self) -> Extended | None:
        """The common limit of both sides."""
        return common(self.pairs[0])

    @property
    def slope(self) -> Extended | None:
        """The common derivative of both sides, where they have all lower ones in common too, and f
        at the point is their limit."""
        lower = all(common(pair) is not None for pair in self.pairs[:-1])
        return common(self.slopes) if lower and not self.jumps else None

    @property
    def jumps(self) -> bool:
        """Whether f at the point is known to be another number than beside it."""
        value = self.value
        if self.at is None or value is None or value.infinite:
            return False
        return not to_arb(self.at).overlaps(to_arb(value.value))

    @property
    def broken(self) -> int | None:
        """The first lower order at which the sides are known to differ: 0 a jump, 1 a kink."""
        if self.jumps:
            return 0
        for order, pair in enumerate(self.pairs[:-1]):
            if None not in pair and common(pair) is None:
                return order
        return None

    def certain(self, floats: Floats) -> bool:
        """Whether nothing was taken as zero, and the derivative is known to all digits of the
        format."""
        slope = self.slope
        if self.zeros or slope is None:
            return not self.zeros and self.known
        return bool(slope.infinite) or is_certain(slope.value, floats)


def common(pair: Sides) -> Extended | None:
    """What both sides agree on: balls that overlap, together."""
    left, right = pair
    if left is None or right is None:
        return None
    if left.infinite or right.infinite:
        return left if left.infinite == right.infinite else None
    if isinstance(left.value, fmpq) and isinstance(right.value, fmpq):
        return left if left.value == right.value else None
    with EXACT.working():
        one, other = to_arb(left.value), to_arb(right.value)
        return Extended(one.union(other)) if one.overlaps(other) else None


def number(x: Extended | None, floats: Floats) -> Any | None:
    """The nearest number of the format; ±∞ for what is beyond."""
    if x is None:
        return None
    return x.infinite * math.inf if x.infinite else rounded(x.value, floats)


def rounded(ball: Ball, floats: Floats) -> Any:
    """The number of the format that is nearest to the middle of a ball."""
    return floats.literal(Balls().fraction(to_arb(ball)))


def resolved(
    program: Program, inputs: Sequence[Any], direction: Along, floats: Floats, order: int = 1
) -> Resolved:
    """The function on both sides of the rounded point, along a direction of whole numbers by
    variable, up to the derivative of that order, 1 or 2."""
    form = on_line(program, inputs, direction)
    result = Resolved(((None, None),) * (order + 1))
    for times in WIDENED:
        balls = Identified(times * floats.precision)
        with balls.working():
            result = beside(form, Enclosures(balls), order, times)
            if result.certain(floats):
                break
    return result


def on_line(program: Program, inputs: Sequence[Any], direction: Along) -> Program:
    """The core Program of t -> f(x + t·direction) at the rounded point."""
    point = {name: constant(exact(x)) for name, x in zip(program.inputs, inputs, strict=True)}
    return core(line(program, point, direction))


def beside(form: Program, field: Enclosures, order: int, times: int) -> Resolved:
    """Limits and derivatives of a core Program of one variable beside 0."""
    left, left_known = _side(form, -1, field, order)
    right, right_known = _side(form, 1, field, order)
    return Resolved(
        pairs=tuple(zip(left, right, strict=True)),
        at=_at(form, field),
        zeros=field.assumed,
        times=times,
        known=left_known and right_known,
    )


def _side(
    form: Program, direction: int, field: Enclosures, order: int
) -> tuple[list[Extended | None], bool]:
    """The limit and the derivatives up to `order` on one side, and whether it is known that what is
    missing does not exist."""
    nothing: list[Extended | None] = [None] * (order + 1)
    origin = field.system.literal(exact(0))
    try:
        side = one_side(form, origin, direction, field, TERMS, order)
    except Exhausted:
        return nothing, False
    found = [side.limit, side.slope, side.curvature][: order + 1]
    return found, not side.defined or side.limit is not None


def _at(form: Program, field: Enclosures) -> Ball | None:
    """f at the point itself."""
    try:
        there = expansion(form, field.system.literal(exact(0)), 0, field, TERMS)
    except Exhausted:
        return None
    if not isinstance(there.out, Series) or there.out.start < 0:
        return None
    at = limit_of(there.field, there.out[0])
    return None if at.infinite or not is_finite(at.value) else at.value
