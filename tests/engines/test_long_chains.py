"""A chain of thousands of operations: no recursion, and equations, memory and code in proportion to
its length."""

from __future__ import annotations

import math
import tracemalloc
from fractions import Fraction

import pytest

from diffcmp import derivative
from diffcmp.engines.compiled import compiled
from diffcmp.engines.derived import adjoint, tangent
from diffcmp.program.ir import Builder, Program


def chain(length: int) -> Program:
    """x ← sin(x) + x/2, again and again."""
    builder = Builder(("x",))
    slot, half = 0, builder.literal(Fraction(1, 2))
    for _ in range(length // 3):
        slot = builder.add("add", [builder.add("sin", [slot]), builder.add("mul", [half, slot])])
    return builder.program([slot])


def by_hand(x: float, length: int) -> float:
    slope = 1.0
    for _ in range(length // 3):
        x, slope = math.sin(x) + x / 2, slope * (math.cos(x) + 0.5)
    return slope


@pytest.mark.filterwarnings("ignore::diffcmp.errors.PrecisionWarning")  # it underflows
@pytest.mark.parametrize("backend", ["dual", "tape", "dual-lhopital"])
@pytest.mark.parametrize("length", [300, 3000])  # recursion would end at 1000
def test_the_slope_of_a_chain(backend: str, length: int) -> None:
    assert derivative(chain(length), backend)(0.1) == pytest.approx(
        by_hand(0.1, length), rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize(
    "derived", [lambda p: tangent(p, "x"), lambda p: adjoint(p, ("x",))], ids=["dual", "tape"]
)
def test_equations_and_memory_are_linear_in_the_length(derived: object) -> None:
    equations, peaks = [], []
    for length in (750, 3000):
        tracemalloc.start()
        program = derived(chain(length))  # type: ignore[operator]
        compiled(program)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        equations.append(len(program.equations))
    assert 3.9 < equations[1] / equations[0] < 4.1
    assert peaks[1] < 6 * peaks[0]  # tables grow by doubling
