"""Which comparison changes at a point, so that the branch taken is not the function beside it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from diffcmp.arithmetic.evaluate import evaluate, trace_of
from diffcmp.arithmetic.system import System
from diffcmp.passes.expand import compared
from diffcmp.program.ir import Equation, Program


def touching(program: Program, system: System, inputs: Sequence[Any]) -> Equation | None:
    """The first equation that compares two equal numbers at `inputs`: a comparison, or a primitive
    made of one, such as abs at 0. None without one; what depends on no input does not count."""
    values = trace_of(program, system, inputs)
    for eq, sides in comparing(program):
        arguments = [values[i] for i in eq.inputs]
        numbers = arguments if sides is None else evaluate(sides, system, arguments)
        if any(x == y for x, y in zip(numbers[::2], numbers[1::2], strict=True)):
            return eq
    return None


def comparing(program: Program) -> Iterator[tuple[Equation, Program | None]]:
    """The live equations that compare something that varies, with the program of what each one
    compares; None for a comparison itself, which compares its arguments."""
    for eq in program.equations:
        if eq.output not in program.live or set(eq.inputs) <= program.constant:
            continue
        if eq.entry.compares:
            yield eq, None
        elif (sides := compared(eq.primitive)) is not None:
            yield eq, sides
