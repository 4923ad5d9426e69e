"""L'Hôpital's rule at a point: series with float coefficients that carry an error bound.

Where the plain engines meet 0/0, 0·∞, ∞-∞, ∞/∞, 0⁰, 1^∞ or the root of an even-order zero, the
function along one coordinate is run again on series beside the point: there the quotient of two
series with a common zero is the quotient of their leading terms, which is what the rule says,
however often it has to be applied. A branch that is not taken beside the point contributes nothing,
and a guard counts as the function beside it. Where a value on the way overflows or underflows, such
as exp(x) in log(1 + exp(x)) at 800, the series is run on numbers of the same precision whose
exponents have no bound. Next to such a point, where the running error bound says that cancellation
has eaten the digits, it is run with more bits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from diffcmp.arithmetic.bounded import OutOfRange
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.engines.series.coefficients import SLACK, BoundedField, WideField
from diffcmp.engines.series.expansion import one_side
from diffcmp.engines.series.laurent import Exhausted
from diffcmp.engines.series.logarithms import Extended
from diffcmp.passes.expand import core, line
from diffcmp.program.ir import Program, constant

TERMS = 24
KEPT = 0.75  # of the digits must be certain by the running error bound; else more bits are used
WIDENED = (2, 4, 8, 32, 128)  # times the precision of the format
SHARPER = 4  # times that precision, to see whether a zero is one

Pair: TypeAlias = tuple[Any | None, Any | None]  # left and right
Coefficients: TypeAlias = BoundedField | WideField
Along: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Value and derivatives beside the point on both sides, a pair for each order from 0 up to the
    one asked for; None where a side has none.

    zeros: how many values other than 0 were taken as zero because they lie within their error
        bound.
    wide: exponents beyond the format's were needed.
    precision: how many times that of the format was needed, where the running error bound had grown
        beyond the result.
    beyond: the derivative is finite, but larger than every number of the format.
    """

    pairs: tuple[Pair, ...]
    bound: float
    zeros: int
    wide: bool = False
    precision: int = 1
    beyond: bool = False

    @property
    def slopes(self) -> Pair:
        """The derivative of the order asked for on either side."""
        return self.pairs[-1]

    @property
    def value(self) -> Any | None:
        """The common limit of both sides."""
        return self.common(self.pairs[0])

    @property
    def slope(self) -> Any | None:
        """The common derivative of both sides, where they have all lower ones in common too."""
        lower = all(self.common(pair) is not None for pair in self.pairs[:-1])
        return self.common(self.slopes) if lower else None

    @property
    def broken(self) -> int | None:
        """The first lower order at which the sides are known to differ: 0 a jump, 1 a kink."""
        for order, pair in enumerate(self.pairs[:-1]):
            if None not in pair and self.common(pair) is None:
                return order
        return None

    def certain(self, floats: Floats) -> bool:
        """Whether enough digits are certain by the bound: all, once more bits had to be used."""
        if self.slope is None:
            return False
        kept = KEPT if self.precision == 1 else 1.0
        return bool(self.bound <= abs(float(self.slope)) * floats.unit_roundoff**kept)

    def common(self, pair: Pair) -> Any | None:
        """What both sides agree on, within their error."""
        left, right = pair
        if left is None or right is None:
            return None
        if math.isinf(left) or math.isinf(right):
            return left if left == right else None
        near = abs(float(left) - float(right)) <= SLACK * self.bound + 1e-9 * abs(float(left))
        return right if near else None


def resolved(
    program: Program, inputs: Sequence[Any], direction: Along, floats: Floats, order: int = 1
) -> Resolved:
    """The function on both sides of the rounded point, by series with float coefficients, along a
    direction of whole numbers by variable, up to the derivative of that order, 1 or 2."""
    point = {name: constant(exact(x)) for name, x in zip(program.inputs, inputs, strict=True)}
    form = core(line(program, point, direction))
    measured = frozenset(exact(x) for x in inputs if x != math.floor(x))
    field: Coefficients = BoundedField(floats.dtype, measured)
    try:
        result = _both_sides(form, field, order)
    except OutOfRange:
        field = WideField(floats, measured)
        result = replace(_on_balls(form, field, order), wide=True)
    if field.doubtful:
        # is a value 0 but for the roundoff of the input, or was it the roundoff on the way?
        again = _on_balls(form, WideField(floats, measured, SHARPER), order)
        if not again.zeros:
            result = replace(again, wide=result.wide, precision=SHARPER)
    for widened in WIDENED:
        if result.zeros or result.slope is None or result.certain(floats):
            break
        field = WideField(floats, widened=widened)
        result = replace(_on_balls(form, field, order), precision=widened)
    return result


def _on_balls(form: Program, field: WideField, order: int) -> Resolved:
    with field.system.working():
        return _both_sides(form, field, order)


def _both_sides(form: Program, field: Coefficients, order: int) -> Resolved:
    """Limits and derivatives of a core program of one variable beside 0. Raises OutOfRange where a
    number leaves the range of the field."""
    left = _side(form, -1, field, order)
    right = _side(form, 1, field, order)
    slopes = [s for s in (left[-1], right[-1]) if s is not None and not s.infinite]
    errors = [field.error(s.value) for s in slopes]
    pairs = tuple(zip(_numbers(left, field), _numbers(right, field), strict=True))
    result = Resolved(pairs, max(errors, default=0.0), field.assumed)
    overflown = result.slope is not None and math.isinf(result.slope)
    return replace(result, beyond=len(slopes) == 2 and overflown)


def _side(form: Program, direction: int, field: Coefficients, order: int) -> list[Extended | None]:
    """The limit and the derivatives up to `order` on one side."""
    origin = field.system.literal(Fraction(0))
    try:
        side = one_side(form, origin, direction, field, TERMS, order)
    except Exhausted:
        return [None] * (order + 1)
    return [side.limit, side.slope, side.curvature][: order + 1]


def _numbers(side: list[Extended | None], field: Coefficients) -> list[Any | None]:
    numbers: list[Any | None] = [None] * len(side)
    for order, x in enumerate(side):
        if x is not None:
            numbers[order] = x.infinite * math.inf if x.infinite else field.number(x.value)
    return numbers
