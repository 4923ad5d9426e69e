"""A chain of layers on any numbers, which `roundoff` and `vanishing` both study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import Floats, exact
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.forward import Dual, Duals
from diffcmp.engines.reverse import Recording, Variable
from diffcmp.program.ir import Program

BITS = 256  # of the balls: far more than any format has, however long the chain
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Chain:
    """A layer applied to x again and again, each time with constants of its own."""

    layer: Program
    x: Fraction
    constants: Sequence[Sequence[Fraction]]

    def __repr__(self) -> str:
        return f"<chain of {len(self.constants)} layers at x = {self.x}>"

    def certified(self) -> list[Fraction]:
        """The derivative in x after every layer, by dual numbers on balls: each of them encloses it
        to far more digits than are used."""
        balls = Balls(BITS)
        with balls.working():
            return [balls.fraction(to_arb(slope)) for slope in self._forward(balls)]

    def forward(self, dtype: str) -> list[Fraction]:
        """The derivative after every layer, by dual numbers of a format."""
        floats = Floats(dtype)
        with floats.quiet():
            return [exact(slope) for slope in self._forward(floats)]

    def reverse(self, dtype: str, depths: Sequence[int]) -> list[Fraction]:
        """The derivative at some depths in a format, by sweeping a tape back from each of them."""
        floats = Floats(dtype)
        with floats.quiet():
            return [exact(slope) for slope in self._reverse(floats, depths)]

    def _forward(self, system: NumberSystem[Any]) -> Iterator[Any]:
        duals = Duals(system)
        state = Dual(system.literal(self.x), system.literal(ONE))
        for own in self.constants:
            state = evaluate(self.layer, duals, [state, *map(duals.literal, own)])[0]
            yield state.tangent

    def _reverse(self, system: NumberSystem[Any], depths: Sequence[int]) -> Iterator[Any]:
        tape = Recording(system)
        state = start = tape.variable(system.literal(self.x))
        for depth, own in enumerate(self.constants, 1):
            constants = [Variable(system.literal(c)) for c in own]
            state = evaluate(self.layer, tape, [state, *constants])[0]
            if depth in depths:
                assert start.place is not None
                yield tape.sweep_back(state, system.literal(ONE))[start.place]
