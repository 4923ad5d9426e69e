"""Local analysis: f along one coordinate as a series on the right and on the left of the point, and
the kind that follows.

Written once for every field of coefficients. It knows no backend and no precision; `coordinatewise`
chooses those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.engines.scales import expansion as scales
from diffcmp.engines.scales.constants import Tends
from diffcmp.engines.series.expansion import MAX_TERMS, Expansion, OneSide, expansion, one_side
from diffcmp.engines.series.laurent import Exhausted, Failure, Field, Series
from diffcmp.engines.series.logarithms import Extended
from diffcmp.program.ir import Program
from diffcmp.truth.record import Kind, Side, Source
from diffcmp.truth.zero import BallField, enclosure


@dataclass(frozen=True, slots=True)
class Local:
    """The kind of the point along one coordinate, f at it (None where undefined there), both sides,
    how f was evaluated at the very point, whether the derivative of the order that was asked for
    exists, and the field of the coefficients."""

    kind: Kind
    at: Any
    left: OneSide
    right: OneSide
    there: Expansion
    exists: bool
    field: Any

    def __repr__(self) -> str:
        return f"<Local {self.kind.value}: limits {self.left.limit} and {self.right.limit}>"

    @property
    def decided(self) -> bool:
        """Whether the kind of the point is known, or that f oscillates there."""
        oscillates = any(side.oscillation is not None for side in (self.left, self.right))
        return self.kind is not Kind.UNDECIDED or oscillates

    @property
    def source(self) -> Source:
        """How it was found: by scales of growth where a side on which f has a limit, or certainly
        oscillates, has no expansion."""
        sides = self.left, self.right
        known = [s for s in sides if s.limit is not None or s.oscillation is not None]
        wide = any(isinstance(s.expansion.out, Failure) for s in known)
        return "scales" if wide else "series"

    @property
    def shown(self) -> list[Any]:
        """Every finite number that the answer is made of."""
        numbers = [self.at] if self.at is not None else []
        for side in (self.left, self.right):
            curvature = side.curvature if self.kind.sided else None
            shown = side.limit, side.slope, curvature
            numbers += [x.value for x in shown if x is not None and not x.infinite]
            numbers += ends_shown(side.oscillation)
        return numbers


def analysis(program: Program, x: Any, field: BallField, order: int = 1) -> Local:
    """The local behaviour of a core program of one variable at `x`, a number of the field, up to
    derivatives of `order`.

    Raises
    ------
    Exhausted: where too many leading terms vanish to tell.
    """
    at = expansion(program, x, 0, field, MAX_TERMS)
    left, right = (beside(program, x, side, field, order) for side in (-1, 1))
    value = at.out[0] if isinstance(at.out, Series) else None  # at x all series are constants
    # both sides certainly expand one analytic function: no numbers need be compared
    one_path = left.expansion.path == right.expansion.path
    one_function = one_path and left.expansion.ramification == 1

    def agree(a: Extended | None, b: Extended | None) -> bool:
        assert a is not None
        assert b is not None
        return one_function or _equal(field, a.value, b.value)

    def continuous() -> bool:
        if not agree(left.limit, right.limit):
            return False
        if value is None or at.path == right.expansion.path:
            return True
        assert right.limit is not None
        return _equal(field, value, right.limit.value)

    kind = kind_of(left, right, value, continuous, lambda: agree(left.slope, right.slope))
    exists = kind.differentiable
    if exists and order > 1:
        ends = left.curvature, right.curvature
        exists = not any(x is None or x.infinite for x in ends) and agree(*ends)
    return Local(kind, value, left, right, at, exists, field)


def beside(program: Program, x: Any, side: int, field: BallField, order: int) -> OneSide:
    """Limit and derivatives of a core program of one variable on one side: by series in the
    distance or, where these cannot express it, over a scale of growth.

    Raises
    ------
    Exhausted: where too many leading terms vanish to tell.
    """
    narrow: OneSide | None = None
    try:
        narrow = one_side(program, x, side, field, MAX_TERMS, order)
    except Exhausted as reason:
        exhausted = reason
    if narrow is not None and is_known(narrow, order):
        return narrow
    try:
        wide = scales.one_side(program, x, side, field, enclosure, field.precision, order)
    except Exhausted as reason:
        exhausted = reason
    else:
        if is_known(wide, order):
            return wide
        if order == 1:
            return wide
        if narrow is None:
            return replace(wide, limit=None, slope=None, oscillation=None)
    if narrow is None:
        raise exhausted
    return narrow


def is_known(side: OneSide, order: int) -> bool:
    """Whether all derivatives up to an order are known, or known to be infinite."""
    if not side.defined:
        return True
    for one in (side.limit, side.slope, side.curvature)[: order + 1]:
        if one is None or one.infinite:
            return one is not None
    return True


def ends_shown(oscillation: Tends | None) -> list[Any]:
    """The numbers between which something keeps oscillating."""
    wave = None if oscillation is None else oscillation.wave
    return [] if wave is None else [wave.low, wave.high]


def _equal(field: Field, a: Any, b: Any) -> bool:
    """Whether two coefficients are equal, as far as the field can tell."""
    return field.is_zero(operation(field.system, "sub")(a, b))


def kind_of(
    left: OneSide | Side,
    right: OneSide | Side,
    value: object | None,
    continuous: Callable[[], bool],
    smooth: Callable[[], bool],
) -> Kind:
    """The first kind that holds, from the behaviour on both sides and f at the point (None where it
    is undefined).

    continuous: whether the limits, and the value, are equal. smooth: whether the slopes are. Both
    are asked only where the numbers that they compare are finite.
    """
    sides = [side for side in (left, right) if side.defined]
    if not sides:
        return Kind.OUTSIDE
    if any(side.unbounded for side in sides):
        return Kind.POLE
    slopes_known = all(side.slope is not None or side.oscillation is not None for side in sides)
    if any(side.limit is None for side in sides) or not slopes_known:
        return Kind.UNDECIDED
    if len(sides) == 1:
        return Kind.EDGE
    if not continuous():
        return Kind.JUMP
    if any(side.slope is None for side in sides):
        return Kind.UNDECIDED
    if any(side.slope is not None and side.slope.infinite for side in sides):
        return Kind.VERTICAL
    if not smooth():
        return Kind.KINK
    return Kind.REMOVABLE if value is None else Kind.SMOOTH
