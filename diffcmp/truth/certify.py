"""The certified truth about a function at a point: the fast path, and what is done where that
fails.

1. `proof`: one reverse sweep on balls, or forward over reverse for second derivatives, with every
argument checked. 2. `local`: series along each coordinate; leading terms decide. Unproven zeros are
taken to
   `symbolic` for a proof. A mixed derivative, where f is certainly smooth, is the derivative along
   one coordinate of that along the other.
3. What series cannot express goes to the symbolic limit, believed only where balls approaching the
point agree. 4. Otherwise: undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.deadline import PATIENCE, Deadline
from diffcmp.engines.derived import adjoint, only
from diffcmp.engines.partials import distinct, variables
from diffcmp.engines.series.beside import Expansion, OneSide, expansion
from diffcmp.engines.series.laurent import Exhausted, Failure, Series
from diffcmp.engines.series.logarithms import Extended
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import core
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.directions import depends_on_direction
from diffcmp.truth.local import Local, analysis
from diffcmp.truth.proof import MOST_BITS, bits_for, certified, is_certain, is_vanishing
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Side, Truth
from diffcmp.truth.smooth import smooth
from diffcmp.truth.zero import ASSUMED_BITS, BallField, Imprecise

MAX_DIGITS = 1000
ZERO_BITS = 2 * ASSUMED_BITS + 64  # where something is taken to be zero
DEEP_BITS = 16 * ASSUMED_BITS  # where that cannot be proven
REASONS = {
    "logarithm": "a logarithm of what vanishes",
    "essential": "a function at an infinite argument",
    "irrational": "an irrational power of what vanishes",
    "steps": "steps at an infinite argument",
    "repeated": "the largest eigenvalue is repeated",
}


def truth(
    program: Program,
    at: Point,
    wrt: Sequence[str] | None = None,
    digits: int = 30,
    deadline: Deadline | None = None,
    order: int = 1,
) -> Truth:
    """The kind of the point, the value and the derivatives of one order to `digits` certain digits.

    `wrt` defaults to all variables; at order 2 `x` is ∂²f/∂x² and `x:y` a mixed derivative. All
    waiting for what only sympy can answer ends by the deadline, in 10 s by default.
    """
    names = program.inputs if wrt is None else tuple(wrt)
    found = smooth_truth(program, at, names, digits, order)
    return found or analysed(
        program, at, names, digits, deadline or Deadline.after(PATIENCE), order
    )


def smooth_truth(
    program: Program, at: Point, names: Sequence[str], digits: int, order: int = 1
) -> Truth | None:
    """The truth by the fast path, which never waits; None where the point is not certainly
    smooth."""
    found = certified(program, at, names, digits, order)
    if found is None:
        return None
    along = {n: _plain(q) for n, q in zip(names, found.derivatives, strict=True)}
    return Truth(Kind.SMOOTH, Quantity(found.value), along, digits, True, "series", order=order)


def analysed(
    program: Program,
    at: Point,
    names: Sequence[str],
    digits: int,
    deadline: Deadline,
    order: int = 1,
) -> Truth:
    """The truth by what is known along each coordinate, whatever the kind of the point."""
    single = dict.fromkeys(one for name in names for one in distinct(name, order))
    pieces = {name: _along(program, at, name, digits, deadline, order) for name in single}
    for name in names:
        if name not in pieces:
            pieces[name] = _mixed(program, at, name, digits, deadline)
    return _joined(program, at, pieces, names, digits, order)


def _plain(x: Ball) -> Coordinatewise:
    quantity = Quantity(fmpq(0) if isinstance(x, arb) and x.is_zero() else x)
    return Coordinatewise(Kind.SMOOTH, quantity, quantity, quantity)


# along one coordinate
# -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """What was found along one coordinate. limit: whether the value is only a limit, as f as typed
    has none at the point."""

    along: Coordinatewise
    value: Quantity | None
    certified: bool
    source: Literal["series", "symbolic"] | None
    remarks: tuple[Remark, ...] = ()
    limit: bool = False


def _along(
    program: Program, at: Point, name: str, digits: int, deadline: Deadline, order: int
) -> _Piece:
    form = core(program, at.others(name))
    try:
        local, assumed, bits = _believed(form, at, name, digits, deadline, order)
    except (Exhausted, Imprecise) as reason:
        note = remark(
            Note.OSCILLATION,
            reason="leading terms vanish" if isinstance(reason, Exhausted) else "precision",
        )
        return _Piece(Coordinatewise(Kind.UNDECIDED), None, False, None, (note,))
    if local.kind is Kind.UNDECIDED:
        return _beyond_series(program, form, at, name, local, digits, deadline, order)
    remarks = (remark(Note.ZERO_ASSUMED, count=assumed),) if assumed else ()
    along = _coordinatewise(local, bits, order)
    return _Piece(along, _value(local, bits), assumed == 0, "series", remarks, local.at is None)


def _mixed(program: Program, at: Point, name: str, digits: int, deadline: Deadline) -> _Piece:
    """A mixed second derivative where f is certainly analytic: there ∂f/∂x is, and the Program of
    the adjoint computes it all around, so that its derivative along y may be found like any other.
    Elsewhere nothing is claimed."""
    x, y = variables(name, 2)
    form, balls = core(program), Balls(bits_for(digits))
    if smooth(form, at.enclosures(balls), [name], balls, 2) is None:
        return _Piece(
            Coordinatewise(Kind.UNDECIDED), None, False, None, (remark(Note.MIXED_UNDECIDED),)
        )
    found = _along(only(adjoint(form, (x,)), 1), at, y, digits, deadline, 1)
    return replace(found, value=None)


def _believed(
    form: Program, at: Point, name: str, digits: int, deadline: Deadline, order: int
) -> tuple[Local, int, int]:
    """The local analysis, how many zeros in it are taken as such without a proof, and the bits.

    What cannot be proven to vanish may well be tiny: it is looked at with far more bits.

    Raises
    ------
    Imprecise: where even then a zero is suspected that sympy refutes.
    """
    local, suspected, bits = settled(form, at, name, digits, ZERO_BITS, order)
    if not suspected or local.kind is Kind.UNDECIDED:
        return local, 0, bits
    from diffcmp.truth.symbolic import proven  # starts a process: only where it is needed

    facts = proven(form, at.coordinates[name], deadline, order)
    if facts == _facts(local):
        return local, 0, bits
    local, suspected, bits = settled(form, at, name, digits, DEEP_BITS, order)
    if facts is not None and suspected and facts != _facts(local):
        raise Imprecise
    return local, 0 if facts is not None else suspected, bits


def _facts(local: Local) -> tuple[str, bool, list[bool]]:
    """The kind, whether the derivative exists, and which of the numbers shown vanish."""
    return local.kind.value, local.exists, [_zero(x) for x in local.shown]


def settled(
    form: Program, at: Point, name: str, digits: int, deep: int, order: int = 1
) -> tuple[Local, int, int]:
    """The local analysis at a precision where all digits are certain and every suspected zero is
    below 1e-400.

    Also the number of zeros that are only suspected, and the bits: where there are any, at least
    `deep`.
    """
    bits = bits_for(digits)
    for _ in range(MOST_BITS):
        field = BallField(bits)
        try:
            with field.system.working():
                local = analysis(
                    form, at.coordinates[name].enclosure(field.system), field, order=order
                )
        except Imprecise:
            bits *= 2
            continue
        suspected = field.suspected + sum(is_vanishing(x) for x in local.shown)
        if suspected and bits < deep:
            bits = deep
        elif all(is_certain(x, digits) or is_vanishing(x) for x in local.shown):
            return local, suspected, bits
        else:
            bits *= 2
    raise Imprecise


def _zero(x: Ball) -> bool:
    """Whether a number is shown as zero."""
    return is_vanishing(x) or (bool(x.is_zero()) if isinstance(x, arb) else x == 0)


def quantity_of(x: Extended | None) -> Quantity | None:
    """A number of the local analysis as it is shown: exactly 0 where it is taken as zero."""
    if x is None:
        return None
    if x.infinite:
        return Quantity(infinite=1 if x.infinite > 0 else -1)
    return Quantity(fmpq(0) if _zero(x.value) else x.value)


def _coordinatewise(local: Local, bits: int, order: int) -> Coordinatewise:
    sides = [side.slope if order == 1 else side.curvature for side in (local.left, local.right)]
    with Balls(bits).working():
        left, right = (quantity_of(x) for x in sides)
    kind = local.kind
    if kind in (Kind.POLE, Kind.OUTSIDE, Kind.JUMP):
        return Coordinatewise(kind)
    return Coordinatewise(kind, right if local.exists else None, left, right)


def _value(local: Local, bits: int) -> Quantity | None:
    """f at the point; where it is undefined there but continuous, its limit."""
    with Balls(bits).working():
        if local.at is not None:
            return quantity_of(Extended(local.at))
        if local.kind in (Kind.POLE, Kind.OUTSIDE, Kind.JUMP):
            return None
        side = local.right if local.right.limit is not None else local.left
        return quantity_of(side.limit)


# beyond series
# --------------------------------------------------------------------------------------------------------


def _beyond_series(
    program: Program,
    form: Program,
    at: Point,
    name: str,
    local: Local,
    digits: int,
    deadline: Deadline,
    order: int,
) -> _Piece:
    """The symbolic limit on each side that the series could not express, where balls confirm it;
    else undecided, and so are all second derivatives."""
    if order > 1 or any(
        failed.reason == "repeated" for failed in _failures(local)
    ):  # of such roots sympy knows no more
        return _Piece(Coordinatewise(Kind.UNDECIDED), None, False, None, (_cause(program, local),))
    from diffcmp.truth.symbolic import (
        kind_from_sides,
        symbolic_side,
    )  # starts a process: only where it is needed

    sides = []
    for direction, side in ((-1, local.left), (1, local.right)):
        known = _known(side)
        if known is None:
            known = symbolic_side(form, at.coordinates[name], direction, deadline)
        if known is None:
            return _Piece(
                Coordinatewise(Kind.UNDECIDED), None, False, None, (_cause(program, local),)
            )
        sides.append(known)
    left, right = sides
    value = quantity_of(Extended(local.at)) if local.at is not None else None
    kind = kind_from_sides(value, left, right)
    along = Coordinatewise(kind)
    if kind not in (Kind.POLE, Kind.OUTSIDE, Kind.JUMP):
        both = right.slope if kind in (Kind.SMOOTH, Kind.REMOVABLE) else None
        along = Coordinatewise(kind, both, left.slope, right.slope)
        value = value or right.limit or left.limit
    return _Piece(along, value, False, "symbolic", (remark(Note.SYMBOLIC_TRUTH),), local.at is None)


def _known(side: OneSide) -> Side | None:
    """What the series found on one side; None where it could not be expressed."""
    if side.defined and side.limit is None:
        return None
    return Side(side.defined, quantity_of(side.limit), quantity_of(side.slope))


def _failures(local: Local) -> list[Failure]:
    """What the series met on either side."""
    return [
        s.expansion.out for s in (local.right, local.left) if isinstance(s.expansion.out, Failure)
    ]


def _cause(program: Program, local: Local) -> Remark:
    """Why the series failed, and in which sub-expression."""
    failed = next(f for f in _failures(local) if f.reason != "undefined")
    span = failed.equation.span if failed.equation is not None else None
    return remark(Note.OSCILLATION, span, program.text, reason=REASONS[failed.reason])


def _joined(
    program: Program,
    at: Point,
    pieces: dict[str, _Piece],
    names: Sequence[str],
    digits: int,
    order: int,
) -> Truth:
    """One Truth of all that was found: the most singular kind along a coordinate names the
    point."""
    ranks = list(Kind)
    kind = min(
        (p.along.kind for name, p in pieces.items() if name in program.inputs), key=ranks.index
    )
    value, limit = next(
        ((p.value, p.limit) for p in pieces.values() if p.value is not None), (None, False)
    )
    sources = {p.source for p in pieces.values()}
    source: Literal["series", "symbolic"] | None = "symbolic" if "symbolic" in sources else "series"
    source = None if None in sources else source
    remarks = tuple(dict.fromkeys(r for p in pieces.values() for r in p.remarks))
    proven = all(p.certified for p in pieces.values())
    if (
        limit
        and value is not None
        and len(program.inputs) > 1
        and depends_on_direction(program, at, value)
    ):
        value, remarks = None, (remark(Note.DIRECTION), *remarks)
    return Truth(
        kind, value, {n: pieces[n].along for n in names}, digits, proven, source, remarks, order
    )


def taylor(
    program: Program, at: Point, name: str, order: int, digits: int = 20
) -> list[Ball] | None:
    """The derivatives f, f′, …, f⁽ⁿ⁾ along one coordinate, to about `digits` digits; None where f
    is not smooth there."""
    bits = bits_for(digits) + 16 * order
    field = BallField(bits)
    form = core(program, at.others(name))
    try:
        with field.system.working():
            x = at.coordinates[name].enclosure(field.system)
            found: Expansion = expansion(form, x, 1, field, 8)
            if (
                not isinstance(found.out, Series)
                or found.ramification != 1
                or found.field is not field
                or found.out.flat
            ):
                return None
            if any(not field.is_zero(found.out[k]) for k in range(found.out.start, 0)):
                return None
            factorial = fmpq(1)
            derivatives: list[Ball] = []
            for k in range(order + 1):
                factorial *= max(k, 1)
                derivatives.append(found.out[k] * factorial)
            return derivatives if all(to_arb(d).is_finite() for d in derivatives) else None
    except (Exhausted, Imprecise):
        return None
