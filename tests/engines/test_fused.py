"""Loops for numba: what they compute, as plain Python that needs no numba; and compiled, where it is installed."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import InputError, derivative, gradient, parse
from diffcmp.arithmetic.arrays import Arrays
from diffcmp.arithmetic.floats import fma
from diffcmp.engines import blocks, fused
from diffcmp.engines.compiled import JIT, adjoint, emitted, on_arrays, only, pushforward
from diffcmp.engines.evaluate import evaluate
from diffcmp.engines.whole_powers import LARGEST, compiled_power, power_by
from diffcmp.program.ir import Program
from tests.engines import test_array_code
from tests.engines.test_array_code import ROSENBROCK, assert_same, programs


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so short that vectors of a few hundred elements have several, and operations that are rounded correctly."""
    monkeypatch.setattr(blocks, "SIZE", 128)
    monkeypatch.setattr(blocks, "LONG", 200)
    monkeypatch.setattr(test_array_code, "UNARY", ["neg", "abs"])
    monkeypatch.setattr(test_array_code, "BINARY", ["add", "sub", "mul", "div"])


def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "compiler", lambda: lambda f: f)
    monkeypatch.setattr(fused, "compiled_power", lambda: power_by(fma))


@settings(max_examples=60, deadline=None)
@given(programs(), st.integers(0, 2**20))
def test_random_programs_have_the_numbers_of_the_interpreter(program: Program, seed: int) -> None:
    random = np.random.default_rng(seed)
    inputs = [random.uniform(0.5, 2, shape) if shape else float(random.uniform(0.5, 2)) for shape in program.shapes]
    with pytest.MonkeyPatch.context() as patch:
        plain(patch)
        try:
            found = on_arrays(program, JIT)(*inputs)
        except (ZeroDivisionError, OverflowError):  # numbers of Python's, not of numba's
            return
    expected = evaluate(program, Arrays(), inputs)
    for one, other in zip(found if len(expected) > 1 else [found], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)  # x**3 is another


@pytest.mark.parametrize("n", [200, 601])
def test_rosenbrock_bitwise(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    f = parse(ROSENBROCK, (), {"x": (n,)})
    x, v = np.random.default_rng(n).normal(size=(2, n))
    swept = only(adjoint(f, ("x",)), 1)
    for program, inputs in ((swept, [x]), (pushforward(swept, ("x",)), [x, v])):
        assert "range(" in emitted(program, optimise=JIT).source
        found: Any = on_arrays(program, JIT)(*inputs)
        assert_same(list(found) if len(program.outputs) > 1 else [found], evaluate(program, Arrays(), inputs))


def test_sums_stay_with_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    assert "add.reduce" in emitted(parse(ROSENBROCK, (), {"x": (300,)}), optimise=JIT).source


@given(st.floats(-20, 20, allow_subnormal=False), st.integers(1, LARGEST))
def test_whole_powers_are_correctly_rounded(x: float, n: int) -> None:
    exact = Fraction(x) ** n
    if abs(exact) > 1e-280:  # else the roundoff is beyond the smallest numbers
        assert power_by(fma)(x, n) == exact.numerator / exact.denominator


@pytest.mark.parametrize("x", [0.0, -0.0, math.inf, -math.inf, 1e200, -1e200, 1e-200, -1e-200])
def test_whole_powers_at_the_ends(x: float) -> None:
    found, expected = power_by(fma)(x, 3), float(np.prod([x, x, x])) if abs(x) < 1e100 else math.copysign(math.inf, x)
    assert (found, math.copysign(1, found)) == (expected, math.copysign(1, expected))
    assert math.isnan(power_by(fma)(math.nan, 3))


def test_compiled_powers() -> None:
    pytest.importorskip("numba")
    x = [0.1, -3.7, 1e200, -0.0, -math.inf, 12345.678]
    for n in (3, 7, LARGEST):
        assert [repr(compiled_power()(one, n)) for one in x] == [repr(power_by(fma)(one, n)) for one in x]


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    with pytest.raises(InputError, match="numba"):
        gradient(ROSENBROCK, jit=True)(np.ones(300))


def test_compiled() -> None:
    pytest.importorskip("numba")
    x = np.random.default_rng(0).normal(size=1000)
    np.testing.assert_array_equal(gradient(ROSENBROCK, jit=True)(x), gradient(ROSENBROCK)(x))
    slope = derivative("where(x > 0, exp(x)*sin(x), x**3)", jit=True)
    np.testing.assert_allclose(slope(x), derivative("where(x > 0, exp(x)*sin(x), x**3)")(x), rtol=1e-13)
    assert slope(0.5) == derivative("where(x > 0, exp(x)*sin(x), x**3)")(0.5)
