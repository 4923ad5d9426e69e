"""The roundoff of f itself, measured: how far the floating-point f is from f at a few points
beside x.

Where f cancels inside, its roundoff is not u·|f|: `x - sin(x)` at 1e-3 is computed to within
u·1e-3, though f is 1.7e-10. (Measuring the noise of a function in order to choose a step: Moré &
Wild, "Estimating derivatives of noisy simulations", ACM TOMS 38 (2012); here the true f is known.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from diffcmp.accuracy.judging.question import Question
from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.protocol import rational
from diffcmp.engines.compiled import compiled, on_system
from diffcmp.program.ir import Program

GOLDEN = (math.sqrt(5) - 1) / 2
# steps over the radius
SPREAD = [Fraction((-1) ** k * math.fmod(k * GOLDEN, 1.0)) for k in range(1, 13)]
LEAST = 4  # points at which f has to be defined
NEARER = 100  # times nearer to x, where it is not
TIMES_NEARER = 8
BITS = (256, 1024)  # what f is certified with
SHARE = arb(2) ** -10  # of the error, that its enclosure may leave open


@dataclass(frozen=True, slots=True)
class Noise:
    """The root mean square of the roundoff of f beside x.

    own: of f at numbers of the format. moved: of f at x + s, where s is any step and x + s is
    rounded too.
    """

    own: Fraction
    moved: Fraction


@dataclass(frozen=True)
class Beside:
    """f beside the rounded point along one variable: as the format computes it, and exactly."""

    floats: Floats
    inputs: Sequence[Any]
    place: int
    computed: Callable[..., Any]
    certified: Sequence[tuple[Balls, Callable[..., Any]]]

    @classmethod
    def of(cls, question: Question, name: str) -> Beside:
        """f of a question along the variable of that name."""
        program, floats = question.program, question.floats
        place = program.inputs.index(name)
        certified = [_on_balls(program, bits) for bits in BITS]
        return cls(floats, question.inputs, place, compiled(program, floats.dtype), certified)

    def noise(self, radius: Fraction) -> Noise | None:
        """The roundoff at a few points no farther from x than the radius, or nearer where f is not
        defined at enough of them; None where it is nowhere."""
        for _ in range(TIMES_NEARER):
            pairs = [pair for s in SPREAD if (pair := self._errors(s * radius)) is not None]
            if len(pairs) >= LEAST:
                own, moved = zip(*pairs, strict=True)
                return Noise(_root_mean_square(own), _root_mean_square(moved))
            radius /= NEARER
        return None

    def _errors(self, step: Fraction) -> tuple[Fraction, Fraction] | None:
        """|fl f - f| at the number next to x + s, and |fl f - f(x + s)|; None where f is not."""
        target = exact(self.inputs[self.place]) + step
        number = self.floats.literal(target)
        if not finite(number):
            return None
        with self.floats.quiet():
            computed = self.computed(*self._with(self.inputs, number))
        if not finite(computed):
            return None
        own = self._distance(exact(computed), exact(number))
        moved = own if exact(number) == target else self._distance(exact(computed), target)
        return None if own is None or moved is None else (own, moved)

    def _distance(self, computed: Fraction, x: Fraction) -> Fraction | None:
        """|fl f - f(x)| to three digits or so; None where f has no certain value."""
        for balls, f in self.certified:
            with balls.working():
                at = self._with([rational(exact(y)) for y in self.inputs], rational(x))
                error = abs(to_arb(f(*at)) - rational(computed))
                if not error.is_finite():
                    continue
                if error.rad() <= SHARE * error.mid():
                    return balls.fraction(error)
                if self._is_nothing(error, computed):
                    return Fraction(0)
        return None

    def _is_nothing(self, error: arb, computed: Fraction) -> bool:
        """Whether an error is less than a thousandth of an ulp."""
        return bool(error.upper() <= SHARE * rational(self.floats.ulp(computed)))

    def _with(self, inputs: Sequence[Any], x: Any) -> list[Any]:
        return [*inputs[: self.place], x, *inputs[self.place + 1 :]]


def _on_balls(program: Program, bits: int) -> tuple[Balls, Callable[..., Any]]:
    balls = Balls(bits)
    with balls.working():
        return balls, on_system(program, balls)


def _root_mean_square(sizes: Sequence[Fraction]) -> Fraction:
    """Of sizes that may be beyond the range of float64."""
    largest = max(sizes)
    if not largest:
        return largest
    mean = sum(float(size / largest) ** 2 for size in sizes) / len(sizes)
    return largest * Fraction(math.sqrt(mean))
