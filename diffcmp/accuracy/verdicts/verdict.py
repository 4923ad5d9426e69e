"""What to say of a number: a note for every one that is wrong, that is not finite, or that stands
where no derivative exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.shadow.reasons import Case
from diffcmp.arithmetic.floats import finite
from diffcmp.backends.protocol import Backend, Estimate
from diffcmp.errors import ComputationError
from diffcmp.notes import Note, Remark, remark
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth, exact_of

SHORT = 6  # digits of a number inside a sentence
NO_REASON = remark(Note.NOT_FINITE)
CHOICE = 0.25  # of the dtype's digits: enough to tell which one-sided derivative a number is

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

    h: the step along each variable that the method moved, None for a method without one. f: the
    value of the function that comes with it.
    """

    method: Backend
    name: str
    errors: Errors
    h: Mapping[str, float] | None = None
    f: Any = 0.0

    @classmethod
    def of(
        cls, method: Backend, question: Question, truth: Truth, estimate: Estimate, name: str
    ) -> Answer:
        """What an estimate says of one derivative."""
        errors = Errors(estimate.derivative.get(name), truth.exact(name), question.floats)
        f = 0.0 if estimate.value is None else estimate.value
        return cls(method, name, errors, estimate.h, f)

    @property
    def value(self) -> Any:
        """The number that the method gives."""
        return self.errors.value

    def case(self, question: Question, truth: Truth) -> Case:
        """The answer, for what its runs show."""
        return Case(question, truth, self.method, self.name, self.value, self.h)


def verdict(question: Question, truth: Truth, answer: Answer) -> tuple[Remark, ...]:
    """The remarks on one derivative, wrong or not finite; none where it is right, or where the
    method has nothing to say. Where there is no time for a reason, there is none."""
    if answer.value is None:
        return ()
    try:
        return _reasons(question, truth, answer)
    except ComputationError:
        digits = answer.errors.digits or 0.0
        return (remark(Note.WRONG, digits=digits) if finite(answer.value) else NO_REASON,)


def _reasons(question: Question, truth: Truth, answer: Answer) -> tuple[Remark, ...]:
    case = answer.case(question, truth)
    if not finite(answer.value):
        return tuple(case.not_finite())
    along = truth.along[answer.name]
    if along.derivative is None or along.kind is Kind.EDGE:
        return (_baseless(along, truth.order == 2, answer.errors),)
    digits = answer.errors.digits
    enough = answer.method.expected_digits(question.floats)
    if digits is not None and digits < enough:
        return tuple(case.wrong())
    if along.kind is Kind.SMOOTH and not finite(answer.f):
        by_steps = answer.method.imaginary and finite(question.value())
        if by_steps:
            return (remark(Note.COMPLEX_VALUE_NOT_FINITE),)
        return (case.value_not_finite(),)
    return ()


def _baseless(along: Coordinatewise, second: bool, errors: Errors) -> Remark:
    """The remark on a number that stands where no derivative exists, or one from one side only."""
    if along.oscillates:
        return remark(Note.OSCILLATES)
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
    text = quantity.text(SHORT).replace("inf", "∞")
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
