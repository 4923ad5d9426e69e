"""Loops for numba: what they compute, as plain Python that needs no numba; and compiled, where it
is installed."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcmp import InputError, derivative, gradient, parse
from diffcmp.arithmetic.arrays import Arrays
from diffcmp.arithmetic.balls import Balls
from diffcmp.arithmetic.evaluate import evaluate
from diffcmp.arithmetic.floats import fma
from diffcmp.engines.arrays import blocks, fused
from diffcmp.engines.arrays.elementary_loops import FAR
from diffcmp.engines.arrays.intrinsics import compiled_functions, functions
from diffcmp.engines.arrays.whole_powers import LARGEST, power_by
from diffcmp.engines.compiled import JIT, emitted, on_arrays
from diffcmp.engines.derived import adjoint, only, pushforward
from diffcmp.program.ir import Program
from tests.engines.arrays import test_code
from tests.engines.arrays.test_code import ROSENBROCK, assert_same, programs

OWN = functions(fma, lambda n: math.ldexp(1.0, int(n)), lambda f: f)


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks so short that vectors of a few hundred elements have several, and operations that are
    rounded correctly."""
    monkeypatch.setattr(blocks, "SIZE", 128)
    monkeypatch.setattr(blocks, "LONG", 200)
    monkeypatch.setattr(test_code, "UNARY", ["neg", "abs"])
    monkeypatch.setattr(test_code, "BINARY", ["add", "sub", "mul", "div"])


def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "compiler", lambda: lambda f: f)
    monkeypatch.setattr(fused, "compiled_functions", lambda: OWN)


@settings(max_examples=60, deadline=None)
@given(programs(), st.integers(0, 2**20))
def test_random_programs_have_the_numbers_of_the_interpreter(program: Program, seed: int) -> None:
    random = np.random.default_rng(seed)
    inputs = [
        random.uniform(0.5, 2, shape) if shape else float(random.uniform(0.5, 2))
        for shape in program.shapes
    ]
    with pytest.MonkeyPatch.context() as patch:
        plain(patch)
        try:
            found = on_arrays(program, JIT)(*inputs)
        except (ZeroDivisionError, OverflowError):  # numbers of Python's, not of numba's
            return
    expected = evaluate(program, Arrays(), inputs)
    for one, other in zip(found if len(expected) > 1 else [found], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)  # x**3 is rounded otherwise


@pytest.mark.parametrize("n", [200, 601])
def test_rosenbrock_bitwise(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    f = parse(ROSENBROCK, (), {"x": (n,)})
    x, v = np.random.default_rng(n).normal(size=(2, n))
    swept = only(adjoint(f, ("x",)), 1)
    for program, inputs in ((swept, [x]), (pushforward(swept, ("x",)), [x, v])):
        assert "range(" in emitted(program, optimise=JIT).source
        found: Any = on_arrays(program, JIT)(*inputs)
        assert_same(
            list(found) if len(program.outputs) > 1 else [found],
            evaluate(program, Arrays(), inputs),
        )


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
    found, expected = (
        power_by(fma)(x, 3),
        float(np.prod([x, x, x])) if abs(x) < 1e100 else math.copysign(math.inf, x),
    )
    assert (found, math.copysign(1, found)) == (expected, math.copysign(1, expected))
    assert math.isnan(power_by(fma)(math.nan, 3))


def ulps(found: float, exact: arb) -> float:
    """How far a number is from what is in a ball, in units of its last place."""
    return float(abs(arb(found) - exact)) / math.ulp(float(exact))


@given(st.floats(-708, 709))
def test_exp_is_within_an_ulp(x: float) -> None:
    with Balls(200).working():
        assert ulps(OWN["exp"](x), arb(x).exp()) < 0.9


@given(
    st.one_of(
        st.floats(-1.6, 1.6),
        st.floats(-FAR, FAR),
        st.integers(-(10**8), 10**8).map(lambda k: k * math.pi / 2),
    )
)
def test_sine_and_cosine_are_within_an_ulp(x: float) -> None:
    with Balls(300).working():
        assert ulps(OWN["near_sin"](x), arb(x).sin()) < 0.9
        assert ulps(OWN["near_cos"](x), arb(x).cos()) < 0.9


@pytest.mark.parametrize(("name", "x", "expected"), [
    ("exp", math.inf, math.inf), ("exp", -math.inf, 0.0), ("exp", 709.79, math.inf), ("exp", -746.0, 0.0), ("exp", 0.0, 1.0),
    ("exp", -745.0, 5e-324), ("exp", -720.0, math.exp(-720.0)), ("sin", 0.0, 0.0), ("sin", -0.0, -0.0), ("cos", 0.0, 1.0),
    ("sin", 1e-310, 1e-310), ("sin", 1e22, math.sin(1e22)), ("cos", -1e300, math.cos(1e300)),
])  # fmt: skip
def test_functions_at_the_ends(name: str, x: float, expected: float) -> None:
    assert repr(OWN[name](x)) == repr(expected)
    assert math.isnan(OWN[name](math.nan))


def test_large_arguments_are_the_c_librarys(monkeypatch: pytest.MonkeyPatch) -> None:
    plain(monkeypatch)
    x = np.linspace(-1, 1, 700)
    x[350] = 1e22
    found = on_arrays(parse("sin(x)*cos(x[0])", (), {"x": (700,)}), JIT)(x)
    np.testing.assert_allclose(found, np.sin(x) * np.cos(x[0]), rtol=1e-15)
    assert "__near_sin(" in emitted(parse("sin(x)", (), {"x": (700,)}), optimise=JIT).source


def test_compiled_functions_have_the_same_bits() -> None:
    pytest.importorskip("numba")
    made = compiled_functions()
    x = [0.1, -3.7, 12345.678, -0.0, 300.5, -744.2, 1e-300]
    for name in ("exp", "sin", "cos", "near_sin", "near_cos"):
        assert [repr(made[name](one)) for one in x] == [repr(OWN[name](one)) for one in x]
    for n in (3, 7, LARGEST):
        assert [repr(made["power"](one, n)) for one in x] == [
            repr(OWN["power"](one, n)) for one in x
        ]


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    with pytest.raises(InputError, match="numba"):
        gradient(ROSENBROCK, jit=True)(np.ones(300))


def test_compiled() -> None:
    pytest.importorskip("numba")
    x = np.random.default_rng(0).normal(size=1000)
    np.testing.assert_array_equal(gradient(ROSENBROCK, jit=True)(x), gradient(ROSENBROCK)(x))
    slope = derivative("where(x > 0, exp(x)*sin(x), x**3)", jit=True)
    np.testing.assert_allclose(
        slope(x), derivative("where(x > 0, exp(x)*sin(x), x**3)")(x), rtol=1e-13
    )
    assert slope(0.5) == derivative("where(x > 0, exp(x)*sin(x), x**3)")(0.5)
