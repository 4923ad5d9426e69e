"""What the truth asks of sympy, in the worker process: proofs that something vanishes, and
one-sided limits.

A proof makes a suspected zero a certain one. A limit is never certified, and is believed only where
balls on the way to the point agree with it: sympy's `limit` has returned wrong values (its issues
15323, 21038, 23525). What the worker may spend is counted in seconds of computing, so that the
answer is the same on a busy machine; the deadline is the last resort.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import Any

from flint import arb, fmpq

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.point.coordinate import Coordinate
from diffcmp.program.ir import Program
from diffcmp.truth.budget import Budget
from diffcmp.truth.local import kind_of
from diffcmp.truth.record import Kind, Quantity, Side
from diffcmp.worker import WorkerDied, WorkerFailed, WorkerTimeout, shared

APPROACH = [Fraction(1, 10 ** (2**k)) for k in range(3, 10)]  # 1e-8, 1e-16, … 1e-512
AGREEMENT = 1e-3
LEAST = 2  # distances at which the difference quotient must be known
BITS = 8192
GOOD = 47  # digits of a decimal that are right


def zeros(constants: Sequence[Program], budget: Budget) -> list[bool | None]:
    """For each constant Program whether its value is certainly zero; None where sympy cannot tell,
    and from the first one on that it cannot prove to vanish."""
    answers = _asked("vanishing", budget, list(constants)) or []
    return answers + [None] * (len(constants) - len(answers))


def symbolic_side(form: Program, x: Coordinate, direction: int, budget: Budget) -> Side | None:
    """Limit and slope on one side by sympy, confirmed by balls; None where either has no answer."""
    answer = _asked("one_sided", budget, form, x.program, direction)
    if answer is None:
        return None
    limit, slope = (_quantity(answer[part]) for part in ("limit", "slope"))
    side = Side(True, limit, None if limit is None or limit.infinite else slope)
    return side if confirmed(form, x, direction, side) else None


def _asked(question: str, budget: Budget, *arguments: object) -> Any | None:
    """What the worker answers; None where it fails or takes too long."""
    target = f"diffcmp.truth.symbolic_work:{question}"
    task = shared().submit(target, *arguments, budget.computing)
    try:
        answer, enough = task.result(budget.waiting)
    except WorkerTimeout:
        answer, enough = None, False
    except (WorkerDied, WorkerFailed):
        return None
    budget.spent = budget.spent or not enough
    return answer


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


def confirmed(form: Program, x: Coordinate, direction: int, side: Side) -> bool:
    """Whether f, and the difference quotient, tend to the claims as balls approach the point."""
    if side.limit is None or (not side.limit.infinite and side.slope is None):
        return False
    balls = Balls(BITS)
    with balls.working():
        here = x.enclosure(balls)
        steps = [fmpq(direction * t.numerator, t.denominator) for t in APPROACH]
        values = [to_arb(evaluate(form, balls, [here + t])[0]) for t in steps]
        return tends(values, side.limit) and _rises(values, steps, side)


def _rises(values: Sequence[arb], steps: Sequence[fmpq], side: Side) -> bool:
    """Whether the difference quotients tend to the slope on a side, if the limit there is finite.
    Of a decimal only some digits are known, and the step divides their error."""
    if side.slope is None or side.limit is None or side.limit.ball is None:
        return True
    quotients = [(v - side.limit.ball) / t for v, t in zip(values, steps, strict=True)]
    narrow = list(takewhile(_is_narrow, quotients))
    return len(narrow) >= LEAST and tends(narrow, side.slope)


def _is_narrow(x: arb) -> bool:
    return bool(x.is_finite() and x.rad() < AGREEMENT**3 * (1 + abs(x.mid())))


def tends(values: Sequence[arb], claim: Quantity) -> bool:
    """Whether balls go towards the claim: ever closer and close at last, or beyond all bounds."""
    if not all(v.is_finite() for v in values):
        return False
    if claim.infinite:
        grows = all(abs(b) > abs(a) for a, b in pairwise(values))
        return grows and bool(values[-1] * claim.infinite > 100)
    assert claim.ball is not None
    errors = [abs(v - claim.ball) for v in values]
    leaves = any(b > a for a, b in pairwise(errors) if a > AGREEMENT**6)  # of what precision shows
    return bool(errors[-1] < AGREEMENT * (1 + abs(to_arb(claim.ball)))) and not leaves


def kind_from_sides(value: Quantity | None, left: Side, right: Side) -> Kind:
    """The first kind that holds, from numbers that are known on both sides to some digits."""

    def continuous() -> bool:
        if value is not None and not _equal(left.limit, value):
            return False
        return _equal(left.limit, right.limit)

    return kind_of(left, right, value, continuous, lambda: _equal(left.slope, right.slope))


def _equal(a: Quantity | None, b: Quantity | None) -> bool:
    if a is None or b is None or a.ball is None or b.ball is None:
        return False
    difference = to_arb(a.ball) - to_arb(b.ball)
    return bool(abs(difference) < arb(10) ** -25 * (1 + abs(to_arb(a.ball))))
