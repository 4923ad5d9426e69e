"""Gradients of many components: methods whose cost grows with their number are compared along a few
random directions.

f(x + t·v) has one derivative, v·∇f, which the certified gradient gives. It is a Program of arrays
like any other, with the point and the direction as further inputs, so that every backend
differentiates it as it does everything.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from operator import mul
from typing import Any

from diffcmp.accuracy.judging.errors import Errors
from diffcmp.accuracy.judging.question import Question
from diffcmp.accuracy.judging.record import Row
from diffcmp.accuracy.shadow.reasons import Case
from diffcmp.accuracy.verdicts.rows import measured, row
from diffcmp.arithmetic.floats import Floats, finite
from diffcmp.backends.estimate import warm
from diffcmp.backends.numeric import elements
from diffcmp.backends.protocol import Backend, Estimate, rational
from diffcmp.engines.compiled import compiled
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import line
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, Problem
from diffcmp.program.ir import Builder, Program
from diffcmp.truth.record import Coordinatewise, Kind, Quantity, Truth

NUMBERS = 1000  # components up to which methods that know numbers only are asked
TIME = "t"  # along a line
COUNT = 3  # directions
KEYS = tuple(f"direction {k}" for k in range(1, COUNT + 1))
SEED = 20_190_521
HERE = Point({TIME: coordinate(0)})
DIGITS = 30  # of the truth along a line


@dataclass(frozen=True, eq=False)
class LinePoint(Point):
    """t = 0 on a line through a point: what `line` takes, in float64."""

    inputs: list[Any] = field(default_factory=list)

    def rounded(self, floats: Floats) -> list[Any]:
        """t, the arrays of the point, and those of the direction."""
        return self.inputs


@dataclass(frozen=True, eq=False)
class Directions:
    """Random directions of signs through the point of a problem, in the components of `names`."""

    problem: Problem
    names: tuple[str, ...]

    @cached_property
    def line(self) -> Program:
        """t, x, v ↦ f(x + t·v). The names of x and v matter to nobody, and clash with no other."""
        program = self.problem.program
        shapes = tuple(program.dims[i] for i in range(len(program.inputs)))
        names = [f"{kind}.{name}" for kind in "xv" for name in program.inputs]
        builder = Builder((TIME, *names), ((), *shapes, *shapes))
        moved = []
        for x in range(1, 1 + len(shapes)):
            step = builder.add("mul", [0, x + len(shapes)])
            moved.append(builder.add("add", [x, step]))
        return builder.program(builder.appended(program, moved), program.text)

    @cached_property
    def signs(self) -> list[dict[str, int]]:
        """For each direction the sign of every component."""
        import numpy as np

        random = np.random.default_rng(SEED)
        size = len(self.names)
        drawn = [1 - 2 * random.integers(0, 2, size) for _ in range(COUNT)]
        return [dict(zip(self.names, signs.tolist(), strict=True)) for signs in drawn]

    @cached_property
    def points(self) -> list[LinePoint]:
        """The place of t = 0 on each line."""
        here, arrays = self.problem.arrays(), self.problem.arrays
        return [LinePoint({}, {}, [0.0, *here, *arrays(signs)]) for signs in self.signs]

    def estimates(self, method: Backend) -> list[Estimate]:
        """What a method says along each line, on whole arrays or, where it must be, in numbers."""
        if method.arrays:
            return list(map(method.prepare(self.line, [TIME]), self.points))
        return [method.prepare(one, [TIME])(HERE) for one in self.lines]

    @cached_property
    def lines(self) -> list[Program]:
        """t ↦ f(x + t·v) in numbers, for each direction."""
        constants = {name: c.program for name, c in self.problem.at.coordinates.items()}
        return [line(self.problem.scalar, constants, signs) for signs in self.signs]

    def reasons(self, k: int, method: Backend, errors: Errors, h: Any) -> Iterator[Remark]:
        """Why a method fails along one line, by the same computation in numbers."""
        true = None if errors.true is None else Quantity(rational(errors.true))
        kind = Kind.UNDECIDED if true is None else Kind.SMOOTH
        along = Coordinatewise(kind, true, true, true)
        truth = Truth(kind, None, {TIME: along}, DIGITS, True, "series")
        question = Question(self.lines[k], HERE, (TIME,), digits=DIGITS)
        case = Case(question, truth, method, TIME, errors.value, h)
        yield from case.wrong() if finite(errors.value) else case.not_finite()

    def derivatives(self, truth: Truth) -> list[Fraction] | list[None]:
        """v·∇f for each direction, certified; None where a component of ∇f is not known."""
        slopes = [truth.exact(name) for name in self.names]
        known = [slope for slope in slopes if slope is not None]
        if len(known) < len(slopes):
            return [None] * COUNT
        return [sum(map(mul, signs.values(), known), Fraction(0)) for signs in self.signs]


def answers(
    problem: Problem, question: Question, methods: Sequence[Backend]
) -> tuple[Truth, tuple[Row, ...]]:
    """The truth about a gradient of many components, and every method's answer in float64: of a
    method that gives them all by one run each component, of the others those along a few
    directions."""
    question.progress("certified derivative")
    truth = question.truth()
    f = float(compiled(problem.program)(*problem.arrays()))
    directions = Directions(problem, question.names)
    rows = []
    for method in methods:
        question.progress(method.name)
        sweep = method.gradient(problem.program)
        if sweep is not None:
            estimate = _whole(method, problem, question, sweep)
            rows.append(row(method, question, truth, estimate, f))
        elif len(question.names) > NUMBERS and not method.arrays:
            note = remark(Note.TOO_MANY_NUMBERS, components=len(question.names))
            rows.append(measured(method, Estimate(f, {}, 0), {}, [note]))
        else:
            rows.append(_directional(method, directions, truth, f))
    return truth, tuple(rows)


def _whole(
    method: Backend, problem: Problem, question: Question, sweep: Callable[..., Sequence[Any]]
) -> Estimate:
    """The whole gradient by one run on arrays."""
    parts, seconds = warm(sweep, *problem.arrays())
    gradient = dict(zip(question.program.inputs, elements(parts), strict=True))
    derivative = {name: gradient[name] for name in question.names}
    return Estimate(value=None, derivative=derivative, evaluations=1, seconds=seconds)


def _directional(method: Backend, directions: Directions, truth: Truth, f: float) -> Row:
    """One method along each direction, held against the certified gradient."""
    floats = Floats()
    estimates, enough = directions.estimates(method), method.expected_digits(floats)
    errors = {}
    remarks = [remark(Note.DIRECTIONAL, count=COUNT, components=len(directions.names))]
    trues = directions.derivatives(truth)
    for k, (key, estimate, true) in enumerate(zip(KEYS, estimates, trues, strict=True)):
        error = errors[key] = Errors(estimate.derivative[TIME], true, floats)
        remarks += estimate.remarks
        fails = error.digits is not None and error.digits < enough
        if error.value is not None and (fails or not finite(error.value)):
            remarks += directions.reasons(k, method, error, estimate.h)
    return measured(method, _joint(f, estimates), errors, remarks)


def _joint(f: float, estimates: Sequence[Estimate]) -> Estimate:
    """One estimate of all directions; its seconds are those of one of them."""
    along = dict(zip(KEYS, estimates, strict=True))
    steps = {key: one.h[TIME] for key, one in along.items() if one.h}
    seconds = [one.seconds for one in estimates if one.seconds is not None]
    return Estimate(
        value=f,
        derivative={key: one.derivative[TIME] for key, one in along.items()},
        evaluations=sum(one.evaluations for one in estimates),
        h=steps or None,
        seconds=statistics.median_high(seconds) if seconds else None,
    )
