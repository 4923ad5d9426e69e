"""The truth along one coordinate: from series with ball coefficients or, where these cannot express
f, from symbolic limits that balls confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.deadline import Doublings
from diffcmp.engines.scales.constants import Tends
from diffcmp.engines.series.expansion import OneSide
from diffcmp.engines.series.laurent import Exhausted, Failure
from diffcmp.engines.series.logarithms import Extended
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import core
from diffcmp.point.coordinate import Coordinate
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.local import Local, analysis, ends_shown, is_known
from diffcmp.truth.proof import bits_for, is_certain, is_vanishing
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Side, Source, spelled
from diffcmp.truth.zero import ASSUMED_BITS, BallField, Imprecise, enclosure

ZERO_BITS = 2 * ASSUMED_BITS + 64  # where something is taken to be zero
DEEP_BITS = 16 * ASSUMED_BITS  # where that cannot be proven
REASONS = {
    "logarithm": "a logarithm of what vanishes",
    "essential": "a function at an infinite argument",
    "irrational": "an irrational power of what vanishes",
    "steps": "steps at an infinite argument",
    "repeated": "the largest eigenvalue is repeated",
    "oscillation": "an oscillation that may change the sign",
    "partial": "an oscillation in and out of the domain",
    "exhausted": "leading terms vanish",
    "formula": "the formula of its derivative has no value beside the point",
    "suspected": "a quantity below 1e-400 may be zero",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What the truth is asked for: derivatives of one order, to so many digits, and what sympy may
    spend on it."""

    program: Program
    at: Point
    digits: int
    budget: Budget
    order: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known along one coordinate. limit: f as typed has no value there, only its limit."""

    along: Coordinatewise
    value: Quantity | None
    certified: bool
    source: Source | None
    remarks: tuple[Remark, ...] = ()
    limit: bool = False


class Analysed(Protocol):
    """What is known of a function beside a point, over one field."""

    @property
    def field(self) -> Any:
        """The field of the coefficients."""

    @property
    def decided(self) -> bool:
        """Whether anything is known."""

    @property
    def shown(self) -> list[Any]:
        """Every finite number that the answer is made of."""


Shown = TypeVar("Shown", bound=Analysed)
Analysing: TypeAlias = Callable[[BallField], Shown]


@dataclass(frozen=True, slots=True)
class Settled(Generic[Shown]):
    """A local analysis, the bits that it was made with, and what in it was taken to be zero without
    a proof: what decided, and what is only shown."""

    local: Shown
    bits: int
    suspects: tuple[Any, ...] = ()
    vanishing: tuple[Any, ...] = ()

    @property
    def assumed(self) -> int:
        """How many quantities were taken to be zero."""
        return len(self.suspects) + len(self.vanishing)

    @property
    def constants(self) -> list[Program]:
        """These quantities as constant Programs."""
        field = self.local.field
        return [field.system.constant(x) for x in (*self.suspects, *self.vanishing)]


def finding(request: Request, name: str) -> Finding:
    """What is known along one coordinate."""
    form, x = core(request.program, request.at.others(name)), request.at.coordinates[name]
    try:
        settled = believed(request.digits, request.budget, along(form, x, request.order))
    except (Exhausted, Imprecise) as reason:
        cause = "leading terms vanish" if isinstance(reason, Exhausted) else "precision"
        return undecided(remark(Note.OSCILLATION, reason=cause))
    local = settled.local
    if local.kind is Kind.UNDECIDED:
        return _beyond_series(request, form, name, settled)
    if settled.suspects and local.kind.singular:
        return undecided(remark(Note.OSCILLATION, reason=REASONS["suspected"]))
    return found(settled, request.order)


def found(settled: Settled[Local], order: int) -> Finding:
    """What a local analysis says."""
    assumed = settled.assumed
    return Finding(
        along=_coordinatewise(settled, order),
        value=_value(settled),
        certified=assumed == 0,
        source=settled.local.source,
        remarks=(remark(Note.ZERO_ASSUMED, count=assumed),) if assumed else (),
        limit=settled.local.at is None,
    )


def along(form: Program, x: Coordinate, order: int = 1) -> Analysing[Local]:
    """The local analysis of a core Program of one variable at a coordinate, over any field."""

    def analysing(field: BallField) -> Local:
        return analysis(form, evaluate(x.program, field.system, [])[0], field, order)

    return analysing


def undecided(reason: Remark) -> Finding:
    """That nothing is known, and why."""
    return Finding(Coordinatewise(Kind.UNDECIDED), None, False, None, (reason,))


def believed(digits: int, budget: Budget, analysing: Analysing[Shown]) -> Settled[Shown]:
    """A local analysis, in which only such zeros are suspected that sympy cannot prove.

    What cannot be proven to vanish may well be tiny: it is looked at with far more bits. Raises
    Imprecise where even then a zero is suspected that sympy refutes.
    """
    first = settled_at(analysing, digits, ZERO_BITS)
    if not first.assumed or not first.local.decided:
        return replace(first, suspects=(), vanishing=())
    from diffcmp.truth.symbolic import zeros  # starts a process: only where it is needed

    if all(zeros(first.constants, budget)):
        return replace(first, suspects=(), vanishing=())
    second = settled_at(analysing, digits, DEEP_BITS)
    if not second.assumed or not second.local.decided:
        return replace(second, suspects=(), vanishing=())
    answers = zeros(second.constants, budget)
    if False in answers:
        raise Imprecise
    zero = dict(zip((*second.suspects, *second.vanishing), answers, strict=True))
    return replace(
        second,
        suspects=tuple(x for x in second.suspects if not zero[x]),
        vanishing=tuple(x for x in second.vanishing if not zero[x]),
    )


def settled_at(analysing: Analysing[Shown], digits: int, deep: int) -> Settled[Shown]:
    """The local analysis at a precision where all digits are certain and every suspected zero is
    below 1e-400; where there are such zeros, with at least `deep` bits on a sharp field. Raises
    Imprecise where no precision is enough, Exhausted where too many leading terms vanish."""
    bits, sharp, steps = bits_for(digits), False, Doublings()
    most = max(DEEP_BITS, 4 * bits)
    while bits <= most:
        field = BallField(bits, sharp)
        local = None
        try:
            with field.system.working():
                local = analysing(field)
        except Imprecise:
            bits, sharp = 2 * bits, True
            steps.check()
            continue
        except Exhausted:
            if not field.suspects or (sharp and bits >= deep):
                raise
        shown = [] if local is None else local.shown
        beside_zero = [x for x in shown if _holds_zero(enclosure(x))]
        vanishing = [x for x in beside_zero if is_vanishing(enclosure(x))]
        if (field.suspects or beside_zero) and not (sharp and bits >= deep):
            bits, sharp = max(bits, deep), True
        elif local is not None and all(
            is_certain(enclosure(x), digits) or is_vanishing(enclosure(x)) for x in shown
        ):
            taken = [x for x in vanishing if not isinstance(x, arb)]  # no ends of an oscillation
            return Settled(local, bits, _distinct(field.suspects), _distinct(taken))
        else:
            bits *= 2
        steps.check()
    raise Imprecise


def _holds_zero(x: Ball) -> bool:
    """Whether a number may be zero, and is not known to be."""
    return isinstance(x, arb) and bool(x.contains(0)) and not x.is_zero()


def _distinct(coefficients: Sequence[Any]) -> tuple[Any, ...]:
    """Coefficients that were computed in different ways."""
    return tuple({c.tracer: c for c in coefficients}.values())


def _is_zero(c: Any) -> bool:
    """Whether a number is shown as zero."""
    x = enclosure(c)
    return is_vanishing(x) or (bool(x.is_zero()) if isinstance(x, arb) else x == 0)


def quantity_of(x: Extended | None) -> Quantity | None:
    """A number of the local analysis as it is shown: exactly 0 where it is taken as zero."""
    if x is None:
        return None
    if x.infinite:
        return Quantity(infinite=1 if x.infinite > 0 else -1)
    return Quantity(fmpq(0) if _is_zero(x.value) else enclosure(x.value))


def _coordinatewise(settled: Settled[Local], order: int) -> Coordinatewise:
    local, kind = settled.local, settled.local.kind
    ends = local.left, local.right
    with Balls(settled.bits).working():
        sides = None if kind is Kind.SMOOTH else (_side(local.left), _side(local.right))
        if not kind.sided:
            return Coordinatewise(kind, sides=sides)
        derivatives = [end.slope if order == 1 else end.curvature for end in ends]
        left, right = map(quantity_of, derivatives)
    return Coordinatewise(kind, right if local.exists else None, left, right, sides)


def _side(end: OneSide) -> Side:
    ends = None if end.oscillation is None else ends_of(end.oscillation)
    return Side(end.defined, quantity_of(end.limit), quantity_of(end.slope), ends)


def _value(settled: Settled[Local]) -> Quantity | None:
    """f at the point; where it is undefined there but continuous, its limit."""
    local = settled.local
    with Balls(settled.bits).working():
        if local.at is not None:
            return quantity_of(Extended(local.at))
        sides = [side for side in (local.left, local.right) if side.defined]
        if not local.kind.sided or any(side.limit is None for side in sides):
            return None
        side = local.right if local.right.limit is not None else local.left
        return quantity_of(side.limit)


def _oscillating(settled: Settled[Local]) -> Finding | None:
    """That f or its difference quotient certainly has no limit on a side, which is proven as any
    other kind is; None where neither side is known to be like that."""
    local = settled.local
    for side in (local.right, local.left):
        if side.oscillation is not None:
            ends = ends_of(side.oscillation)
            assert ends is not None
            low, high = map(spelled, ends)
            what = "f" if side.limit is None else "the difference quotient of f"
            oscillates = remark(Note.KEEPS_OSCILLATING, what=what, low=low, high=high)
            return replace(found(settled, 1), remarks=(oscillates,))
    return None


def ends_of(tends: Tends) -> tuple[Quantity, Quantity] | None:
    """Between which values something keeps oscillating, where that is certain."""
    if tends.swings:
        return Quantity(infinite=-1), Quantity(infinite=1)
    if tends.wave is None or not tends.wave.attained:
        return None
    low, high = (Quantity(fmpq(0) if _is_zero(x) else x) for x in ends_shown(tends))
    return low, high


def _beyond_series(request: Request, form: Program, name: str, settled: Settled[Local]) -> Finding:
    """The symbolic limit on each side that the series could not express, where balls confirm it;
    else undecided, as are all second derivatives. Of repeated eigenvalues sympy knows no more."""
    local = settled.local
    oscillating = None if settled.assumed else _oscillating(settled)
    if oscillating is not None:
        return oscillating
    unknown = undecided(_cause(request.program, local))
    if request.order > 1 or any(f.reason == "repeated" for f in _failures(local)):
        return unknown
    from diffcmp.truth.symbolic import kind_from_sides, symbolic_side  # starts a process

    sides = []
    for direction, side in ((-1, local.left), (1, local.right)):
        x = request.at.coordinates[name]
        behaviour = _expressed(side) or symbolic_side(form, x, direction, request.budget)
        if behaviour is None:
            return unknown
        sides.append(behaviour)
    left, right = sides
    value = quantity_of(Extended(local.at)) if local.at is not None else None
    kind = kind_from_sides(value, left, right)
    beside = None if kind is Kind.SMOOTH else (left, right)
    along = Coordinatewise(kind, sides=beside)
    if kind.sided:
        both = right.slope if kind.differentiable else None
        along = Coordinatewise(kind, both, left.slope, right.slope, beside)
        value = value or right.limit or left.limit
    remarks = (remark(Note.SYMBOLIC_TRUTH),)
    return Finding(along, value, False, "symbolic", remarks, local.at is None)


def _expressed(side: OneSide) -> Side | None:
    """What the series say of one side; None where they could not express f."""
    return _side(side) if is_known(side, 1) else None


def _failures(local: Local) -> list[Failure]:
    """What the series met on either side."""
    values = (side.expansion.out for side in (local.right, local.left))
    return [value for value in values if isinstance(value, Failure)]


def _cause(program: Program, local: Local) -> Remark:
    """Why the series failed, and in which sub-expression."""
    failed = next(f for f in _failures(local) if f.reason != "undefined")
    span = failed.equation.span if failed.equation is not None else None
    return remark(Note.OSCILLATION, span, program.text, reason=REASONS[failed.reason])
