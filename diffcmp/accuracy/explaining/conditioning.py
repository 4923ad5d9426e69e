"""Where do the digits go? Condition numbers of f and f′, and the sub-expressions in which the
evaluation loses digits.

The evaluation in floating point is held against one on balls at the same rounded point, operation
by operation: what an operation loses is how many correct digits its result has less than its worst
argument. That is the error that was made, not a bound on it. (Higham, Accuracy and Stability of
Numerical Algorithms, 2002, chapters 1 and 3.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from flint import arb

from diffcmp.accuracy.explaining.explanation import Cause, Conditioning, Loss, Of
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import trace_of
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.forward import Dual, Duals, local_partial
from diffcmp.notes import Note, Remark, short_exponents
from diffcmp.program.ir import Equation, Program
from diffcmp.truth.certify import taylor
from diffcmp.truth.record import Truth

BITS = 2048  # balls around what has cancelled must still have digits
NAMES = {"ill-conditioned": "ill-conditioning"}  # of a cause, in a sentence
NOTABLE = 1.0  # digits lost by one operation before it is named

Digits: TypeAlias = tuple[float | None, float | None]
"""Correct digits of a value and of its derivative; None where the true one is not known."""


def conditioning(question: Question, truth: Truth, name: str) -> Conditioning:
    """Condition numbers with respect to one variable, and the losses of the evaluation of f and of
    its derivative; of a derivative only where it exists, as a convention has no digits to lose."""
    value, derivative = condition_numbers(question, truth, name)
    exists = truth.along[name].derivative is not None
    losses = [loss for loss in _losses(question, name) if exists or loss.of == "value"]
    return Conditioning(value, derivative, tuple(sorted(losses, key=lambda loss: -loss.lost)))


def condition_numbers(
    question: Question, truth: Truth, name: str
) -> tuple[float | None, float | None]:
    """|x f′/f| and |x f″/f′|: what a relative error of the input does to the result, whatever the
    method. None where the quotient is 0/0, or where f is not differentiable."""
    if not truth.along[name].kind.differentiable:
        return None, None
    derivatives = taylor(question.program, question.where, name, 2)
    if derivatives is None:
        return None, None
    balls = Balls(256)
    with balls.working():
        x = to_arb(question.where.coordinates[name].enclosure(balls))
        f, slope, curvature = (to_arb(d) for d in derivatives)
        return _ratio(x * slope, f), _ratio(x * curvature, slope)


def _ratio(above: arb, below: arb) -> float | None:
    """|above/below|, infinite where only the divisor vanishes."""
    if below.contains(0):
        return None if above.contains(0) else math.inf
    return float(abs(above / below).mid())


def _losses(question: Question, name: str) -> list[Loss]:
    """What each operation loses, in the order of evaluation."""
    program, floats, inputs = question.program, question.floats, question.inputs
    if not all(map(math.isfinite, inputs)):
        return []
    balls = Balls(BITS)
    with floats.quiet(), balls.working():
        evaluation = _Evaluation(
            program=program,
            floats=floats,
            balls=balls,
            rounded=carried(program, floats, inputs, name),
            true=carried(program, balls, [balls.literal(exact(x)) for x in inputs], name),
        )
        losses = [evaluation.loss(eq) for eq in program.equations]
    return [loss for loss in losses if loss is not None]


def carried(
    program: Program, system: NumberSystem[Any], inputs: Sequence[Any], name: str
) -> list[Any]:
    """The value of every slot with its derivative with respect to one variable."""
    duals = [Dual(x) for x in inputs]
    place = program.inputs.index(name)
    duals[place] = Dual(inputs[place], system.literal(Fraction(1)))
    return trace_of(program, Duals(system), duals)


def _digits(value: Any, true: Any, floats: Floats) -> Digits:
    if not isinstance(value, Dual) or not isinstance(true, Dual):
        return None, None
    primal = _correct(value.primal, true.primal, floats)
    return primal, _correct(value.tangent, true.tangent, floats)


def _correct(value: Any, true: Any, floats: Floats) -> float | None:
    """Correct digits; None where the true value is not known well enough."""
    if value is None or true is None:
        return None
    ball = to_arb(true)
    narrow = ball.is_zero() or ball.rel_accuracy_bits() >= 2 * floats.precision
    if not ball.is_finite() or not narrow:
        return None
    return Errors(value, Balls().fraction(ball), floats).digits


@dataclass(frozen=True)
class _Evaluation:
    """Value and derivative of every slot, in floating point and in balls at the rounded point."""

    program: Program
    floats: Floats
    balls: Balls
    rounded: Sequence[Any]
    true: Sequence[Any]

    @cached_property
    def digits(self) -> list[Digits]:
        """The correct digits of every slot."""
        pairs = zip(self.rounded, self.true, strict=True)
        return [_digits(value, true, self.floats) for value, true in pairs]

    def loss(self, eq: Equation) -> Loss | None:
        """What one equation loses in the value, else what it loses in the derivative."""
        if eq.span is None or eq.params or eq.entry.condition or eq.output in self.program.constant:
            return None
        arguments = [i for i in eq.inputs if isinstance(self.true[i], Dual)]
        varying = [i for i in arguments if self.true[i].tangent is not None]
        values = [self.digits[i][0] for i in arguments]
        tangents = [self.digits[i][1] for i in varying]
        in_value = self.notable(eq, "value", values)
        return in_value or self.notable(eq, "derivative", [*values, *tangents])

    def notable(self, eq: Equation, of: Of, before: Sequence[float | None]) -> Loss | None:
        """The digits lost against the arguments, where they are known and enough to be named."""
        after = self.digits[eq.output][0 if of == "value" else 1]
        known = [digits for digits in before if digits is not None]
        if after is None or len(known) < len(before):
            return None
        fewest = min(known, default=full_digits(self.floats))
        return self.named(eq, of, fewest, after) if fewest - after >= NOTABLE else None

    def named(self, eq: Equation, of: Of, before: float, after: float) -> Loss:
        """The loss with its cause, and all of it in a sentence."""
        assert eq.span is not None
        piece, cause = self.program.piece(eq), self.cause(eq, of)
        condition = self.condition(eq) if of == "value" else None
        shown = "" if condition is None else short_exponents(f"{condition:.1e}")
        facts = {
            "piece": piece,
            "lost": before - after,
            "before": before,
            "cause": NAMES.get(cause, cause),
            "what": "" if of == "value" else "of the derivative ",
            "condition": f" (condition number {shown})" if shown else "",
        }
        note = Note.LOSES_ALL if after == 0 else Note.LOSES  # which names the piece itself
        sentence = Remark(note, tuple(facts.items()), eq.span)
        return Loss(eq.span, piece, of, before, after, condition, cause, sentence)

    def cause(self, eq: Equation, of: Of) -> Cause:
        """What happened to the value or the derivative of one equation."""
        rounded, true = self.rounded[eq.output], self.true[eq.output]
        pairs = {
            "value": (rounded.primal, true.primal),
            "derivative": (rounded.tangent, true.tangent),
        }
        out, exactly = pairs[of]
        if not math.isfinite(out):
            return "overflow"
        if abs(to_arb(exactly)) < arb(2) ** self.floats.least_exponent:
            return "underflow"
        subtracts = eq.primitive in ("add", "sub") or of == "derivative"
        return "cancellation" if subtracts else "ill-conditioned"

    def condition(self, eq: Equation) -> float | None:
        """Σ|xᵢ ∂ᵢ|/|out| of one operation; None where a partial derivative is unknown."""
        if eq.entry.selects:
            return None
        values, out = [self.true[i].primal for i in eq.inputs], self.true[eq.output].primal
        total = arb(0)
        for position, x in enumerate(values):
            if eq.entry.partials[position]:
                partial = local_partial(self.balls, eq.primitive, position, values, out)
                total += abs(to_arb(x) * to_arb(partial))
        ratio = total / abs(to_arb(out))
        return float(ratio.mid()) if ratio.is_finite() else None
