"""What all backends in floating point share: rounding the point, and timing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.estimate import Estimate, Outcome, Prepared, Timer
from diffcmp.notes import Note, remark
from diffcmp.point.point import Point
from diffcmp.program.ir import Program


@dataclass(frozen=True)
class Numeric(Prepared):
    """A method in floating point made ready for one program.

    compute: from the rounded inputs to an Outcome; a method with a step takes one in place of its
        own as a second argument.
    """

    program: Program
    wrt: tuple[str, ...]
    floats: Floats
    compute: Callable[..., Outcome]

    def __repr__(self) -> str:
        return f"Numeric({self.program.text!r} by {', '.join(self.wrt)} in {self.floats.dtype})"

    def __call__(self, point: Point) -> Estimate:
        inputs = point.rounded(self.floats)
        if not all(map(_finite, inputs)):
            nothing = dict.fromkeys(self.wrt, math.nan)
            beyond = remark(Note.POINT_BEYOND, dtype=self.floats.dtype)
            return Estimate(None, nothing, 0, remarks=(beyond,))
        with self.floats.quiet(), Timer() as timer:
            outcome = self.compute(inputs)
        return Estimate(
            value=outcome.value,
            derivative=dict(zip(self.wrt, outcome.derivatives, strict=True)),
            evaluations=outcome.evaluations,
            h=outcome.steps,
            seconds=timer.seconds,
        )

    def run(self, inputs: Sequence[Any], h: float | None = None) -> Outcome:
        """One run at inputs of the dtype, with a given step or that of the rule."""
        return self.compute(inputs) if h is None else self.compute(inputs, h)

    def work(self, point: Point) -> Callable[[], object]:
        """The computation alone, for timing."""
        inputs = point.rounded(self.floats)
        return lambda: self.compute(inputs)


def narrowed(h: float, floats: Floats) -> Any:
    """The step in the dtype."""
    return h if floats.dtype == "float64" else floats.literal(exact(h))


def power_of_two(h: float, x: Any, floats: Floats) -> Any:
    """The power of two nearest to h·max(|x|, 1); of the format, where it is beyond float64."""
    size = max(abs(float(x)), 1.0)
    if math.isfinite(size) or not finite(x):
        return 2.0 ** round(math.log2(h * size)) if math.isfinite(size) else size
    exponent = round(math.log2(h) + math.log2(int(abs(x))))
    return floats.literal(Fraction(2) ** exponent)


def _finite(value: Any) -> bool:
    """Whether a number, or all elements of an array, are finite."""
    if getattr(value, "shape", ()):
        return bool((value - value == 0).all())
    return finite(value)


def elements(arrays: Sequence[Any]) -> list[float]:
    """Numbers and the elements of arrays, one after the other."""
    import numpy as np

    return [float(x) for value in arrays for x in np.ravel(value)]
