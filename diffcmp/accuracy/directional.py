"""Gradients of many components: methods whose cost grows with their number are compared along a few
random directions.

f(x + t·v) has one derivative, v·∇f, which the certified gradient gives. It is a Program of arrays
like any other, with the point and the direction as further inputs, so that every backend
differentiates it as it does everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from diffcmp.accuracy.components import worst
from diffcmp.accuracy.errors import absolute_error, as_float, correct_digits, ulps
from diffcmp.accuracy.record import Row
from diffcmp.accuracy.verdict import expected
from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.diagnosis import diagnosis
from diffcmp.backends.protocol import Backend, Estimate, Timer
from diffcmp.engines import products
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.expand import line
from diffcmp.point.coordinate import coordinate
from diffcmp.point.point import Point, Problem
from diffcmp.program.ir import Builder, Program
from diffcmp.truth.record import Truth

LARGE = 64  # derivatives from which on this is done
NUMBERS = 1000  # components up to which methods that know numbers only are asked
TIME = "t"  # along a line
COUNT = 3  # directions
SEED = 20_190_521
SWEPT = "tape"  # the method that gives all components at once


@dataclass(frozen=True, eq=False)
class LinePoint(Point):
    """t = 0 on a line through a point: what `line` takes, in float64."""

    inputs: list[Any] = field(default_factory=list)

    def rounded(self, floats: Floats) -> list[Any]:
        """t, the arrays of the point, and those of the direction."""
        return self.inputs


@dataclass(frozen=True, eq=False)
class Directions:
    """Random directions of signs through the point of a problem, in the components of `names`; 0 in
    all others."""

    problem: Problem
    names: tuple[str, ...]

    @property
    def variable(self) -> str:
        """What the distance along a line is called."""
        return TIME

    @cached_property
    def line(self) -> Program:
        """t, x, v ↦ f(x + t·v). The names of x and v matter to nobody, and clash with no other."""
        program = self.problem.program
        shapes = tuple(program.dims[i] for i in range(len(program.inputs)))
        names = (
            TIME,
            *(f"x.{name}" for name in program.inputs),
            *(f"v.{name}" for name in program.inputs),
        )
        builder = Builder(names, ((), *shapes, *shapes))
        moved = [
            builder.add("add", [1 + i, builder.add("mul", [0, 1 + len(shapes) + i])])
            for i in range(len(shapes))
        ]
        return builder.program(builder.appended(program, moved), program.text)

    @cached_property
    def signs(self) -> list[dict[str, int]]:
        """For each direction the sign of every component."""
        import numpy as np

        random = np.random.default_rng(SEED)
        return [
            dict(
                zip(
                    self.names,
                    (1 - 2 * random.integers(0, 2, len(self.names))).tolist(),
                    strict=True,
                )
            )
            for _ in range(COUNT)
        ]

    @cached_property
    def points(self) -> list[LinePoint]:
        """The place of t = 0 on each line."""
        here = self.problem.arrays()
        return [
            LinePoint({}, {}, [0.0, *here, *self.problem.arrays(signs)]) for signs in self.signs
        ]

    def estimates(self, method: Backend) -> list[Estimate]:
        """What a method says along each line: on whole arrays, or, where it knows numbers only, on
        the same line in numbers."""
        if getattr(method, "arrays", False):
            ready = method.prepare(self.line, [self.variable], 1, "float64")
            return [ready(at) for at in self.points]
        problem = self.problem
        constants = {name: c.program for name, c in problem.at.coordinates.items()}
        lines = [line(problem.scalar, constants, signs) for signs in self.signs]
        here = Point({self.variable: coordinate(0)})
        return [method.prepare(one, [self.variable], 1, "float64")(here) for one in lines]

    def truth(self, known: Truth) -> list[Fraction | None]:
        """v·∇f for each direction, of the certified gradient; None where a component is not
        known."""
        found = []
        for signs in self.signs:
            terms = [(sign, known.derivative(name)) for name, sign in signs.items()]
            exact = [None if q is None or q.exact is None else sign * q.exact for sign, q in terms]
            found.append(
                None if None in exact else sum((x for x in exact if x is not None), Fraction(0))
            )
        return found


def gradient_estimate(problem: Problem, names: Sequence[str]) -> Estimate:
    """The whole gradient by one reverse sweep on arrays."""
    import numpy as np

    program = problem.program
    sweep = products.gradient(program, program.inputs)
    inputs = problem.arrays()
    sweep(*inputs)  # compiled, and warm
    with Timer() as timer:
        found = sweep(*inputs)
    flat = dict(
        zip(
            problem.scalar.inputs,
            np.concatenate([np.ravel(part) for part in found]).tolist(),
            strict=True,
        )
    )
    derivative = {name: flat[name] for name in names}
    broken = next((name for name, slope in derivative.items() if not math.isfinite(slope)), None)
    said: tuple[Remark, ...] = ()
    if broken is not None:  # one is enough to see why
        double = Floats()
        said = (
            diagnosis(problem.scalar, [broken], double, problem.at.rounded(double), reverse=True),
        )
    return Estimate(None, derivative, 1, seconds=timer.seconds, remarks=said)


def directional_row(method: Backend, directions: Directions, known: Truth, f: Any) -> Row:
    """One method along each direction, held against the certified gradient."""
    floats = Floats()
    t, truth = directions.variable, directions.truth(known)
    said: dict[Remark, None] = {
        remark(Note.DIRECTIONAL, count=COUNT, components=len(directions.names)): None
    }
    estimates = directions.estimates(method)
    keys = [f"direction {k + 1}" for k in range(COUNT)]
    values = {key: e.derivative[t] for key, e in zip(keys, estimates, strict=True)}
    errors = {
        key: None if value is None or true is None else absolute_error(value, true)
        for (key, value), true in zip(values.items(), truth, strict=True)
    }
    by_key = dict(zip(keys, truth, strict=True))
    digits = {
        key: None
        if (true := by_key[key]) is None or values[key] is None
        else correct_digits(errors[key], true, floats)
        for key in keys
    }
    for key, estimate in zip(keys, estimates, strict=True):
        said |= dict.fromkeys(estimate.remarks)
        few = digits[key]
        if few is not None and math.isfinite(values[key]) and few < expected(method, floats):
            said[remark(Note.WRONG, digits=few)] = None
    farthest, norm_error = worst(
        [(key, errors[key], by_key[key]) for key in keys if values[key] is not None]
    )
    return Row(
        method.name,
        f,
        values,
        {key: e.h[t] for key, e in zip(keys, estimates, strict=True) if e.h} or None,
        getattr(method, "rule", ""),
        {key: as_float(e) for key, e in errors.items()},
        {
            key: as_float(e / abs(true)) if e is not None and (true := by_key[key]) else None
            for key, e in errors.items()
        },
        digits,
        {
            key: None if (true := by_key[key]) is None else ulps(errors[key], true, floats)
            for key in keys
        },
        sum(e.evaluations for e in estimates),
        _median([e.seconds for e in estimates]),
        tuple(said),
        None,
        farthest,
        norm_error,
    )


def rows(
    methods: Sequence[Backend],
    problem: Problem,
    names: tuple[str, ...],
    known: Truth,
    f: Any,
    own: Callable[[Estimate], Row],
    progress: Callable[[str], None],
) -> list[Row]:
    """Every method in float64; `own` holds the whole gradient of the tape against the truth."""
    directions = Directions(problem, names)
    found = []
    for method in methods:
        progress(method.name)
        if method.name == SWEPT:
            found.append(own(gradient_estimate(problem, names)))
        elif len(names) > NUMBERS and not getattr(method, "arrays", False):
            found.append(left_out(method, directions, f))
        else:
            found.append(directional_row(method, directions, known, f))
    return found


def left_out(method: Backend, directions: Directions, f: Any) -> Row:
    """A method that works on numbers only, with nothing to say of so many."""
    note = remark(Note.TOO_MANY_NUMBERS, components=len(directions.names))
    return Row(method.name, f, {}, None, "", {}, {}, {}, {}, 0, None, (note,))


def _median(seconds: Sequence[float | None]) -> float | None:
    known = sorted(s for s in seconds if s is not None)
    return known[len(known) // 2] if known else None
