"""What to say of a finite number: a note for every one that is wrong, or that stands where no
derivative exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flint import arb

from diffcmp.accuracy.judging.budget import WORKING, at_both_points, budget_of
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.arithmetic.balls import Ball, to_arb
from diffcmp.arithmetic.floats import exact, finite
from diffcmp.backends.protocol import Backend, Estimate, rational
from diffcmp.engines.lhopital.touching import touching
from diffcmp.engines.partials import steps_of
from diffcmp.notes import Note, Remark, remark
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth, exact_of

SHORT = 6  # digits of a number inside a sentence
CHOICE = 0.25  # of the dtype's digits: enough to tell which one-sided derivative a number is
PART_DIGITS = 40  # of f′, for the parts of an error
SMALLEST_SLOPE = 1e-250

_SINGULAR = {
    Kind.JUMP: Note.JUMP,
    Kind.POLE: Note.POLE,
    Kind.VERTICAL: Note.VERTICAL_TANGENT,
    Kind.OUTSIDE: Note.OUTSIDE,
    Kind.UNDECIDED: Note.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One derivative that a method gives, held against the true one.

    steps: along each variable that the method moved for it, None for a method without a step. f:
    the value of the function that comes with it.
    """

    method: Backend
    name: str
    errors: Errors
    steps: Sequence[float] | None = None
    f: Any = 0.0

    @classmethod
    def of(
        cls, method: Backend, question: Question, truth: Truth, estimate: Estimate, name: str
    ) -> Answer:
        """What an estimate says of one derivative."""
        errors = Errors(estimate.derivative.get(name), truth.exact(name), question.floats)
        steps = None if estimate.h is None else steps_of(estimate.h, name, truth.order)
        f = 0.0 if estimate.value is None else estimate.value
        return cls(method, name, errors, steps, f)

    @property
    def value(self) -> Any:
        """The number that the method gives."""
        return self.errors.value


def verdict(question: Question, truth: Truth, answer: Answer) -> Remark | None:
    """The remark on one finite derivative; None where it is right."""
    along = truth.along[answer.name]
    if along.derivative is None or along.kind is Kind.EDGE:
        return _baseless(along, truth.order == 2, answer.errors)
    digits = answer.errors.digits
    enough = answer.method.expected_digits(question.floats)
    if digits is not None and digits < enough:
        return _blame(question, along.kind, answer, digits)
    if along.kind is Kind.SMOOTH and not finite(answer.f):
        by_steps = answer.method.imaginary and finite(question.value())
        return remark(Note.COMPLEX_VALUE_NOT_FINITE if by_steps else Note.VALUE_NOT_FINITE)
    return None


def _baseless(along: Coordinatewise, second: bool, errors: Errors) -> Remark:
    """The remark on a number that stands where no derivative exists, or one from one side only."""
    if along.kind in _SINGULAR:
        return remark(_SINGULAR[along.kind])
    if along.kind is Kind.KINK and second:
        return remark(Note.KINK_OF_VALUE)
    left, right = along.left, along.right
    if along.kind is Kind.EDGE:
        note = Note.SECOND_EDGE if second else Note.EDGE
        return remark(note, derivative=_short(right or left))
    if any(side is not None and side.infinite for side in (left, right)):
        return remark(Note.INFINITE_CURVATURE)
    choice = _choice(errors, along)
    note = Note.KINK_OF_SLOPE if second else Note.KINK
    return remark(note, left=_short(left), right=_short(right), choice=choice)


def _short(quantity: Quantity | None) -> str:
    if quantity is None:
        return "none"
    text = quantity.text(SHORT)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _choice(errors: Errors, along: Coordinatewise) -> str:
    """Which of the one-sided derivatives a number is, to half of the digits of the dtype."""
    left, right = exact_of(along.left), exact_of(along.right)
    mean = None if left is None or right is None else (left + right) / 2
    choices = {"the one from the left": left, "the one from the right": right, "their mean": mean}
    enough = full_digits(errors.floats) * CHOICE
    for label, number in choices.items():
        digits = replace(errors, true=number).digits
        if digits is not None and digits >= enough:
            return label
    return "neither"


def _blame(question: Question, kind: Kind, answer: Answer, digits: float) -> Remark:
    """Why a number has too few correct digits."""
    method, true = answer.method, answer.errors.true
    if kind is Kind.REMOVABLE and method.imaginary:
        return remark(Note.LOST_BELOW_ROUNDOFF)
    guard = _touching_condition(question)
    if guard is not None:
        return guard
    if true and abs(true) < Fraction(2) ** question.floats.least_exponent:
        return remark(Note.UNDERFLOW, dtype=question.dtype)
    if method.shortfall is not None:
        return remark(method.shortfall, digits=digits)
    note = _largest_part(question, answer)
    if note is None:
        return remark(Note.WRONG, digits=digits)
    if note is Note.ROUNDOFF and method.imaginary:
        note = Note.CANCELLATION  # it subtracts nothing itself: no larger h helps
    h = ", ".join(f"{step:.2g}" for step in dict.fromkeys(answer.steps or ()))
    return remark(note, digits=digits, h=h)


def _touching_condition(question: Question) -> Remark | None:
    """A condition whose two sides are equal at the rounded point."""
    with question.floats.quiet():
        eq = touching(question.program, question.floats, question.inputs)
    return None if eq is None else remark(Note.GUARD, eq.span, question.program.text)


def _largest_part(question: Question, answer: Answer) -> Note | None:
    """The largest part of the error; None where f′ is not certain at the rounded point."""
    question = replace(question, names=(answer.name,))
    at_rounded, at_typed = at_both_points(question, PART_DIGITS)
    if at_rounded is None or at_typed is None:
        return None
    largest, size = None, arb(-1)
    with WORKING.working():
        for note, part in _parts(question, answer, at_rounded, at_typed).items():
            if part is not None and abs(to_arb(part)).mid() > size:
                largest, size = note, abs(to_arb(part)).mid()
    return largest


def _parts(
    question: Question, answer: Answer, at_rounded: Ball, at_typed: Ball
) -> Mapping[Note, Ball | None]:
    """The parts of an error: three with a step, else what the computation lost and what rounding
    the point did; nothing where the method cannot say what it computes."""
    if answer.method.truncation_order is None or answer.steps is None:
        number = rational(exact(answer.value))
        return {Note.CANCELLATION: number - at_rounded, Note.REPRESENTATION: at_rounded - at_typed}
    # a tiny slope takes more bits
    slope = min(max(abs(float(to_arb(at_rounded))), SMALLEST_SLOPE), 1.0)
    smallest = min(answer.steps) * slope
    budget = budget_of(question, answer.method, at_rounded, at_typed, smallest)
    if budget.difference is None:
        return {}
    split = budget.split(answer.value, answer.steps)
    notes = Note.TRUNCATION, Note.ROUNDOFF, Note.REPRESENTATION
    return dict(zip(notes, (split.truncation, split.roundoff, split.representation), strict=True))
