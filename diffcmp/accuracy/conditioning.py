"""Where do the digits go? Condition numbers of f and f′, and the sub-expressions in which the
evaluation loses digits.

The evaluation in floating point is held against one on balls at the very same rounded point,
operation by operation: what an operation loses is how many correct digits its result has less than
its worst argument. That is the error which was made, not a bound of it. (Higham, Accuracy and
Stability of Numerical Algorithms, 2002, chapters 1 and 3.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Literal

from flint import arb

from diffcmp.accuracy.errors import Errors, full_digits
from diffcmp.accuracy.explanation import Conditioning, Loss
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import trace_of
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.forward import Dual, Duals, local_partial
from diffcmp.notes import Note, Remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Equation, Program
from diffcmp.truth.certify import taylor
from diffcmp.truth.record import Kind, Truth

BITS = 2048  # balls around what has cancelled must still have digits
NAMES = {"ill-conditioned": "ill-conditioning"}  # of a cause, in a sentence
NOTABLE = 1.0  # digits lost by one operation before it is named


def conditioning(
    program: Program, where: Point, name: str, known: Truth, floats: Floats
) -> Conditioning:
    """Condition numbers with respect to one variable, and the losses of the evaluation of f and of
    its derivative."""
    value, derivative = condition_numbers(program, where, name, known)
    exists = (
        known.along[name].derivative is not None
    )  # where a convention stands for it, no digits of it are lost
    found = (loss for loss in _losses(program, where, name, floats) if exists or loss.of == "value")
    losses = sorted(found, key=lambda loss: -loss.lost)
    return Conditioning(value, derivative, tuple(losses))


def condition_numbers(
    program: Program, where: Point, name: str, known: Truth
) -> tuple[float | None, float | None]:
    """|x f′/f| and |x f″/f′|: what a relative error of the input does to the result, whatever the
    method.

    None where the quotient is 0/0, or where f is not differentiable.
    """
    if known.along[name].kind not in (Kind.SMOOTH, Kind.REMOVABLE):
        return None, None
    derivatives = taylor(program, where, name, 2)
    if derivatives is None:
        return None, None
    balls = Balls(256)
    with balls.working():
        x = to_arb(where.coordinates[name].enclosure(balls))
        f, slope, curvature = (to_arb(d) for d in derivatives)
        return _ratio(x * slope, f), _ratio(x * curvature, slope)


def _ratio(above: arb, below: arb) -> float | None:
    """|above/below|, infinite where only the divisor vanishes."""
    if below.contains(0):
        return None if above.contains(0) else math.inf
    return float(abs(above / below).mid())


def _losses(program: Program, where: Point, name: str, floats: Floats) -> Iterator[Loss]:
    inputs = where.rounded(floats)
    if not all(math.isfinite(x) for x in inputs):
        return
    balls = Balls(BITS)
    with floats.quiet(), balls.working():
        found = _carried(program, floats, inputs, name)
        true = _carried(program, balls, [balls.literal(exact(x)) for x in inputs], name)
        digits = [_digits(f, t, floats) for f, t in zip(found, true, strict=True)]
        for eq in program.equations:
            loss = _loss(program, eq, found, true, digits, balls, floats)
            if loss is not None:
                yield loss


def _carried(
    program: Program, system: NumberSystem[Any], inputs: Sequence[Any], name: str
) -> list[Any]:
    """Every value with its derivative with respect to one variable."""
    one = system.literal(Fraction(1))
    duals = [
        Dual(x, one if n == name else None) for n, x in zip(program.inputs, inputs, strict=True)
    ]
    return trace_of(program, Duals(system), duals)


def _digits(found: Any, true: Any, floats: Floats) -> tuple[float | None, float | None]:
    """Correct digits of the primal and of the tangent; None where the true value is not known."""
    if not isinstance(found, Dual) or not isinstance(true, Dual):
        return None, None
    tangent = (
        None
        if found.tangent is None or true.tangent is None
        else _correct(found.tangent, true.tangent, floats)
    )
    return _correct(found.primal, true.primal, floats), tangent


def _correct(value: Any, true: Any, floats: Floats) -> float | None:
    ball = to_arb(true)
    if not ball.is_finite() or (
        ball.rel_accuracy_bits() < 2 * floats.precision and not ball.is_zero()
    ):
        return None
    return Errors(value, Balls().fraction(ball), floats).digits


def _loss(
    program: Program,
    eq: Equation,
    found: Sequence[Any],
    true: Sequence[Any],
    digits: Sequence[tuple[float | None, float | None]],
    balls: Balls,
    floats: Floats,
) -> Loss | None:
    """What one equation loses in the value, else what it loses in the derivative."""
    if eq.span is None or eq.params or eq.entry.condition or eq.output in program.constant:
        return None
    value, tangent = digits[eq.output]
    arguments = [digits[i] for i in eq.inputs if isinstance(true[i], Dual)]
    values = [v for v, _ in arguments]
    if value is not None and None not in values:
        before = min((v for v in values if v is not None), default=full_digits(floats))
        if before - value >= NOTABLE:
            return _named(program, eq, "value", before, value, found, true, balls, floats)
    tangents = [
        t
        for (_, t), i in zip(arguments, _numbers(eq, true), strict=True)
        if true[i].tangent is not None
    ]
    if tangent is not None and None not in tangents and None not in values:
        before = min(v for v in (*values, *tangents) if v is not None)
        if before - tangent >= NOTABLE:
            return _named(program, eq, "derivative", before, tangent, found, true, balls, floats)
    return None


def _numbers(eq: Equation, true: Sequence[Any]) -> list[int]:
    """The arguments that are no conditions."""
    return [i for i in eq.inputs if isinstance(true[i], Dual)]


def _named(
    program: Program,
    eq: Equation,
    of: Literal["value", "derivative"],
    before: float,
    after: float,
    found: Sequence[Any],
    true: Sequence[Any],
    balls: Balls,
    floats: Floats,
) -> Loss:
    assert eq.span is not None
    out, exactly = (
        x[eq.output].primal if of == "value" else x[eq.output].tangent for x in (found, true)
    )
    cause: Literal["cancellation", "overflow", "underflow", "ill-conditioned"] = "ill-conditioned"
    if not math.isfinite(out):
        cause = "overflow"
    elif abs(to_arb(exactly)) < arb(2) ** floats.least_exponent:
        cause = "underflow"
    elif eq.primitive in ("add", "sub") or of == "derivative":
        cause = "cancellation"
    condition = _condition(eq, true, balls) if of == "value" else None
    note = Note.LOSES_ALL if after == 0 else Note.LOSES
    facts = {
        "piece": program.piece(eq),
        "lost": before - after,
        "before": before,
        "cause": NAMES.get(cause, cause),
        "what": "" if of == "value" else "of the derivative ",
        "condition": "" if condition is None else f" (condition number {_two_digits(condition)})",
    }
    told = Remark(note, tuple(facts.items()), eq.span)  # the sentence names the piece itself
    return Loss(eq.span, program.piece(eq), of, before, after, condition, cause, told)


def _two_digits(value: float) -> str:
    """A condition number: 4.0e16."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _condition(eq: Equation, true: Sequence[Any], balls: Balls) -> float | None:
    """Σ|xᵢ ∂ᵢ|/|out| of one operation, None where a partial derivative is unknown."""
    if eq.entry.selects:
        return None
    values = [true[i].primal for i in eq.inputs]
    out = true[eq.output].primal
    total = arb(0)
    for position, x in enumerate(values):
        if eq.entry.partials[position]:
            rule = local_partial(balls, eq.primitive, position, values, out)
            total += abs(to_arb(x) * to_arb(rule))
    ratio = total / abs(to_arb(out))
    return float(ratio.mid()) if ratio.is_finite() else None
