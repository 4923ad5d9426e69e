"""A chain of layers, run one after another on any numbers: what `roundoff` and `vanishing` both
study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from diffcmp.arithmetic.balls import Balls, to_arb
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.system import NumberSystem
from diffcmp.engines.forward import Dual, Duals
from diffcmp.engines.reverse import Recording, Variable
from diffcmp.program.ir import Program

BITS = 256  # of the balls: far more than any format has, however long the chain


def forward(
    layer: Program, system: NumberSystem[Any], x: Fraction, constants: Sequence[Sequence[Fraction]]
) -> Iterator[Any]:
    """The derivative with respect to x after every layer, by dual numbers; each layer has some
    constants of its own."""
    duals = Duals(system)
    state = Dual(system.literal(x), system.literal(Fraction(1)))
    for own in constants:
        state = evaluate(layer, duals, [state, *(duals.literal(c) for c in own)])[0]
        yield state.tangent


def reverse(
    layer: Program,
    system: NumberSystem[Any],
    x: Fraction,
    constants: Sequence[Sequence[Fraction]],
    depths: Sequence[int],
) -> Iterator[Any]:
    """The same at some depths, by sweeping a tape back from each of them."""
    tape = Recording(system)
    state = start = tape.variable(system.literal(x))
    for depth, own in enumerate(constants, 1):
        state = evaluate(layer, tape, [state, *(Variable(system.literal(c)) for c in own)])[0]
        if depth in depths:
            assert start.place is not None
            yield tape.sweep_back(state, system.literal(Fraction(1)))[start.place]


def certified(
    layer: Program, x: Fraction, constants: Sequence[Sequence[Fraction]]
) -> list[Fraction]:
    """The derivative after every layer, by dual numbers on balls: each of them encloses it to far
    more digits than are used."""
    balls = Balls(BITS)
    with balls.working():
        return [balls.fraction(to_arb(slope)) for slope in forward(layer, balls, x, constants)]
