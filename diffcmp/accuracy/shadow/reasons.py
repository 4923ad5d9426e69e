"""Why is this derivative wrong, or not finite? Each reason is measured, and says its cause.

The error of a number splits exactly: a method with a step has roundoff, truncation and
representation (`judging.budget`); one that runs a derived Program has the roundoff of that run,
what the Program itself computes besides f′ (at a point where two pieces meet), and representation.
The largest part is the reason; where it is roundoff, the shadow of the run says which equation lost
the digits, and how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb, fmpq

from diffcmp.accuracy.judging.budget import WORKING, Parts, budget_of
from diffcmp.accuracy.judging.errors import Errors, correct_digits, full_digits
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.shadow.blame import blame, midpoint, output_of, spelled
from diffcmp.accuracy.shadow.pieces import Pieces
from diffcmp.accuracy.shadow.record import Chain, Link
from diffcmp.accuracy.shadow.singular import singularity
from diffcmp.accuracy.shadow.trace import Shadow, shadow_of
from diffcmp.arithmetic.balls import Ball, to_arb
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.protocol import Backend, Run, rational
from diffcmp.notes import Cause, Note, Remark, remark
from diffcmp.program.ir import Equation
from diffcmp.truth.record import Kind, Truth

PART_DIGITS = 40  # of f′, for the parts of an error
SMALLEST_SLOPE = 1e-250
NOISY = 16  # units of roundoff by which f may be wrong before that is looked at
LOST = 1000  # units of roundoff by which f is wrong enough to be the reason whatever the step is
MOST_TOUCHING = 3  # choices that are named
NOTABLE = 0.25  # of an error: a part of it that explains it
SAME = 8  # units in the last place by which two ways to carry out one run may differ
NEARER = 2.0**-40  # times a step: at which truncation has fallen
FINEST = 2.0**-1000  # times a step: for balls of thousands of bits
NEARLY = 1e-3  # of the scale of f′: a derivative that is nearly 0


@dataclass
class Case:
    """One derivative by one method, which is wrong or not finite.

    value: the number. steps: that the method took, by variable; None for one without. chain: from
    the cause to the result, where a shadow gave the reason.
    """

    question: Question
    truth: Truth
    method: Backend
    name: str
    value: Any
    steps: Mapping[str, float] | None = None
    chain: Chain = field(default_factory=Chain)

    @cached_property
    def runs(self) -> Sequence[Run]:
        """What the number rests on."""
        asked = self.question
        return self.method.runs(asked.program, self.name, asked.floats, asked.inputs, self.steps)

    @cached_property
    def shadows(self) -> list[Shadow]:
        """The runs beside what is true; none where they do not give this number: an engine with
        other ways than its plain one may have found it so."""
        program, floats = self.question.program, self.question.floats
        shadows = [shadow_of(run, floats, program) for run in self.runs]
        if self.steps is None and any(not self.is_given_by(one) for one in shadows):
            return []
        return shadows

    def is_given_by(self, shadow: Shadow) -> bool:
        """Whether a run of the derived Program gives this number, to the last digits."""
        number = shadow.number(output_of(shadow))
        if not (finite(number) and finite(self.value)):
            return self.method.automatic and finite(number) == finite(self.value)
        found, value = exact(number), exact(self.value)
        return abs(found - value) <= SAME * Fraction(self.question.floats.ulp(value))

    @cached_property
    def f(self) -> Shadow:
        """f at the rounded point."""
        program = self.question.program
        return shadow_of(Run(program, self.question.inputs), self.question.floats, program)

    @cached_property
    def pieces(self) -> Pieces:
        """The choices in f."""
        return Pieces.of(self.question.program)

    @property
    def true(self) -> Fraction | None:
        """The certified derivative, to within 2**±65536."""
        return self.truth.exact(self.name)

    @property
    def certified(self) -> Ball | None:
        """The certified derivative, however large or small."""
        return _number(self.truth, self.name)

    @property
    def errors(self) -> Errors:
        """The number against the truth."""
        return Errors(self.value, self.true, self.question.floats)

    @property
    def digits(self) -> float:
        """The correct digits."""
        return self.errors.digits or 0.0

    # what is not finite

    def not_finite(self) -> Iterator[Remark]:
        """Why there is no number."""
        if not all(map(finite, self.question.inputs)) or not self.shadows:
            return
        if self.steps is not None and not self.method.imaginary:
            yield self._of_difference()
            return
        (shadow,) = self.shadows
        chain = blame(shadow)
        if chain.origin is not None:
            yield self.told(chain, shadow)
            return
        if self.method.imaginary:
            yield self.imaginary_outside(shadow)
            return
        link = singularity(self.f, shadow if self.runs[0].derived else None)
        if link is not None:
            yield self.singular(link)

    def imaginary_outside(self, shadow: Shadow) -> Remark:
        """What is singular at the point, or else only at an imaginary step beside it."""
        link = singularity(self.f, None)
        if link is not None:
            return self.singular(link)
        there = singularity(shadow, None)
        span = None if there is None else there.span
        return remark(Note.IMAGINARY_STEP_LEAVES_DOMAIN, span, self.text)

    def value_not_finite(self) -> Remark:
        """Why f is not finite, beside a derivative that is."""
        origin = blame(self.f).origin
        said = remark(Note.VALUE_NOT_FINITE, None if origin is None else origin.span, self.text)
        return said if origin is None else replace(said, why=origin.cause)

    def _of_difference(self) -> Remark:
        """Why a difference of values of f is not finite."""
        here = singularity(self.f, None)
        for shadow in (self.f, *self.shadows):
            place = output_of(shadow)
            if finite(shadow.number(place)):
                continue
            chain = blame(shadow)
            if chain.origin is not None:
                return self.told(chain, shadow)
            there = singularity(shadow, None)
            if there is not None and here is None:
                return self.stencil_outside(there)
            if there is not None:
                return self.singular(there)
        if here is not None:
            return self.singular(here)
        return self.overflown(None)

    def singular(self, link: Link) -> Remark:
        """A singularity in a sentence."""
        note = link.facts["note"]
        assert isinstance(note, Note)
        if link.cause is Cause.SINGULARITY and self.is_singular_when_rounded:
            return remark(Note.POINT_ROUNDED, link.span, self.text)
        facts: dict[str, object] = {**link.facts, "dtype": self.question.dtype}
        if "suspected" in facts and self.at_rounded.along[self.name].kind is Kind.SMOOTH:
            note, facts["argument"] = Note.ROUNDED_OUT, f"`{facts['argument']}`"
        return remark(note, link.span, self.text, **_told(facts, note))

    @property
    def text(self) -> str:
        """What the user typed."""
        return self.question.program.text

    # what is finite and wrong

    def wrong(self) -> Iterator[Remark]:
        """Why a number has too few digits."""
        if self.is_below():
            yield remark(Note.UNDERFLOW, true=self.spelled, dtype=self.question.dtype)
            return
        part = self.largest_part()
        if part is Cause.REPRESENTATION:
            singular = self.is_singular_when_rounded
            yield remark(Note.POINT_ROUNDED if singular else Note.REPRESENTATION)
        elif part is Cause.TOUCHING_CONDITION or (
            part is Cause.TRUNCATION and self.method.imaginary and self.keeps_its_error()
        ):
            yield from self.touching()
        elif part is Cause.TRUNCATION:
            yield self.truncated()
        elif part is Cause.STEP_LEAVES:
            yield self.left_domain()
        elif part is Cause.CANCELLATION:
            yield from self.lost(self.shadows[0])
        elif part is Cause.DIFFERENCE_ROUNDOFF:
            yield self.noisy()
        elif self.method.shortfall is not None:
            yield self.unsplit(self.method.shortfall)
        else:
            yield remark(Note.WRONG, digits=self.digits)

    def keeps_its_error(self) -> bool:
        """Whether pieces meet at the point, and a far smaller imaginary step is as wrong: it stays
        on one of them."""
        at_rounded, at_typed = self.at_both_points
        if not self.touched or at_rounded is None or at_typed is None or self.steps is None:
            return False
        here = tuple(self.steps[along] for along in self.method.moves(self.name))
        nearer = tuple(step * NEARER for step in here)
        errors = [
            self.split(at_rounded, at_typed, steps, min(nearer)).truncation
            for steps in (here, nearer)
        ]
        if errors[0] is None or errors[1] is None:
            return True
        with WORKING.working():
            return not abs(to_arb(errors[1])) < abs(to_arb(errors[0])) / 2

    def is_below(self) -> bool:
        """Whether the derivative, and the number too, is below the normal numbers of the format."""
        smallest, true = _smallest(self.question.floats), self.true
        return bool(true and abs(true) < smallest and abs(exact(self.value)) < smallest)

    @property
    def spelled(self) -> str:
        """The certified derivative to two digits."""
        return spelled(fmpq(0) if self.certified is None else self.certified)

    def largest_part(self) -> Cause | None:
        """The largest part of the error; None where the method cannot say what it computes."""
        at_rounded, at_typed = self.at_both_points
        if at_typed is None:
            return None
        if at_rounded is None:
            return self.without_rounded(at_typed)
        with WORKING.working():
            parts = self.parts(at_rounded, at_typed)
            sizes = {cause: abs(to_arb(part)).mid() for cause, part in parts.items()}
        return max(sizes, key=lambda cause: sizes[cause], default=None)

    def without_rounded(self, at_typed: Ball) -> Cause | None:
        """What is known where f′ does not exist at the rounded point, or is not known there.

        Whether the run of a method without a step is wrong, else whether it is the point.
        """
        if self.steps is None and self.shadows:
            ball = self.shadows[0].ball(output_of(self.shadows[0]))
            if not to_arb(ball).is_finite():
                return None
            with WORKING.working():
                number = rational(exact(self.value))
                of_run, rest = abs(to_arb(number - ball)), abs(to_arb(ball - at_typed))
                return Cause.CANCELLATION if of_run > rest else Cause.REPRESENTATION
        return Cause.REPRESENTATION if self.is_singular_when_rounded else None

    @cached_property
    def is_singular_when_rounded(self) -> bool:
        """Whether only the point that the format holds has no derivative."""
        if self.certified is None or self.question.is_exact:
            return False
        along = self.at_rounded.along[self.name]
        return along.derivative is None and along.kind is not Kind.UNDECIDED

    def parts(self, at_rounded: Ball, at_typed: Ball) -> dict[Cause, Ball]:
        """The parts of the error by their cause; nothing where they are not known."""
        parts: dict[Cause, Ball | None] = {Cause.REPRESENTATION: at_rounded - at_typed}
        if self.steps is None:
            if not self.shadows:
                parts[Cause.UNKNOWN] = rational(exact(self.value)) - at_rounded
                return {cause: part for cause, part in parts.items() if part is not None}
            ball = self.shadows[0].ball(output_of(self.shadows[0]))
            if not to_arb(ball).is_finite():
                return {Cause.TOUCHING_CONDITION: at_typed}
            parts[Cause.CANCELLATION] = rational(exact(self.value)) - ball
            parts[Cause.TOUCHING_CONDITION] = ball - at_rounded
        else:
            steps = tuple(self.steps[along] for along in self.method.moves(self.name))
            slope = min(max(abs(float(to_arb(at_rounded))), SMALLEST_SLOPE), 1.0)
            smallest = min(steps) * slope
            split = self.split(at_rounded, at_typed, steps, smallest)
            if split.truncation is None and self.outside() is not None:
                return {Cause.STEP_LEAVES: at_typed}
            if split.truncation is None:
                split = self.split(at_rounded, at_typed, steps, smallest * FINEST)
            if split.truncation is None and self.method.imaginary:
                split = self.by_shadow(at_rounded)
            if split.truncation is None:
                return {}
            of_run = Cause.CANCELLATION if self.method.imaginary else Cause.DIFFERENCE_ROUNDOFF
            parts[of_run] = split.roundoff
            parts[Cause.TRUNCATION] = split.truncation
        return {cause: part for cause, part in parts.items() if part is not None}

    def split(
        self, at_rounded: Ball, at_typed: Ball, steps: Sequence[float], smallest: float
    ) -> Parts:
        """The parts of the error of a method with a step, on balls for steps down to `smallest`."""
        question = replace(self.question, names=(self.name,))
        budget = budget_of(question, self.method, at_rounded, at_typed, smallest)
        return budget.split(self.value, steps)

    def by_shadow(self, at_rounded: Ball) -> Parts:
        """The parts of the error of an imaginary step, by what is true of its one run."""
        (shadow,), (step,) = self.shadows, self.runs[0].imaginary.values()
        imaginary = shadow.ball(output_of(shadow))
        if not to_arb(imaginary).is_finite():
            return Parts()
        computes = imaginary / rational(exact(step))
        number = rational(exact(self.value))
        return Parts(truncation=computes - at_rounded, roundoff=number - computes)

    @cached_property
    def at_both_points(self) -> tuple[Ball | None, Ball | None]:
        """f′ at the rounded point and at the point as typed."""
        typed = self.certified
        if self.question.is_exact:
            return typed, typed
        return _number(self.at_rounded, self.name), typed

    @cached_property
    def at_rounded(self) -> Truth:
        """The truth at the rounded point."""
        if self.question.is_exact:
            return self.truth
        rounded = replace(self.question, where=self.question.rounded(), digits=PART_DIGITS)
        return replace(rounded, names=(self.name,)).truth()

    def outside(self) -> Link | None:
        """What is undefined at a point at which f is evaluated, although rounding may hide it."""
        links = (singularity(shadow, None) for shadow in self.shadows)
        return next((link for link in links if link is not None), None)

    def left_domain(self) -> Remark:
        """A step that leaves the domain of f."""
        link = self.outside()
        assert link is not None
        if self.method.imaginary:
            return remark(Note.IMAGINARY_STEP_LEAVES_DOMAIN, link.span, self.text)
        return self.stencil_outside(link)

    def stencil_outside(self, link: Link) -> Remark:
        """Evaluations where f is undefined; at an edge every step reaches them."""
        edge = self.truth.along[self.name].kind is Kind.EDGE
        note = Note.STENCIL_AT_EDGE if edge else Note.STENCIL_LEAVES_DOMAIN
        return remark(note, link.span, self.text)

    def touching(self) -> Iterator[Remark]:
        """The choices that change at the point."""
        for eq in self.touched[:MOST_TOUCHING]:
            yield remark(Note.GUARD, eq.span, self.text)
        if not self.touched:
            yield remark(Note.WRONG, digits=self.digits)

    @cached_property
    def touched(self) -> list[Equation]:
        """The choices that change exactly at the rounded point."""
        return list(self.pieces.touching(self.question.inputs))

    def truncated(self) -> Remark:
        """A step that is too large, or reaches other pieces of f."""
        crossed = self.crossed()
        if crossed is not None:
            return remark(Note.STEP_CROSSES, crossed.span, self.text)
        stationary = self.stationary()
        if stationary is not None:
            return self.wrong_value(LOST) or stationary
        return remark(Note.TRUNCATION)

    def crossed(self) -> Equation | None:
        """A choice in which the points of the method differ from the point itself, other than those
        that change there: whatever the step is, it reaches both of their sides."""
        if self.method.imaginary:
            return None
        touched = {eq.span for eq in self.touched}
        others = [run.inputs for run in self.runs]
        for eq in self.pieces.crossed(self.question.inputs, others):
            if eq.span not in touched:
                return eq
        return None

    def noisy(self) -> Remark:
        """Roundoff of a difference: of right values of f, or of wrong ones."""
        wrong = self.wrong_value(LOST)
        if wrong is None and self.enough_if_right():
            wrong = self.wrong_value(NOISY)
        return wrong or self.stationary() or remark(Note.ROUNDOFF)

    def wrong_value(self, units: float) -> Remark | None:
        """Why f itself is wrong by more than some units of roundoff where it is evaluated."""
        worst, most = None, units * self.question.floats.unit_roundoff
        for shadow in self.shadows:
            place = output_of(shadow)
            if shadow.is_known(place):
                relative = 10.0 ** min(shadow.relative(place), 300.0)
                if relative > most:
                    worst, most = shadow, relative
        chain = Chain() if worst is None else blame(worst)
        return None if chain.origin is None else self.inner(chain)

    def enough_if_right(self) -> bool:
        """Whether the method would have the digits that it should, were the values of f right to
        the last digit."""
        weight, true = self.method.roundoff_weight, self.true
        value = midpoint(self.f.ball(output_of(self.f)))
        if weight is None or not true or value is None or not self.steps:
            return False
        floats = self.question.floats
        size = Fraction(1)
        for along in self.method.moves(self.name):
            size *= exact(self.steps[along])
        if len(self.method.moves(self.name)) < self.method.order:
            size *= size
        error = weight * abs(value) * Fraction(floats.unit_roundoff) / size
        digits = correct_digits(error, true, full_digits(floats))
        return digits >= self.method.expected_digits(floats)

    def inner(self, chain: Chain) -> Remark:
        """A loss inside f, which a difference magnifies."""
        self.chain, link = chain, chain.origin
        assert link is not None
        assert link.cause is not None
        said = remark(Note.INNER_LOSS, link.span, self.text, why=INNER[link.cause])
        facts = (*said.facts, ("lost", link.lost)) if link.lost is not None else said.facts
        return replace(said, facts=facts, why=link.cause)

    def stationary(self) -> Remark | None:
        """That the error is only large against a derivative next to 0: it is what the method has
        for f as it is, as |f| and |x| say."""
        true, error = self.true, self.errors.exact
        scale = self.scale()
        if true is None or error is None or scale is None or abs(true) > scale * Fraction(NEARLY):
            return None
        full = full_digits(self.question.floats)
        due = self.method.expected_digits(self.question.floats)
        return remark(Note.STATIONARY) if correct_digits(error, scale, full) >= due else None

    def scale(self) -> Fraction | None:
        """|f|/max(|x|, 1) at the point: what a slope of f would be."""
        value = midpoint(self.f.ball(output_of(self.f)))
        if value is None:
            return None
        place = self.question.program.inputs.index(self.method.moves(self.name)[0])
        size = max(abs(exact(self.question.inputs[place])), Fraction(1))
        return abs(value) / size

    def lost(self, shadow: Shadow) -> Iterator[Remark]:
        """Where a run lost its digits."""
        chain = blame(shadow)
        origin = chain.origin
        if origin is None:
            yield remark(Note.WRONG, digits=self.digits)
        elif self.method.imaginary and self.truth.along[self.name].kind is Kind.REMOVABLE:
            self.chain = chain
            said = remark(Note.LOST_BELOW_ROUNDOFF, origin.span, self.text)
            yield replace(said, why=origin.cause)
        else:
            yield self.told(chain, shadow)

    def unsplit(self, note: Note) -> Remark:
        """An extrapolation, whose error has no parts: the pieces and values that it used."""
        crossed = self.crossed()
        if crossed is not None:
            return remark(Note.STEP_CROSSES, crossed.span, self.text)
        said = self.noisy()
        if said.note is not Note.ROUNDOFF:
            return said
        return remark(Note.EXTRAPOLATED_ROUNDOFF if self.is_roundoff() else note)

    def is_roundoff(self) -> bool:
        """Whether the roundoff of the values of f, over the smallest step, makes up for a good part
        of the error."""
        error = self.errors.exact
        if error is None or not self.steps:
            return False
        most = arb(0)
        for shadow in self.shadows:
            place = output_of(shadow)
            if shadow.is_known(place):
                most = max(most, shadow.error(place).upper())
        smallest = min(map(exact, self.steps.values()))
        return bool(most / to_arb(rational(smallest)) > NOTABLE * to_arb(rational(error)))

    def told(self, chain: Chain, shadow: Shadow) -> Remark:
        """The origin of a chain in a sentence."""
        self.chain, link = chain, chain.origin
        assert link is not None
        assert link.cause is not None
        floats = self.question.floats
        facts: dict[str, object] = {"digits": self.digits, "dtype": floats.dtype, **link.facts}
        if link.lost is not None:
            facts["lost"] = min(link.lost, full_digits(floats))
        if link.cause is Cause.OVERFLOW and self.is_output(link, shadow):
            return remark(Note.SLOPE_BEYOND, link.span, self.text, dtype=floats.dtype)
        if link.cause is Cause.ROUNDED_OUT:
            argument = link.facts.get("argument")
            facts["argument"] = f"`{argument}`" if argument else "an argument"
        note = SAID[link.cause]
        if link.cause is Cause.CANCELLATION and link.span is None and not link.of_value:
            note = Note.SUMMED
        return remark(note, link.span, self.text, **_told(facts, note))

    def is_output(self, link: Link, shadow: Shadow) -> bool:
        """Whether a link is about the derivative itself, and no value on the way to it."""
        derived = shadow.program is not self.question.program
        return derived and spelled(shadow.ball(output_of(shadow))) == link.facts["true"]

    def overflown(self, link: Link | None) -> Remark:
        """A difference that overflows although no value of f does."""
        return remark(Note.SLOPE_BEYOND, dtype=self.question.dtype)


def _told(facts: Mapping[str, object], note: Note) -> dict[str, object]:
    """The facts that the sentence of a note is about."""
    return {key: fact for key, fact in facts.items() if f"{{{key}" in note.sentence}


def _number(truth: Truth, name: str) -> Ball | None:
    """The middle of the ball of a derivative."""
    quantity = truth.along[name].derivative
    if quantity is None or quantity.ball is None:
        return None
    return quantity.ball if isinstance(quantity.ball, fmpq) else quantity.ball.mid()


def _smallest(floats: Floats) -> Fraction:
    """The smallest normal number of a format."""
    return Fraction(2) ** floats.least_exponent


SAID = {
    Cause.CANCELLATION: Note.CANCELLATION,
    Cause.ABSORPTION: Note.ABSORPTION,
    Cause.ILL_CONDITIONING: Note.ILL_CONDITIONED,
    Cause.FUNCTION: Note.INACCURATE,
    Cause.OVERFLOW: Note.OVERFLOW,
    Cause.UNDERFLOW: Note.INNER_UNDERFLOW,
    Cause.ROUNDED_OUT: Note.ROUNDED_OUT,
    Cause.ROUNDED_CONDITION: Note.ROUNDED_CONDITION,
}

INNER = {
    Cause.CANCELLATION: "nearly equal numbers are subtracted",
    Cause.ABSORPTION: "one addend is too small to change the other",
    Cause.ILL_CONDITIONING: "the roundoff of an argument is magnified",
    Cause.FUNCTION: "the library's function is that inaccurate",
    Cause.OVERFLOW: "a value on the way is too large",
    Cause.UNDERFLOW: "a value on the way is too small",
    Cause.ROUNDED_OUT: "rounding moves an argument to the edge of a domain",
    Cause.ROUNDED_CONDITION: "only rounding decides which piece applies",
}
