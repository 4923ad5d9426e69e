"""One run of a Program in a floating-point format, beside the same run on balls.

Both start from the very same rounded inputs, so that whatever differs arose on the way. A run of
the complex-step method has complex numbers on both sides; each slot then has two *places*, a real
and an imaginary part, for an error in the small one must not hide behind the large one.
Benz, Hildebrandt & Hack, "A dynamic program analysis to find floating-point accuracy problems",
PLDI 2012; Sanchez-Stern et al., "Finding root causes of floating point error", PLDI 2018.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from flint import acb, arb, fmpq

from diffcmp.arithmetic.balls import Ball, Balls, ComplexBalls, to_arb
from diffcmp.arithmetic.complexes import Complexes
from diffcmp.arithmetic.evaluate import carried_out, trace_of
from diffcmp.arithmetic.floats import Floats, exact, finite
from diffcmp.backends.protocol import Run, rational
from diffcmp.errors import ComputationError
from diffcmp.program.ir import Equation, Program

BITS = 320  # of the first run on balls
MOST_BITS = 5120  # of the last
GUARD = 64  # bits of a ball that must be certain beyond those of the format
SUSPECTED = 4000  # bits below 1 at which what may be zero is taken for it

REAL, IMAGINARY = 0, 1


class Place(NamedTuple):
    """A slot, and the part of its number that is meant."""

    slot: int
    part: int = REAL


@dataclass(frozen=True)
class Shadow:
    """What a format made of every slot, and what is true at the same rounded inputs.

    computed: numbers of the format, complex ones of a complex run; bool for conditions. true: balls
    or rationals, None for a condition that balls cannot decide. system: on which the balls run.
    """

    program: Program
    floats: Floats
    system: Balls | ComplexBalls
    computed: Sequence[Any]
    true: Sequence[Any]
    source: Program

    @property
    def parts(self) -> tuple[int, ...]:
        """The parts that a number has."""
        return (REAL,) if isinstance(self.system, Balls) else (REAL, IMAGINARY)

    def number(self, place: Place) -> Any:
        """What the format made of a place."""
        value = self.computed[place.slot]
        if len(self.parts) == 1:
            return value
        return value.imag if place.part else value.real

    def ball(self, place: Place) -> Ball:
        """What is true of a place."""
        return part_of(self.true[place.slot], place.part)

    def is_known(self, place: Place) -> bool:
        """Whether the true number exists, and its ball is narrow enough to judge one of the format.

        A ball around 0 that is narrower than any number of the format counts as 0.
        """
        return is_narrow(self.ball(place), self.floats)

    def error(self, place: Place) -> arb:
        """|computed - true|; infinite where the number is not finite."""
        value = self.number(place)
        if not finite(value):
            return arb.pos_inf()
        return abs(arb(rational(exact(value))) - to_arb(self.ball(place)))

    def relative(self, place: Place) -> float:
        """log₁₀ of the relative error, -∞ where there is none.

        Beside a true 0 that of the error itself; of an imaginary part in steps.
        """
        return log_ratio(self.error(place), self.ball(place), self.scales[place.part])

    @cached_property
    def scales(self) -> tuple[arb, arb]:
        """What errors beside a true 0 are measured by: 1, and the imaginary step."""
        inputs = self.true[: len(self.program.inputs)]
        steps = (to_arb(part_of(x, IMAGINARY)) for x in inputs if isinstance(x, acb))
        return arb(1), max(map(abs, steps), default=arb(1))

    def lost(self, place: Place) -> float:
        """log₁₀ of the relative error, at least a unit of roundoff, where all digits are right, and
        at most 1, where none is."""
        return min(max(self.relative(place), math.log10(self.floats.unit_roundoff)), 0.0)

    def arguments(self, eq: Equation) -> Iterator[Place]:
        """The places of the arguments that are numbers."""
        for slot in eq.inputs:
            if not isinstance(self.computed[slot], bool | None):
                for part in self.parts:
                    yield Place(slot, part)

    def local(self, eq: Equation, true: Mapping[Place, Ball] | None = None) -> Any:
        """What an equation makes, without any roundoff of its own, of the arguments that the format
        had; of the places in `true` of those instead."""
        return carried_out(
            self.system,
            eq.primitive,
            [self.argument(slot, true or {}) for slot in eq.inputs],
            eq.static,
        )

    def argument(self, slot: int, true: Mapping[Place, Ball]) -> Any:
        """An argument as a ball."""
        value = self.computed[slot]
        if isinstance(value, bool):
            return value
        balls: list[Ball] = []
        for part in self.parts:
            ball = true.get(Place(slot, part))
            number = self.number(Place(slot, part))
            if ball is None:
                ball = self.real.literal(exact(number)) if finite(number) else arb.nan()
            balls.append(ball)
        return balls[0] if len(balls) == 1 else acb(*map(to_arb, balls))

    @property
    def real(self) -> Balls:
        """The system of the parts."""
        return self.system if isinstance(self.system, Balls) else self.system.real


def part_of(ball: Any, part: int = REAL) -> Ball:
    """One part of a ball; nan where the other part does not exist, and for what a condition left
    undecided."""
    if isinstance(ball, acb) and ball.is_finite():
        return ball.imag if part else ball.real
    if ball is None or isinstance(ball, acb):
        return arb.nan()
    out: Ball = ball
    return out


def shadow_of(run: Run, floats: Floats, source: Program) -> Shadow:
    """A run again, in its format and on balls of enough bits for what its last output is; of as
    many as the time allows. source: f as typed.

    Raises
    ------
    ComputationError: where the time does not suffice for the fewest bits.
    """
    computed = _computed(run, floats)
    bits = BITS + 4 * run.smallness
    shadow = _on_balls(run, floats, source, computed, bits)
    while bits < MOST_BITS and _is_doubtful(shadow):
        bits *= 4
        try:
            shadow = _on_balls(run, floats, source, computed, bits)
        except ComputationError:
            break
    return shadow


def _on_balls(
    run: Run, floats: Floats, source: Program, computed: Sequence[Any], bits: int
) -> Shadow:
    system = ComplexBalls(bits) if run.imaginary else Balls(bits)
    with system.working():
        true = trace_of(run.program, system, _inputs(run, system))
    return Shadow(run.program, floats, system, computed, true, source)


def _is_doubtful(shadow: Shadow) -> bool:
    """Whether more bits may tell more of the last output."""
    with shadow.system.working():
        outputs = [Place(shadow.program.outputs[-1], part) for part in shadow.parts]
        return any(not shadow.is_known(p) and _may_settle(shadow, p) for p in outputs)


def _may_settle(shadow: Shadow, place: Place) -> bool:
    """Whether more bits may tell more: not where rationals already met a singularity."""
    ball = shadow.ball(place)
    return isinstance(ball, arb) and (not ball.is_finite() or ball.contains(0) or bool(ball.rad()))


def _computed(run: Run, floats: Floats) -> list[Any]:
    """The values of all slots in the format; of conditions those of Python."""
    values = _values(run, floats)
    for eq in run.program.equations:
        if eq.entry.condition:
            values[eq.output] = bool(values[eq.output])
    return values


def _values(run: Run, floats: Floats) -> list[Any]:
    with floats.quiet():
        if not run.imaginary:
            return trace_of(run.program, floats, run.inputs)
        system = Complexes(floats.dtype)
        zero = floats.literal(Fraction(0))
        pairs = [system.make(x, run.imaginary.get(i, zero)) for i, x in enumerate(run.inputs)]
        return trace_of(run.program, system, pairs)


def _inputs(run: Run, system: Balls | ComplexBalls) -> list[Any]:
    """The rounded inputs as exact numbers of a system."""
    if isinstance(system, Balls):
        return [system.literal(exact(x)) for x in run.inputs]
    steps = [run.imaginary.get(i) for i in range(len(run.inputs))]
    numbers = []
    for x, step in zip(run.inputs, steps, strict=True):
        imaginary = arb(0) if step is None else arb(rational(exact(step)))
        numbers.append(acb(arb(rational(exact(x))), imaginary))
    return numbers


def is_narrow(ball: Ball, floats: Floats) -> bool:
    """Whether a ball is known well enough to judge a number of the format by."""
    if isinstance(ball, fmpq):
        return True
    if not ball.is_finite():
        return False
    return bool(
        ball.rel_accuracy_bits() >= floats.precision + GUARD
        or ball.is_zero()
        or abs(ball) < arb(2) ** -SUSPECTED
    )


def is_zero(ball: Ball) -> bool:
    """Whether a ball is 0, or cannot be told from it."""
    return bool(ball == 0) if isinstance(ball, fmpq) else bool(ball.contains(0))


def log_ratio(error: arb, true: Ball, scale: arb | None = None) -> float:
    """log₁₀ of an error over the true number; where that is 0, over a scale, by default 1."""
    size = abs(to_arb(true))
    if size.contains(0):
        size = arb(1) if scale is None else scale
    ratio = error / size
    if not ratio.is_finite():
        return math.inf
    middle = ratio.mid()
    return float(middle.log() / arb(10).log()) if middle > 0 else -math.inf
