"""What the limits on both sides are together: one limit, certainly none, or not known. That two
numbers are equal is proven by the limit of the difference of the two sides, never by decimals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import fmpq

from diffcmp.accuracy.limits.question import Question, beside
from diffcmp.accuracy.limits.record import Way
from diffcmp.arithmetic.balls import to_arb
from diffcmp.notes import Remark
from diffcmp.passes.expand import core, difference
from diffcmp.truth.record import Quantity, SideLimit

ZERO_DIGITS = 15  # of a difference that is not zero


@dataclass(frozen=True, slots=True)
class Together:
    """Whether there is a limit on all sides on which f is defined (None: not known), that limit,
    whether both are proven, and why they are not where that is not said of a side."""

    exists: bool | None
    limit: Quantity | None = None
    certified: bool = False
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Equality:
    """Whether two numbers are equal (None: not known), whether that is proven, and why not."""

    equal: bool | None
    certified: bool = True
    remarks: tuple[Remark, ...] = ()


def together(question: Question, sides: Mapping[Way, SideLimit]) -> Together:
    """The limit from the sides on which f is defined."""
    there = beside(sides).values()
    oscillating = [side for side in there if side.cluster is not None]
    if oscillating:
        return Together(False, certified=any(side.certified for side in oscillating))
    limits = [side.limit for side in there if side.limit is not None]
    if len(limits) < len(there):
        return Together(None)
    certified = all(side.certified for side in sides.values())
    if not limits:
        return Together(False, certified=certified)
    if len(limits) == 1:
        return Together(True, limits[0], certified)
    left, right = limits
    same = equality(question, (1, right), (-1, left))
    if same.equal is None:
        return Together(None, remarks=same.remarks)
    common = right if same.equal else None
    return Together(same.equal, common, certified and same.certified, same.remarks)


def equality(
    question: Question, one: tuple[int, Quantity], other: tuple[int, Quantity]
) -> Equality:
    """Whether f tends to, or has, the same value in two directions (0: at the point itself), given
    each with the number that was found there."""
    (first, x), (second, y) = one, other
    if x.infinite or y.infinite:
        return Equality(x.infinite == y.infinite)
    assert x.ball is not None
    assert y.ball is not None
    if isinstance(x.ball, fmpq) and isinstance(y.ball, fmpq):
        return Equality(bool(x.ball == y.ball))
    if not to_arb(x.ball).overlaps(to_arb(y.ball)):
        return Equality(False)
    form = core(question.function)
    apart = difference(form, question.here, question.name, first, second)
    gap = question.from_zero(apart, ZERO_DIGITS)
    if gap.limit is None or gap.limit.exact is None:
        return Equality(None, False, gap.remarks)
    return Equality(gap.limit.exact == 0, gap.certified, gap.remarks)
