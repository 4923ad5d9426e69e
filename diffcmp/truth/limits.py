"""The limit of a function on one side of a point, or at infinity: certified by series with ball
coefficients where these can express it, else by sympy where balls confirm it, else undecided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.engines.scales.constants import Tends, Unclear
from diffcmp.engines.scales.expansion import scaled
from diffcmp.engines.series.expansion import MAX_TERMS, one_side
from diffcmp.engines.series.laurent import Exhausted, Failure
from diffcmp.engines.series.logarithms import Extended
from diffcmp.notes import Note, remark
from diffcmp.passes.expand import at_infinity
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.coordinatewise import REASONS, believed, ends_of, quantity_of
from diffcmp.truth.local import ends_shown
from diffcmp.truth.record import Quantity, SideLimit, Source
from diffcmp.truth.zero import BallField, Imprecise, enclosure


@dataclass(frozen=True, slots=True)
class Beside:
    """What f tends to on one side, or the Failure that says why that is not known, over a field;
    and how it was found. partial: f may go in and out of its domain. jumps: as of `SideLimit`."""

    tends: Tends | Failure
    field: Any
    source: Source
    partial: bool = False
    jumps: bool = False

    @property
    def decided(self) -> bool:
        """Whether it is known what f does."""
        return isinstance(self.tends, Tends) or self.tends.reason == "undefined"

    @property
    def shown(self) -> list[Any]:
        """The finite numbers that the answer is made of."""
        if isinstance(self.tends, Failure):
            return []
        value = self.tends.value
        return ends_shown(self.tends) if value is None else [value]


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
        return beside(form, evaluate(place.program, field.system, [])[0], side, field)

    try:
        settled = believed(digits, budget, analysing)
    except (Exhausted, Imprecise) as reason:
        cause = "leading terms vanish" if isinstance(reason, Exhausted) else "precision"
        return SideLimit(None, remarks=(remark(Note.OSCILLATION, reason=cause),))
    found = settled.local
    if not found.decided:
        return _unknown(program, found)
    if isinstance(found.tends, Failure):
        return SideLimit(False, certified=not settled.assumed, source=found.source)
    count = settled.assumed
    remarks = [remark(Note.ZERO_ASSUMED, count=count)] if count else []
    if found.partial:
        remarks.append(remark(Note.PARTLY_DEFINED))
    with Balls(settled.bits).working():
        return SideLimit(
            defined=True,
            limit=_quantity(found.tends),
            certified=not count,
            source=found.source,
            cluster=ends_of(found.tends),
            remarks=tuple(remarks),
            jumps=found.jumps,
        )


def beside(form: Program, x: Any, side: int, field: BallField) -> Beside:
    """What a core Program of one variable does on one side of x, a number of the field: by series
    in the distance, and where these cannot express it over a scale of growth."""
    try:
        one = one_side(form, x, side, field, MAX_TERMS, order=0)
        if not one.defined:
            return Beside(Failure("undefined"), field, "series")
        if one.limit is not None:
            return Beside(Tends(one.limit.value, one.limit.infinite), field, "series")
    except Exhausted:
        pass
    wider = scaled(form, x, side, field, enclosure, field.precision)
    if isinstance(wider.out, Failure):
        return Beside(wider.out, field, "scales")
    try:
        tends = wider.tends()
    except Unclear:
        return Beside(Failure("oscillation"), field, "scales")
    unclear = tends.wave is not None and not tends.wave.attained
    if wider.partial:  # an oscillation comes to its ends, but perhaps not within the domain
        unclear = tends.wave is not None or tends.swings
    what = Failure("oscillation") if unclear else tends
    return Beside(what, field, "scales", wider.partial, wider.jumps)


def _quantity(tends: Tends) -> Quantity | None:
    if tends.wave is not None or tends.swings:
        return None
    return quantity_of(Extended(tends.value, tends.infinite))


def _unknown(program: Program, found: Beside) -> SideLimit:
    """That it is not known what f does, and why."""
    failure = found.tends
    assert isinstance(failure, Failure)
    span = failure.equation.span if failure.equation is not None else None
    reason = REASONS[failure.reason]
    return SideLimit(None, remarks=(remark(Note.OSCILLATION, span, program.text, reason=reason),))


def of_derivative(value: SideLimit, asked: Callable[[], SideLimit]) -> SideLimit:
    """What is known of f′, given what f does; `asked` is what the formula of its derivative does.
    Where f is not defined f′ is not either; where f is, a formula without a value proves nothing.
    Where pieces of f meet again and again on the way, f′ may be missing there.
    """
    if value.defined is False:
        return SideLimit(False, certified=value.certified, source=value.source)
    slope = asked()
    if slope.defined is False:
        return SideLimit(None, remarks=(remark(Note.OSCILLATION, reason=REASONS["formula"]),))
    if slope.decided and (value.jumps or slope.jumps):
        return replace(slope, remarks=(*slope.remarks, remark(Note.SLOPES_MISSING)))
    return slope
