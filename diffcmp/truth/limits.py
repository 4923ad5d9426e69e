"""The limit of a function on one side of a point, or at infinity: certified by series with ball
coefficients where these can express it, else by sympy where balls confirm it, else undecided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.engines.series.expansion import MAX_TERMS, OneSide, one_side
from diffcmp.engines.series.laurent import Exhausted, Failure
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import at_infinity
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.coordinatewise import REASONS, believed, quantity_of
from diffcmp.truth.record import Quantity
from diffcmp.truth.zero import BallField, Imprecise

Source: TypeAlias = Literal["series", "scales", "symbolic"]


@dataclass(frozen=True, slots=True)
class SideLimit:
    """What f does on one side of a point.

    defined: whether f is defined beside the point; None where that is not known. limit: a number or
    ±∞; None where there is none, or it is not known. certified: proven, False where something was
    only assumed. source: how it was found; None where it is undecided. cluster: where there is
    certainly no limit since f keeps oscillating, the least and the greatest value between which it
    does.
    """

    defined: bool | None
    limit: Quantity | None = None
    certified: bool = False
    source: Source | None = None
    cluster: tuple[Quantity, Quantity] | None = None
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """f on one side, over a field, and how it was found."""

    side: OneSide
    field: Any
    source: Source

    @property
    def decided(self) -> bool:
        """Whether it is known what f does."""
        return not self.side.defined or self.side.limit is not None

    @property
    def shown(self) -> list[Any]:
        """The finite number that the answer is made of."""
        limit = self.side.limit
        return [] if limit is None or limit.infinite else [limit.value]


def side_limit(
    program: Program, place: Coordinate, direction: int, digits: int, budget: Budget
) -> SideLimit:
    """The limit of a core Program of one variable at a coordinate, from the left (-1) or the right
    (1); at infinity there is one side only. To `digits` certain digits; sympy may spend the
    budget."""
    side, form = direction, program
    if place.infinite:
        side, form = 1, at_infinity(program, place.infinite)

    def analysing(field: BallField) -> Beside:
        x = evaluate(place.program, field.system, [])[0]
        return Beside(one_side(form, x, side, field, MAX_TERMS, order=0), field, "series")

    try:
        settled = believed(digits, budget, analysing)
    except (Exhausted, Imprecise) as reason:
        cause = "leading terms vanish" if isinstance(reason, Exhausted) else "precision"
        return SideLimit(None, remarks=(remark(Note.OSCILLATION, reason=cause),))
    beside = settled.local
    if not beside.decided:
        return _unknown(program, beside.side)
    with Balls(settled.bits).working():
        limit = quantity_of(beside.side.limit)
    count = settled.assumed
    remarks = (remark(Note.ZERO_ASSUMED, count=count),) if count else ()
    return SideLimit(beside.side.defined, limit, not count, beside.source, None, remarks)


def _unknown(program: Program, side: OneSide) -> SideLimit:
    """That it is not known what f does, and why."""
    failure = side.expansion.out
    assert isinstance(failure, Failure)
    span = failure.equation.span if failure.equation is not None else None
    reason = REASONS[failure.reason]
    return SideLimit(None, remarks=(remark(Note.OSCILLATION, span, program.text, reason=reason),))
