"""On which pieces of f are the points at which a method evaluates it?

f is made of pieces: a comparison, floor, and whatever is made of them (abs, max, relu …) choose
between these. Two points that agree in every choice are on one piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from diffcmp.accuracy.shadow.trace import is_zero, part_of
from diffcmp.arithmetic.balls import Ball, Balls, to_arb
from diffcmp.arithmetic.evaluate import trace_of
from diffcmp.arithmetic.floats import exact
from diffcmp.passes.expand import core
from diffcmp.program.ir import Equation, Program

BITS = 512


@dataclass(frozen=True)
class Pieces:
    """The choices of a Program in core primitives, at any point."""

    form: Program
    balls: Balls

    @classmethod
    def of(cls, program: Program) -> Pieces:
        """The choices of a Program."""
        return cls(core(program), Balls(BITS))

    def touching(self, inputs: Sequence[Any]) -> Iterator[Equation]:
        """The choices that change at a point of the format, each place in the text once."""
        values = self.values(inputs)
        seen = set()
        for eq in self.choosing():
            if eq.span not in seen and self.changes(eq, values):
                seen.add(eq.span)
                yield eq

    def crossed(self, inputs: Sequence[Any], others: Sequence[Sequence[Any]]) -> Iterator[Equation]:
        """The choices that differ between a point and one of some others."""
        here = self.values(inputs)
        every = [self.values(other) for other in others]
        for eq in self.choosing():
            chosen = _choice(eq, here)
            if chosen is not None and any(_choice(eq, there) != chosen for there in every):
                yield eq

    def values(self, inputs: Sequence[Any]) -> list[Any]:
        """All values at a point of the format."""
        with self.balls.working():
            at = [self.balls.literal(exact(x)) for x in inputs]
            return trace_of(self.form, self.balls, at)

    def choosing(self) -> Iterator[Equation]:
        """The equations that choose, of what varies."""
        for eq in self.form.equations:
            chooses = eq.entry.compares or eq.entry.steps
            varies = not self.form.constant.issuperset(eq.inputs)
            if chooses and varies and eq.output in self.form.live:
                yield eq

    def changes(self, eq: Equation, values: Sequence[Any]) -> bool:
        """Whether both sides of a comparison are equal, or a number steps here."""
        arguments: list[Ball] = [part_of(values[i]) for i in eq.inputs]
        if not all(to_arb(x).is_finite() for x in arguments):
            return False
        with self.balls.working():
            if eq.entry.steps:
                x = to_arb(arguments[0])
                return bool(x.contains_integer())
            return is_zero(self.balls.literal(exact(0)) + arguments[0] - arguments[1])


def _choice(eq: Equation, values: Sequence[Any]) -> Any:
    """What is chosen: whether a comparison holds, or the whole number below."""
    value = values[eq.output]
    if value is None or isinstance(value, bool):
        return value
    low = to_arb(value).unique_fmpz()
    return None if low is None else int(low)
