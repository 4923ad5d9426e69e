"""What to say of a finite number: a note for every one that is wrong, or that stands where no
derivative exists."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from diffcmp.accuracy.budget import exact_difference, split
from diffcmp.accuracy.errors import correct_digits, full_digits
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.backends.complex_step import ComplexStep
from diffcmp.backends.protocol import Backend
from diffcmp.backends.richardson import Richardson
from diffcmp.backends.stencil import Stencil
from diffcmp.engines.lhopital.touching import touching
from diffcmp.notes import Note, Remark, remark
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point
from diffcmp.program.ir import Program
from diffcmp.truth.proof import certified
from diffcmp.truth.record import Kind, Quantity, Truth

SHORT = 6  # digits of a number inside a sentence
EXACT_SHARE = (
    0.75  # of the dtype's digits: fewer from a method without truncation error deserve a note
)
SMALLEST_SLOPE = 1e-250
STEP_SHARE = 0.5  # of the digits that a stencil of its order can reach

_SINGULAR = {
    Kind.JUMP: Note.JUMP,
    Kind.POLE: Note.POLE,
    Kind.VERTICAL: Note.VERTICAL_TANGENT,
    Kind.OUTSIDE: Note.OUTSIDE,
    Kind.UNDECIDED: Note.UNDECIDED,
}


def verdict(
    method: Backend,
    program: Program,
    where: Point,
    name: str,
    value: Any,
    true: Fraction | None,
    digits: float | None,
    steps: Sequence[float] | None,
    f: Any,
    known: Truth,
    floats: Floats,
) -> Iterator[Remark]:
    """The remarks on one finite derivative. `steps`: along each variable that the method moved for
    it."""
    along, second = known.along[name], known.order == 2
    if along.kind in _SINGULAR:
        yield remark(_SINGULAR[along.kind])
    elif along.kind is Kind.KINK and second:
        yield remark(Note.KINK_OF_VALUE)
    elif along.kind is Kind.EDGE:
        yield remark(
            Note.SECOND_EDGE if second else Note.EDGE, derivative=_short(along.right or along.left)
        )
    elif along.derivative is None and any(
        q is not None and q.infinite for q in (along.left, along.right)
    ):
        yield remark(Note.INFINITE_CURVATURE)
    elif along.derivative is None:
        choice = _choice(value, along.left, along.right, floats)
        note = Note.KINK_OF_SLOPE if second else Note.KINK
        yield remark(note, left=_short(along.left), right=_short(along.right), choice=choice)
    elif digits is not None and digits < expected(method, floats, known.order):
        yield _blame(method, program, where, name, value, true, digits, steps, known, floats)
    elif not math.isfinite(f) and along.kind is Kind.SMOOTH:
        by_steps = isinstance(method, ComplexStep) and math.isfinite(_value(program, where, floats))
        yield remark(Note.COMPLEX_VALUE_NOT_FINITE if by_steps else Note.VALUE_NOT_FINITE)


def _value(program: Program, where: Point, floats: Floats) -> Any:
    """f itself, in real arithmetic."""
    with floats.quiet():
        return evaluate(program, floats, where.rounded(floats))[0]


def expected(method: Backend, floats: Floats, order: int = 1) -> float:
    """The digits below which a derivative of that order deserves a note."""
    full = full_digits(floats)
    if isinstance(method, Stencil):
        p = method.truncation_order
        return full * p / (p + order) * STEP_SHARE
    return full * (STEP_SHARE if isinstance(method, Richardson) else EXACT_SHARE)


def _short(quantity: Quantity | None) -> str:
    if quantity is None:
        return "none"
    text = quantity.text(SHORT)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _choice(value: Any, left: Quantity | None, right: Quantity | None, floats: Floats) -> str:
    """Which of the one-sided derivatives a number is, to half of the digits of the dtype."""
    enough = full_digits(floats) * STEP_SHARE / 2
    sides = {"the left one": left, "the right one": right}
    exacts = {label: q.exact for label, q in sides.items() if q is not None and q.exact is not None}
    for label, side in exacts.items():
        if correct_digits(abs(exact(value) - side), side, floats) >= enough:
            return label
    if len(exacts) == 2:
        mean = sum(exacts.values(), Fraction(0)) / 2
        if correct_digits(abs(exact(value) - mean), mean, floats) >= enough:
            return "their mean"
    return "neither"


def _blame(
    method: Backend,
    program: Program,
    where: Point,
    name: str,
    value: Any,
    true: Fraction | None,
    digits: float,
    steps: Sequence[float] | None,
    known: Truth,
    floats: Floats,
) -> Remark:
    """Why a number has too few correct digits."""
    if known.along[name].kind is Kind.REMOVABLE and isinstance(method, ComplexStep):
        return remark(Note.LOST_BELOW_ROUNDOFF)
    guard = _touching_condition(program, where, floats)
    if guard is not None:
        return guard
    if true and abs(true) < Fraction(2) ** floats.least_exponent:
        return remark(Note.UNDERFLOW, dtype=floats.dtype)
    if isinstance(method, Richardson):
        return remark(Note.EXTRAPOLATION, digits=digits)
    part = _largest_part(method, program, where, name, value, steps, known.order, floats)
    if part is Note.WRONG or part is None:
        return remark(Note.WRONG, digits=digits)
    if part is Note.ROUNDOFF and isinstance(method, ComplexStep):
        part = Note.CANCELLATION  # it subtracts nothing itself: no larger h helps
    return remark(part, digits=digits, h=", ".join(f"{h:.2g}" for h in dict.fromkeys(steps or ())))


def _touching_condition(program: Program, where: Point, floats: Floats) -> Remark | None:
    """A condition whose two sides are equal at the rounded point."""
    with floats.quiet():
        eq = touching(program, floats, where.rounded(floats))
    return None if eq is None else remark(Note.GUARD, eq.span, program.text)


def _largest_part(
    method: Backend,
    program: Program,
    where: Point,
    name: str,
    value: Any,
    steps: Sequence[float] | None,
    order: int,
    floats: Floats,
) -> Note | None:
    """The part of the error budget that dominates; None where the derivative is not certain at the
    rounded point."""
    inputs = [exact(x) for x in where.rounded(floats)]
    rounded = Point({n: coordinate(x) for n, x in zip(program.inputs, inputs, strict=True)})
    near, typed = (certified(program, p, [name], 40, order) for p in (rounded, where))
    if near is None or typed is None:
        return None
    with Balls(512).working():
        if isinstance(method, Stencil | ComplexStep) and steps is not None:
            slope = min(
                max(abs(float(to_arb(near.derivatives[0]))), SMALLEST_SLOPE), 1.0
            )  # a tiny one takes more bits
            difference = exact_difference(method, program, name, inputs, min(steps) * slope)
            parts = split(
                value, steps, floats, difference, near.derivatives[0], typed.derivatives[0]
            )
            sizes = {
                Note.TRUNCATION: parts.truncation,
                Note.ROUNDOFF: parts.roundoff,
                Note.REPRESENTATION: parts.representation,
            }
        else:
            number = to_arb(Balls(512).literal(exact(value)))
            true, asked = near.derivatives[0], typed.derivatives[0]
            sizes = {Note.CANCELLATION: number - true, Note.REPRESENTATION: true - asked}
        found = {note: abs(to_arb(x)) for note, x in sizes.items() if x is not None}
        largest: Note | None = None
        size = arb(-1)
        for note, x in found.items():
            if x.mid() > size:
                largest, size = note, x.mid()
    return largest
