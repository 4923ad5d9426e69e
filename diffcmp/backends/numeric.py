"""What all backends in floating point share: rounding the point, counting, timing, and saying why a
result is not finite."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diffcmp.arithmetic.floats import Floats
from diffcmp.backends.diagnosis import diagnosis
from diffcmp.backends.protocol import Estimate, Timer
from diffcmp.engines.partials import variables
from diffcmp.notes import Note, Remark, remark
from diffcmp.passes.scalars import scalarised
from diffcmp.point.point import Point
from diffcmp.program.ir import Program


@dataclass(frozen=True, slots=True)
class Outcome:
    """Numbers of the dtype: f (None where the method does not compute it), the derivatives in the
    order of `wrt`, how often the function was run, and the step along each variable that was
    moved."""

    value: Any
    derivatives: Sequence[Any]
    evaluations: int
    steps: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Numeric:
    """A method in floating point made ready for one program.

    run: from the rounded inputs to an Outcome; a method with a step takes one in place of its own
        as a second argument.
    reverse: it multiplies the partials of a branch that is not taken by a zero cotangent. order: of
        the derivatives.
    imaginary: its steps are.
    """

    program: Program
    wrt: tuple[str, ...]
    floats: Floats
    run: Callable[..., Outcome]
    reverse: bool = False
    order: int = 1
    imaginary: bool = False

    def __call__(self, point: Point) -> Estimate:
        inputs = point.rounded(self.floats)
        if not all(map(_finite, inputs)):
            nothing = dict.fromkeys(self.wrt, math.nan)
            return Estimate(
                None, nothing, 0, remarks=(remark(Note.POINT_BEYOND, dtype=self.floats.dtype),)
            )
        with self.floats.quiet(), Timer() as timer:
            outcome = self.run(inputs)
        return Estimate(
            outcome.value,
            dict(zip(self.wrt, outcome.derivatives, strict=True)),
            outcome.evaluations,
            outcome.steps,
            timer.seconds,
            self.remarks(inputs, outcome),
        )

    def work(self, point: Point) -> Callable[[], object]:
        """The computation alone, for timing."""
        inputs = point.rounded(self.floats)
        return lambda: self.run(inputs)

    def remarks(self, inputs: list[Any], outcome: Outcome) -> tuple[Remark, ...]:
        """Why derivatives are not finite, each reason once: of arrays, by their elements."""
        found: dict[Remark, None] = {}
        program = self.program
        for name, derivative in zip(self.wrt, outcome.derivatives, strict=True):
            if not math.isfinite(derivative):
                by = variables(name, self.order)
                h = None if outcome.steps is None or not self.imaginary else outcome.steps[by[-1]]
                steps = outcome.steps is not None
                if not program.scalar:
                    program, inputs = scalarised(program), _elements(inputs)
                said = diagnosis(
                    program, by, self.floats, inputs, steps=steps, reverse=self.reverse, imaginary=h
                )
                found[said] = None
        return tuple(found)


def _finite(value: Any) -> bool:
    """Whether a number, or all elements of an array, are finite."""
    return (
        math.isfinite(value)
        if not getattr(value, "shape", ())
        else bool((value - value == 0).all())
    )


def _elements(inputs: Sequence[Any]) -> list[Any]:
    """Numbers and the elements of arrays, one after the other."""
    return [
        float(x)
        for value in inputs
        for x in (value.flat if getattr(value, "shape", ()) else [value])
    ]
