"""What a student has at hand for a line on paper: sympy for the algebra, in the worker process, the
parser that reads what it wrote, certified limits, and balls beside the point that hold one line
against another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from diffcmp import worker
from diffcmp.accuracy.limits.forms import (
    Beside,
    Piece,
    Reading,
    divided,
    outermost,
    quotient,
    varies,
)
from diffcmp.accuracy.limits.lines import NO_TIME, NO_WORDS, TOO_LONG, Outcome
from diffcmp.accuracy.limits.peer import WORK, bare
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.deadline import Deadline
from diffcmp.engines.derived import only, tangent
from diffcmp.errors import InputError
from diffcmp.language.parser import parse
from diffcmp.passes.expand import core
from diffcmp.program.ir import Builder, Program

QUESTIONS = 50  # to sympy, on one sheet
SHARES = 3  # what the algebra may compute in all, in what one question may
ROOTS = ("sqrt", "cbrt", "hypot")
NEAR = [Fraction(1, 97), Fraction(1, 1009), Fraction(1, 100_003)]
"""Distances from the point, or from 1/x at infinity, at which two lines are compared."""
BITS = 512
LEAST = 2  # places at which two functions must be known


class Stuck(Exception):
    """The lines lead nowhere; why, in a sentence."""

    def __init__(self, outcome: Outcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome, self.sentence = outcome, sentence


@dataclass(slots=True)
class Desk:
    """All of it for the functions of one variable, called `name`, on one side of a point.

    questions: how many sympy was asked.
    """

    beside: Beside
    deadline: Deadline
    name: str
    questions: int = 0

    def __repr__(self) -> str:
        return f"<desk for {self.beside!r}>"

    def algebra(self, question: str, *arguments: object) -> Any:
        """What the worker writes.

        Raises
        ------
        Stuck: where it finds nothing that can be written, or takes too long.
        """
        self.questions += 1
        budget = self.beside.budget.computing
        target = f"{WORK}:{question}"
        if self.questions > QUESTIONS or self.beside.computed > SHARES * budget:
            raise Stuck("growth", NO_TIME)
        task = worker.shared().submit(target, *arguments, self.beside.sign, budget)
        try:
            answer, enough, seconds = task.result(self.deadline.share(2))
        except worker.WorkerError:
            answer, enough, seconds = None, False, budget
        self.beside.computed += seconds
        if not enough:
            raise Stuck("growth", NO_TIME)
        if isinstance(answer, str) and answer in (TOO_LONG, NO_WORDS):
            raise Stuck("growth", answer)
        return answer

    def parsed(self, text: str) -> Program:
        """What the worker wrote, as a Program of the variable.

        Raises
        ------
        Stuck: where the language does not know it.
        """
        try:
            return parse(text, (self.name,))
        except InputError as error:
            raise Stuck("growth", NO_WORDS) from error

    def read(self, over: str, under: str) -> Reading:
        """A quotient that the worker wrote, or an expression over 1."""
        top, bottom = self.parsed(over), self.parsed(under)
        if varies(bottom):
            return quotient(top, bottom, self.beside)
        parts = outermost(top, self.beside)
        whole = next((p for p in parts if p.program.structure == top.structure), None)
        return whole or Reading(top, (Piece("value", top, self.beside.limit(top)),))

    def is_open(self, reading: Reading) -> bool:
        """Whether something in a line is indeterminate."""
        return reading.form is not None or bool(outermost(reading.program, self.beside))

    def contradict(self, one: Program, other: Program) -> bool:
        """Whether two functions certainly tend to different limits."""
        now, before = (self.beside.limit(p).limit for p in (one, other))
        if now is None or before is None:
            return False
        if now.ball is None or before.ball is None:
            return now.infinite != before.infinite
        return not to_arb(now.ball).overlaps(to_arb(before.ball))

    def equal(self, one: Program, other: Program) -> bool:
        """Whether nothing beside the point tells the first function from the second, by balls,
        wherever the second is known."""
        values = zip(self.values(one), self.values(other), strict=True)
        return all(v.is_finite() and v.overlaps(w) for v, w in values if w.is_finite())

    def values(self, program: Program) -> list[arb]:
        """A function at some places beside the point."""
        balls, form = Balls(BITS), core(program)
        with balls.working():
            places = [self.at(balls, distance) for distance in NEAR]
            return [to_arb(evaluate(form, balls, [x])[0]) for x in places]

    def at(self, balls: Balls, distance: Fraction) -> Any:
        """A place beside the point."""
        step = fmpq(distance.numerator, distance.denominator)
        place = self.beside.place
        if place.infinite:
            return place.infinite / step
        return place.enclosure(balls) + self.beside.direction * step

    def repeats(self, reading: Reading, earlier: Reading) -> bool:
        """Whether two quotients are the same but for a constant factor: first by balls."""
        ratio = divided(reading.program, earlier.program)
        values = [v for v in self.values(ratio) if v.is_finite()]
        if len(values) < LEAST or not all(v.overlaps(values[0]) for v in values):
            return False
        pair = bare(reading.program), bare(earlier.program)
        return bool(self.algebra("proportional", *pair))

    def distance_to(self, order: int) -> Program:
        """(x - a)**order."""
        builder, apart = Builder((self.name,)), 0
        if self.beside.place.rational != 0:
            (place,) = builder.appended(self.beside.place.program, [], spans=False)
            apart = builder.add("sub", [0, place])
        if order > 1:
            apart = builder.add("power", [apart, builder.literal(order)])
        return builder.program([apart])

    def number(self, value: int) -> Program:
        """A number as a function of the variable."""
        builder = Builder((self.name,))
        return builder.program([builder.literal(value)])


def parts_of(reading: Reading) -> tuple[Program, Program]:
    """Numerator and denominator, for the worker."""
    over, under = (bare(piece.program) for piece in reading.pieces)
    return over, under


def derivatives(reading: Reading) -> Program:
    """f′/g′ of a quotient, by forward mode."""
    name = reading.program.inputs[0]
    over, under = (only(tangent(p, name), 1) for p in parts_of(reading))
    return divided(over, under)


def logarithm_of(program: Program) -> Program:
    """The logarithm of a function."""
    builder = Builder(program.inputs)
    (value,) = builder.appended(program, range(len(program.inputs)))
    return builder.program([builder.add("log", [value])])


def indicator(program: Program, condition: int) -> Program:
    """1 where a condition of a Program holds, else 0."""
    builder = Builder(program.inputs)
    whole = replace(program, outputs=(condition,)).pruned()
    (test,) = builder.appended(whole, range(len(program.inputs)))
    values = [builder.literal(1), builder.literal(0)]
    return builder.program([builder.add("where", [test, *values])])


def has_roots(program: Program) -> bool:
    """Whether a root is taken in it."""
    powers = [eq for eq in program.equations if eq.primitive == "power"]
    exponents = [replace(program, outputs=eq.inputs[1:]).pruned() for eq in powers]
    values = [evaluate(exponent, Balls(), [arb.nan()])[0] for exponent in exponents]
    fractional = any(isinstance(v, fmpq) and v.q != 1 for v in values)
    return fractional or any(eq.primitive in ROOTS for eq in program.equations)
