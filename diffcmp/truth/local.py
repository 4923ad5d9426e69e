"""Local analysis: f along one coordinate as a series on the right and on the left of the point, and
the kind that follows.

Written once for every field of coefficients, so that the very same decisions can be made on balls
and be proven on symbols. It knows no backend and no precision; `certify` chooses those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffcmp.arithmetic.evaluate import operation
from diffcmp.engines.series.beside import MAX_TERMS, Expansion, OneSide, expansion, one_side
from diffcmp.engines.series.laurent import Field, Series
from diffcmp.program.ir import Program
from diffcmp.truth.record import Kind


@dataclass(frozen=True, slots=True)
class Local:
    """The kind of the point along one coordinate, f at it (None where undefined there), both sides,
    how f was evaluated at the very point, and whether the derivative of the order that was asked
    for exists."""

    kind: Kind
    at: Any
    left: OneSide
    right: OneSide
    there: Expansion
    exists: bool

    @property
    def shown(self) -> list[Any]:
        """Every finite number that the answer is made of."""
        found = [self.at] if self.at is not None else []
        if self.kind in (Kind.POLE, Kind.OUTSIDE, Kind.JUMP):
            return found
        for side in (self.left, self.right):
            numbers = (side.limit, side.slope, side.curvature)
            found += [x.value for x in numbers if x is not None and not x.infinite]
        return found


def analysis(
    program: Program, x: Any, field: Field, terms: int = MAX_TERMS, order: int = 1
) -> Local:
    """The local behaviour of a core program of one variable at `x`, a number of the field, up to
    derivatives of `order`.

    Raises
    ------
    Exhausted: where too many leading terms vanish to tell (more than `terms`).
    """
    at = expansion(program, x, 0, field, terms)
    left, right = (one_side(program, x, side, field, terms, order) for side in (-1, 1))
    kind = kind_of(at, left, right, field)
    exists = kind in (Kind.SMOOTH, Kind.REMOVABLE) and (
        order == 1 or curvatures_agree(left, right, field)
    )
    return Local(kind, value_at(at), left, right, at, exists)


def value_at(at: Expansion) -> Any | None:
    """f at the very point, where all series are constants; None where f is undefined there."""
    return at.out[0] if isinstance(at.out, Series) else None


def kind_of(at: Expansion, left: OneSide, right: OneSide, field: Field) -> Kind:
    """The first kind that holds, in the order of `Kind`."""
    sides = [s for s in (left, right) if s.defined]
    if not sides:
        return Kind.OUTSIDE
    if any(s.limit is not None and s.limit.infinite for s in sides):
        return Kind.POLE
    if any(s.limit is None or s.slope is None for s in sides):
        return Kind.UNDECIDED
    if len(sides) == 1:
        return Kind.EDGE
    same = one_function(left, right)
    limits = [s.limit.value for s in sides if s.limit is not None]
    if not same and not equal(field, *limits):
        return Kind.JUMP
    value = value_at(at)
    if value is not None and at.path != right.expansion.path and not equal(field, value, limits[1]):
        return Kind.JUMP
    slopes = [s.slope for s in sides if s.slope is not None]
    if any(s.infinite for s in slopes):
        return Kind.VERTICAL
    if not same and not equal(field, slopes[0].value, slopes[1].value):
        return Kind.KINK
    return Kind.REMOVABLE if value is None else Kind.SMOOTH


def one_function(left: OneSide, right: OneSide) -> bool:
    """Whether both sides certainly expand one analytic function, so that no numbers need be
    compared."""
    return left.expansion.path == right.expansion.path and left.expansion.ramification == 1


def curvatures_agree(left: OneSide, right: OneSide, field: Field) -> bool:
    """Whether both one-sided second derivatives are finite and equal, where f is differentiable."""
    if (
        left.curvature is None
        or right.curvature is None
        or left.curvature.infinite
        or right.curvature.infinite
    ):
        return False
    return one_function(left, right) or equal(field, left.curvature.value, right.curvature.value)


def equal(field: Field, a: Any, b: Any) -> bool:
    """Whether two coefficients are equal, as far as the field can tell."""
    return field.is_zero(operation(field.system, "sub")(a, b))
