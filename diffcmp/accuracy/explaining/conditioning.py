"""Where do the digits go? Condition numbers of f and f′, and what the evaluation itself loses.

The condition number says what a relative error of the input does to the result, whatever the method
(Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 1). What the evaluation loses
is measured by its shadow, equation by equation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from flint import arb

from diffcmp.accuracy.explaining.explanation import Conditioning, Loss
from diffcmp.accuracy.judging.errors import Errors, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.shadow.blame import losses, output_of, right
from diffcmp.accuracy.shadow.record import Link
from diffcmp.accuracy.shadow.trace import Shadow, shadow_of
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import finite
from diffcmp.backends.registry import backend
from diffcmp.notes import Note, remark
from diffcmp.program.ir import Equation
from diffcmp.truth.certify import taylor
from diffcmp.truth.record import Truth

MEASURE = "dual"  # whose evaluation is looked at
LAST = 1.0  # decimal digits: what is right but for these is right to the last digits
NOTABLE = 1.0  # digits lost by one equation before it is named
DIGITS = (20, 80, 320, 1280)  # of f and its derivatives, until they can be told from 0


def conditioning(question: Question, truth: Truth, name: str) -> Conditioning:
    """Condition numbers with respect to one variable, and the losses of the evaluation of f and of
    its derivative; of a derivative only where it exists, as a convention has no digits to lose."""
    value, derivative = condition_numbers(question, truth, name)
    if not all(map(finite, question.inputs)):
        return Conditioning(value, derivative, (), lossless=False)
    (run,) = backend(MEASURE).runs(question.program, name, question.floats, question.inputs, None)
    shadow = shadow_of(run, question.floats, question.program)
    exists = truth.along[name].derivative is not None
    found = [loss for loss in _losses(shadow, question) if exists or loss.of == "value"]
    worst_first = sorted(found, key=lambda loss: -loss.lost)
    number = shadow.number(output_of(shadow))
    digits = Errors(number, truth.exact(name), question.floats).digits
    is_true = digits is not None and digits > full_digits(question.floats) - LAST
    lossless = exists and is_true and right(shadow)
    return Conditioning(value, derivative, tuple(worst_first), lossless=lossless)


def condition_numbers(
    question: Question, truth: Truth, name: str
) -> tuple[float | None, float | None]:
    """|x f′/f| and |x f″/f′|: what a relative error of the input does to the result, whatever the
    method. None where the quotient is 0/0, where f is not differentiable, or where f or f′ cannot
    be told from 0."""
    if not truth.along[name].kind.differentiable:
        return None, None
    numbers: tuple[float | None, float | None] = (None, None)
    for digits in DIGITS:
        derivatives = taylor(question.program, question.where, name, 2, digits)
        if derivatives is None:
            return numbers
        balls = Balls(256 + 4 * digits)
        with balls.working():
            x = to_arb(question.where.coordinates[name].enclosure(balls))
            f, slope, curvature = (to_arb(d) for d in derivatives)
            numbers = _ratio(x * slope, f), _ratio(x * curvature, slope)
            if all(d.is_zero() or not d.contains(0) for d in (f, slope)):
                return numbers
    return numbers


def _ratio(above: arb, below: arb) -> float | None:
    """|above/below|, infinite where only the divisor vanishes; None where that is not known."""
    if below.contains(0):
        return None if above.contains(0) or not below.is_zero() else math.inf
    return float(abs(above / below).mid())


def _losses(shadow: Shadow, question: Question) -> Iterator[Loss]:
    """What each equation of the tangent Program does, each piece of the text once."""
    seen = set()
    for eq, link in losses(shadow):
        if eq.span is None or (link.lost or NOTABLE) < NOTABLE or eq.span in seen:
            continue
        seen.add(eq.span)
        yield _loss(eq, link, question, of_value=link.of_value)


def _loss(eq: Equation, link: Link, question: Question, *, of_value: bool) -> Loss:
    """One loss, with a sentence."""
    assert eq.span is not None
    assert link.cause is not None
    full = question.floats.precision * math.log10(2)
    lost = full if link.lost is None else min(link.lost, full)
    what = "" if of_value else " of the derivative"
    facts = {"lost": lost, "what": what, "cause": link.cause.words}
    said = remark(Note.LOSES, eq.span, question.program.text, **facts)
    return Loss(eq.span, link.piece, "value" if of_value else "derivative", lost, link.cause, said)
