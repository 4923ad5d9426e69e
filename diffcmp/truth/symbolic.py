"""What the truth asks of sympy, in the worker process: proofs that something vanishes, and
one-sided limits.

A proof makes a suspected zero a certain one. A limit is never certified, and believed only where
balls on the way to the
point agree with it: sympy's `limit` has returned wrong values (its issues 15323, 21038, 23525).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, takewhile

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.deadline import Deadline
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.record import Kind, Quantity, Side
from diffcmp.worker import WorkerDied, WorkerFailed, WorkerTimeout, shared

REFUSALS = (WorkerDied, WorkerFailed, WorkerTimeout)
APPROACH = [Fraction(1, 10 ** (2**k)) for k in range(3, 10)]  # 1e-8, 1e-16, … 1e-512
AGREEMENT = 1e-3
LEAST = 2  # distances at which the difference quotient must be known
BITS = 8192
GOOD = 47  # digits of a decimal that are right
QUESTIONS = (
    2  # each may use half of the time that is left, so that there is always some for the next
)


def proven(
    form: Program, coordinate: Coordinate, deadline: Deadline, order: int = 1
) -> tuple[str, bool, list[bool]] | None:
    """The kind, whether the derivative exists, and which of the numbers shown vanish, by the local
    analysis on sympy's exact constants.

    None where some zero on the way could not be proven.
    """
    task = shared().submit("diffcmp.truth.symbolic_work:prove", form, coordinate.program, order)
    try:
        found = task.result(deadline.share(QUESTIONS))
    except REFUSALS:
        return None
    return None if found is None else (found[0], found[1], list(found[2]))


def symbolic_side(
    form: Program, coordinate: Coordinate, direction: int, deadline: Deadline
) -> Side | None:
    """Limit and slope on one side by sympy, confirmed by balls; None where either has no answer."""
    task = shared().submit(
        "diffcmp.truth.symbolic_work:one_sided", form, coordinate.program, direction
    )
    try:
        found = task.result(deadline.share(QUESTIONS))
    except REFUSALS:
        return None
    limit, slope = (_quantity(found[part]) for part in ("limit", "slope"))
    side = Side(True, limit, None if limit is None or limit.infinite else slope)
    return side if confirmed(form, coordinate, direction, side) else None


def _quantity(text: str | None) -> Quantity | None:
    if text is None:
        return None
    if text in ("inf", "-inf"):
        return Quantity(infinite=1 if text == "inf" else -1)
    exact = Fraction(text)
    number = fmpq(exact.numerator, exact.denominator)
    if "." not in text and "e" not in text:
        return Quantity(number)
    with Balls(BITS).working():
        return Quantity(arb(number, abs(arb(number)) * arb(10) ** -GOOD))


def confirmed(form: Program, coordinate: Coordinate, direction: int, side: Side) -> bool:
    """Whether f, and the difference quotient, tend to what is claimed as balls approach the
    point."""
    if side.limit is None or (not side.limit.infinite and side.slope is None):
        return False
    balls = Balls(BITS)
    with balls.working():
        x = coordinate.enclosure(balls)
        steps = [fmpq(direction * t.numerator, t.denominator) for t in APPROACH]
        values = [to_arb(evaluate(form, balls, [x + t])[0]) for t in steps]
        if not tends(values, side.limit):
            return False
        if side.slope is None or side.limit.ball is None:
            return True
        quotients = [(v - side.limit.ball) / t for v, t in zip(values, steps, strict=True)]
        known = list(
            takewhile(_narrow, quotients)
        )  # of a decimal only some digits are known, and t divides their error
        return len(known) >= LEAST and tends(known, side.slope)


def _narrow(x: arb) -> bool:
    return bool(x.is_finite() and x.rad() < AGREEMENT**3 * (1 + abs(x.mid())))


def tends(values: list[arb], claim: Quantity) -> bool:
    """Whether a sequence of balls goes towards the claim: ever closer and close at last, or beyond
    all bounds."""
    if not all(v.is_finite() for v in values):
        return False
    pairs = list(pairwise(values))
    if claim.infinite:
        grows = all(abs(b) > abs(a) for a, b in pairs)
        return grows and bool(values[-1] * claim.infinite > 100)
    target: Ball | None = claim.ball
    assert target is not None
    errors = [abs(v - target) for v in values]
    small = [e < AGREEMENT * (1 + abs(to_arb(target))) for e in errors]
    return bool(small[-1]) and not any(b > a for a, b in pairwise(errors) if a > AGREEMENT**6)


def kind_from_sides(value: Quantity | None, left: Side, right: Side) -> Kind:
    """The first kind that holds, from numbers that are known on both sides to some digits."""
    sides = [s for s in (left, right) if s.defined]
    if not sides:
        return Kind.OUTSIDE
    if any(s.limit is not None and s.limit.infinite for s in sides):
        return Kind.POLE
    if len(sides) == 1:
        return Kind.EDGE
    limits = [s.limit for s in sides] + ([value] if value is not None else [])
    if any(not _equal(limits[0], other) for other in limits[1:]):
        return Kind.JUMP
    slopes = [s.slope for s in sides]
    if any(s is None or s.infinite for s in slopes):
        return Kind.VERTICAL
    if not _equal(slopes[0], slopes[1]):
        return Kind.KINK
    return Kind.REMOVABLE if value is None else Kind.SMOOTH


def _equal(a: Quantity | None, b: Quantity | None) -> bool:
    if a is None or b is None or a.ball is None or b.ball is None:
        return False
    difference = to_arb(a.ball) - to_arb(b.ball)
    return bool(abs(difference) < arb(10) ** -25 * (1 + abs(to_arb(a.ball))))
